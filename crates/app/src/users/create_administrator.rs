use scheduling_domain::fault::Faults;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::user::{Role, User};
use thiserror::Error;

use super::create_user::create_user_in;
use super::{NewUser, own_faults};
use crate::app::App;
use crate::audit::Entry;
use crate::auth::HashingError;
use crate::unit::conclude;

/// Why no administrator was made.
#[derive(Debug, Error)]
pub enum CreateAdministratorError {
    /// The account or its password is wrong.
    #[error("the account is wrong: {0}")]
    Invalid(#[source] Faults),
    /// User name or e-mail is taken.
    #[error("{0} is taken")]
    Duplicate(&'static str),
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes an administrator without being asked by one: for whoever sits at the machine.
pub async fn create_administrator(
    app: &App,
    organization: OrganizationId,
    new: &NewUser,
) -> Result<Record<User>, CreateAdministratorError> {
    let user = User { role: Role::Admin, team_ids: Vec::new(), is_active: true, ..new.user.clone() };
    own_faults(&user, Some(&new.password)).into_result(()).map_err(CreateAdministratorError::Invalid)?;
    let hash = app.passwords.hash(&new.password).await?;
    let mut uow = app.store.begin(organization).await?;
    let entry = Entry::by(app.now(), None, &Origin::COMMAND_LINE, User::KIND, "create");
    let outcome = create_user_in(app, uow.as_mut(), entry, &user, &hash).await.map_err(|error| match error {
        StoreError::Duplicate(field) => CreateAdministratorError::Duplicate(field),
        other => CreateAdministratorError::Store(other),
    });
    conclude(uow, outcome).await
}
