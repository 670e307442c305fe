use scheduling_domain::id::UserId;
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::session::Session;
use thiserror::Error;

use super::access_to;
use crate::actor::Actor;
use crate::app::App;
use crate::permissions::Access;

/// Why no sessions were listed.
#[derive(Debug, Error)]
pub enum ListSessionsError {
    /// There is no such account, or the actor may not know of it.
    #[error("there is no such account")]
    NotFound,
    /// The actor may not see them.
    #[error("the actor may not see the sessions of this account")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where an account is signed in, the newest session first: its own holder may ask, and administrators.
pub async fn list_sessions(
    app: &App,
    actor: &Actor,
    user: UserId,
    page: PageRequest,
) -> Result<Page<Session>, ListSessionsError> {
    match access_to(app, actor, user).await? {
        Access::Allowed => {}
        Access::Invisible => return Err(ListSessionsError::NotFound),
        Access::Forbidden => return Err(ListSessionsError::Forbidden),
    }
    Ok(app.store.sessions().list(actor.organization, user, app.now(), page).await?)
}
