use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{TeamId, UserId};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record, Version};
use scheduling_domain::user::{PasswordHash, Role, User};
use thiserror::Error;

use super::{check_teams, own_faults};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::auth::{ConfirmError, HashingError, Password, TooManyAttempts, is_own_password, password_fault};
use crate::permissions::{Access, Operation, Relation, access};
use crate::reader::Reader;
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// What changes of an account; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct UserPatch {
    /// Another user name.
    pub username: Option<String>,
    /// Another e-mail address.
    pub email: Option<String>,
    /// Another name for people.
    pub full_name: Option<String>,
    /// Another role.
    pub role: Option<Role>,
    /// For managers: other teams. Cleared when the role is no longer manager.
    pub team_ids: Option<Vec<TeamId>>,
    /// Whether it may sign in.
    pub is_active: Option<bool>,
    /// Another password.
    pub password: Option<Password>,
    /// The password until now; whoever changes their own, or the address to which a new one is sent, must know it.
    pub current_password: Option<Password>,
}

impl UserPatch {
    /// Whether it stays within what people may change of their own account.
    fn is_personal(&self) -> bool {
        self.username.is_none()
            && self.email.is_none()
            && self.role.is_none()
            && self.team_ids.is_none()
            && self.is_active.is_none()
    }

    fn apply(&self, user: &User) -> User {
        let role = self.role.unwrap_or(user.role);
        let mut team_ids = self.team_ids.clone().unwrap_or_else(|| user.team_ids.clone());
        if role != Role::Manager && self.team_ids.is_none() {
            team_ids.clear();
        }
        team_ids.sort_unstable();
        User {
            username: self.username.clone().unwrap_or_else(|| user.username.clone()),
            email: self.email.clone().unwrap_or_else(|| user.email.clone()),
            full_name: self.full_name.clone().unwrap_or_else(|| user.full_name.clone()),
            role,
            team_ids,
            is_active: self.is_active.unwrap_or(user.is_active),
        }
    }
}

/// Why an account was not changed.
#[derive(Debug, Error)]
pub enum UpdateUserError {
    /// There is none.
    #[error("there is no such account")]
    NotFound,
    /// The actor may not.
    #[error("the actor may not change this account")]
    Forbidden,
    /// It has another version than the one expected.
    #[error("it is at version {}, not at the expected one", current.0)]
    Stale {
        /// The version it has.
        current: Version,
    },
    /// The changed account or its password is wrong.
    #[error("the account is wrong: {0}")]
    Invalid(#[source] Faults),
    /// User name or e-mail is taken.
    #[error("{0} is taken")]
    Duplicate(&'static str),
    /// It is the last active administrator; nobody could undo this.
    #[error("the last active administrator stays one")]
    LastAdministrator,
    /// The password until now was wrong too often.
    #[error(transparent)]
    TooManyAttempts(#[from] TooManyAttempts),
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

transient!(UpdateUserError);

impl From<ConfirmError> for UpdateUserError {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::TooManyAttempts(error) => error.into(),
            ConfirmError::Hashing(error) => error.into(),
        }
    }
}

/// Changes an account. Another role, another password or deactivation ends everything that was issued to it.
pub async fn update_user(
    app: &App,
    call: &Call<'_, Record<User>>,
    id: UserId,
    expected: Option<Version>,
    patch: &UserPatch,
) -> Result<Settled<Record<User>>, UpdateUserError> {
    if let Err(refusal) = may_change(call.actor, id, patch) {
        let known = app.store.users().find(call.actor.organization, id).await?;
        return Err(known.map_or(UpdateUserError::NotFound, |_| refusal));
    }
    let hash = if patch.password.is_some() || patch.email.is_some() {
        proved_hash(app, call.actor, id, patch).await?
    } else {
        None
    };
    retry(|| update_user_once(app, call, id, expected, patch, hash.as_ref())).await
}

fn may_change(actor: &Actor, id: UserId, patch: &UserPatch) -> Result<(), UpdateUserError> {
    let relation = if actor.user_id == id { Relation::Own } else { Relation::Other };
    let operation = if relation == Relation::Own && patch.is_personal() {
        Operation::WriteOwnAccount
    } else {
        Operation::WriteAccount
    };
    match access(actor, operation, relation) {
        Access::Allowed => Ok(()),
        Access::Invisible => Err(UpdateUserError::NotFound),
        Access::Forbidden => Err(UpdateUserError::Forbidden),
    }
}

/// Hashes the new password, if there is one, before the transaction since it takes long. A stolen access token is not
/// enough to take an account over: for what opens their own, people must know the password until now.
async fn proved_hash(
    app: &App,
    actor: &Actor,
    id: UserId,
    patch: &UserPatch,
) -> Result<Option<PasswordHash>, UpdateUserError> {
    let account = app.store.users().find_credentials(actor.organization, id).await?;
    let (user, credentials) = account.ok_or(UpdateUserError::NotFound)?;
    let changed = patch.apply(&user);
    let is_weak = |password| password_fault(password, &changed, credentials.has_second_factor, "/password");
    if let Some(fault) = patch.password.as_ref().and_then(is_weak) {
        return Err(UpdateUserError::Invalid(fault.into()));
    }
    if actor.user_id == id && (patch.password.is_some() || changed.email != user.email) {
        let Some(current) = &patch.current_password else {
            return Err(UpdateUserError::Invalid(Fault::new("/current_password", "required").into()));
        };
        if !is_own_password(app, actor, &credentials, current).await? {
            return Err(UpdateUserError::Invalid(Fault::new("/current_password", "wrong_password").into()));
        }
    }
    match &patch.password {
        Some(password) => Ok(Some(app.passwords.hash(password).await?)),
        None => Ok(None),
    }
}

async fn update_user_once(
    app: &App,
    call: &Call<'_, Record<User>>,
    id: UserId,
    expected: Option<Version>,
    patch: &UserPatch,
    hash: Option<&PasswordHash>,
) -> Result<Settled<Record<User>>, UpdateUserError> {
    match begin::<_, UpdateUserError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = update_user_in(app, uow.as_mut(), call.actor, id, expected, patch, hash).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn update_user_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: UserId,
    expected: Option<Version>,
    patch: &UserPatch,
    hash: Option<&PasswordHash>,
) -> Result<Record<User>, UpdateUserError> {
    let stored = uow.users().find(id).await?.ok_or(UpdateUserError::NotFound)?;
    if expected.is_some_and(|expected| expected != stored.version) {
        return Err(UpdateUserError::Stale { current: stored.version });
    }
    let user = patch.apply(&stored);
    let mut faults = own_faults(&user, None);
    check_teams(&user, &mut Reader::Unit(uow), &mut faults).await?;
    faults.into_result(()).map_err(UpdateUserError::Invalid)?;
    if is_active_admin(&stored) && !is_active_admin(&user) && uow.users().lock_active_admins().await? == [id] {
        return Err(UpdateUserError::LastAdministrator);
    }
    if let Some(hash) = hash {
        uow.users().set_password(id, hash).await?;
        uow.password_tokens().delete_of(id).await?;
    }
    if hash.is_some() || user.role != stored.role || (stored.is_active && !user.is_active) {
        uow.users().raise_token_epoch(id).await?;
    }
    if stored.is_active && !user.is_active {
        uow.api_keys().delete_of(id).await?;
    }
    if user == stored.value && hash.is_none() {
        return Ok(stored);
    }
    let changed = uow.users().update(id, stored.version, &user, app.now()).await.map_err(|error| match error {
        StoreError::Duplicate(field) => UpdateUserError::Duplicate(field),
        // Somebody else wrote between our read and our write: the next attempt reads what they wrote.
        StoreError::Stale => UpdateUserError::Store(StoreError::Conflict),
        other => UpdateUserError::Store(other),
    })?;
    Entry::new(app, actor, User::KIND, "update")
        .id(id)
        .before(&stored.value)
        .after(&changed.value)
        .with("password_changed", hash.is_some())
        .record(uow);
    Ok(changed)
}

fn is_active_admin(user: &User) -> bool {
    user.is_active && user.role == Role::Admin
}
