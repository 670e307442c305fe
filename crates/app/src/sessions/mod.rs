//! Sessions: who is signed in where, and ending it.

mod end_session;
mod end_sessions;
mod get_session;
mod list_sessions;

pub use end_session::{EndSessionError, end_session};
pub use end_sessions::end_sessions;
pub use get_session::get_session;
pub use list_sessions::{ListSessionsError, list_sessions};

pub(crate) use end_session::end;

use jiff::Timestamp;
use scheduling_domain::id::UserId;
use scheduling_domain::ports::StoreError;

use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Access, Operation, Relation, access};

/// When a browser's session ends whose holder is there now and then stays away.
pub(crate) fn ends_idle_at(app: &App, now: Timestamp) -> Timestamp {
    now.saturating_add(app.limits.session_idle).unwrap_or(Timestamp::MAX)
}

/// What the actor may do with the sessions of an account.
async fn access_to(app: &App, actor: &Actor, user: UserId) -> Result<Access, StoreError> {
    if actor.user_id == user {
        return Ok(access(actor, Operation::ManageSessions, Relation::Own));
    }
    match app.store.users().find(actor.organization, user).await? {
        Some(_) => Ok(access(actor, Operation::ManageSessions, Relation::Other)),
        None => Ok(Access::Invisible),
    }
}
