use scheduling_domain::fault::Faults;
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::user::PasswordHash;
use thiserror::Error;

use super::opaque_token::OpaqueToken;
use super::{HashingError, Password, password_fault};
use crate::app::App;
use crate::audit::Entry;
use crate::unit::{conclude, undo};

/// Why no password was chosen.
#[derive(Debug, Error)]
pub enum ChoosePasswordError {
    /// The token is unknown, expired or was used before, or the account is not active. Ask for another one.
    #[error("the token is not good")]
    InvalidToken,
    /// The password is not good enough; the token still is.
    #[error("the password is wrong: {0}")]
    Invalid(#[source] Faults),
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Chooses a password with a token from a mail. Everything issued to the account before ends, all such tokens too.
pub async fn choose_password(
    app: &App,
    token: &str,
    password: &Password,
    origin: &Origin,
) -> Result<(), ChoosePasswordError> {
    let token = OpaqueToken::parse(token).ok_or(ChoosePasswordError::InvalidToken)?;
    let mut uow = app.store.begin(token.organization).await?;
    let found = find_user(app, uow.as_mut(), &token).await;
    undo(uow).await;
    check(app, token.organization, found?, password).await?;
    // Hashing takes long, so it comes between two transactions.
    let hash = app.passwords.hash(password).await?;
    let mut uow = app.store.begin(token.organization).await?;
    let outcome = choose_in(app, uow.as_mut(), &token, &hash, origin).await;
    conclude(uow, outcome).await
}

/// Whose token it is, if it is good.
async fn find_user(app: &App, uow: &mut dyn UnitOfWork, token: &OpaqueToken) -> Result<UserId, ChoosePasswordError> {
    let found = uow.password_tokens().find_by_hash(&token.hash()).await?;
    let good = found.filter(|token| app.now() < token.expires_at).ok_or(ChoosePasswordError::InvalidToken)?;
    let user = uow.users().find(good.user_id).await?;
    user.filter(|user| user.is_active).map(|user| user.id).ok_or(ChoosePasswordError::InvalidToken)
}

async fn check(
    app: &App,
    organization: OrganizationId,
    user: UserId,
    password: &Password,
) -> Result<(), ChoosePasswordError> {
    let account = app.store.users().find_credentials(organization, user).await?;
    let (user, credentials) = account.ok_or(ChoosePasswordError::InvalidToken)?;
    match password_fault(password, &user, credentials.has_second_factor, "/password") {
        Some(fault) => Err(ChoosePasswordError::Invalid(fault.into())),
        None => Ok(()),
    }
}

async fn choose_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    token: &OpaqueToken,
    hash: &PasswordHash,
    origin: &Origin,
) -> Result<(), ChoosePasswordError> {
    let user = find_user(app, uow, token).await?;
    uow.users().set_password(user, hash).await?;
    uow.users().raise_token_epoch(user).await?;
    uow.password_tokens().delete_of(user).await?;
    Entry::by(app.now(), Some(user), origin, "user", "choose_password").id(user).record(uow);
    Ok(())
}
