use scheduling_domain::fault::Faults;
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::user::PasswordHash;
use thiserror::Error;

use crate::app::App;
use crate::audit::Entry;
use crate::auth::{HashingError, Password, password_fault};
use crate::unit::conclude;

/// Why a password was not reset.
#[derive(Debug, Error)]
pub enum ResetPasswordError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// The new password is not good enough.
    #[error("the password is wrong: {0}")]
    Invalid(#[source] Faults),
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives an account another password without being asked by anybody: for whoever sits at the machine. Everything issued to
/// the account ends.
pub async fn reset_password(
    app: &App,
    organization: OrganizationId,
    id: UserId,
    password: &Password,
) -> Result<(), ResetPasswordError> {
    let account = app.store.users().find_credentials(organization, id).await?;
    let (user, credentials) = account.ok_or(ResetPasswordError::NotFound)?;
    if let Some(fault) = password_fault(password, &user, credentials.has_second_factor, "/password") {
        return Err(ResetPasswordError::Invalid(fault.into()));
    }
    let hash = app.passwords.hash(password).await?;
    let mut uow = app.store.begin(organization).await?;
    let outcome = reset_in(uow.as_mut(), id, &hash).await.map_err(ResetPasswordError::from);
    Entry::by(app.now(), None, &Origin::COMMAND_LINE, "user", "reset_password").id(id).record(uow.as_mut());
    conclude(uow, outcome).await
}

async fn reset_in(uow: &mut dyn UnitOfWork, id: UserId, hash: &PasswordHash) -> Result<(), StoreError> {
    uow.users().set_password(id, hash).await?;
    uow.password_tokens().delete_of(id).await?;
    uow.users().raise_token_epoch(id).await
}
