use scheduling_domain::fault::Faults;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::user::{PasswordHash, User};
use thiserror::Error;

use super::{check_teams, own_faults};
use crate::app::App;
use crate::audit::Entry;
use crate::auth::{HashingError, Password};
use crate::permissions::{Access, Operation, Relation, access};
use crate::reader::Reader;
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// What it says.
    pub user: User,
    /// What it signs in with.
    pub password: Password,
}

/// Why no account was made.
#[derive(Debug, Error)]
pub enum CreateUserError {
    /// The actor may not.
    #[error("the actor may not create accounts")]
    Forbidden,
    /// The account or its password is wrong.
    #[error("the account is wrong: {0}")]
    Invalid(#[source] Faults),
    /// User name or e-mail is taken.
    #[error("{0} is taken")]
    Duplicate(&'static str),
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(CreateUserError);

/// Makes an account.
pub async fn create_user(
    app: &App,
    call: &Call<'_, Record<User>>,
    new: &NewUser,
) -> Result<Settled<Record<User>>, CreateUserError> {
    if access(call.actor, Operation::WriteAccount, Relation::Other) != Access::Allowed {
        return Err(CreateUserError::Forbidden);
    }
    let mut faults = own_faults(&new.user, Some(&new.password));
    let mut reader = Reader::Pool(app.store.as_ref(), call.actor.organization);
    check_teams(&new.user, &mut reader, &mut faults).await?;
    faults.into_result(()).map_err(CreateUserError::Invalid)?;
    // Hashing takes long, so it comes before the transaction.
    let hash = app.passwords.hash(&new.password).await?;
    retry(|| create_user_once(app, call, &new.user, &hash)).await
}

async fn create_user_once(
    app: &App,
    call: &Call<'_, Record<User>>,
    user: &User,
    hash: &PasswordHash,
) -> Result<Settled<Record<User>>, CreateUserError> {
    match begin::<_, CreateUserError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let entry = Entry::new(app, call.actor, User::KIND, "create");
            let outcome =
                create_user_in(app, uow.as_mut(), entry, user, hash).await.map_err(CreateUserError::from_store);
            settle(app, uow, call, outcome).await
        }
    }
}

/// Answers the store's own words; each use case maps them to its own.
pub(super) async fn create_user_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    entry: Entry,
    user: &User,
    hash: &PasswordHash,
) -> Result<Record<User>, StoreError> {
    let record = uow.users().insert(user, app.now()).await?;
    uow.users().set_password(record.id, hash).await?;
    entry.id(record.id).after(&record.value).record(uow);
    Ok(record)
}

impl CreateUserError {
    pub(super) fn from_store(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate(field) => Self::Duplicate(field),
            other => Self::Store(other),
        }
    }
}
