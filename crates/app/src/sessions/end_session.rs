use scheduling_domain::id::{OrganizationId, SessionId, TypedId, UserId};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::session::{Session, SessionKind};
use thiserror::Error;

use super::access_to;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::permissions::Access;
use crate::unit::{conclude, retry, transient};

/// Why a session was not ended.
#[derive(Debug, Error)]
pub enum EndSessionError {
    /// It is not there any more, is another account's, or the actor may not know of it.
    #[error("there is no such session")]
    NotFound,
    /// The actor may not end it.
    #[error("the actor may not end the sessions of this account")]
    Forbidden,
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(EndSessionError);

/// Ends a session of an account, its tokens and its cookie, at once on every instance: its own holder may, and
/// administrators.
pub async fn end_session(app: &App, actor: &Actor, user: UserId, id: SessionId) -> Result<(), EndSessionError> {
    match access_to(app, actor, user).await? {
        Access::Allowed => {}
        Access::Invisible => return Err(EndSessionError::NotFound),
        Access::Forbidden => return Err(EndSessionError::Forbidden),
    }
    let ended = retry(|| end_once(app, actor, user, id)).await?;
    forget(app, actor.organization, &ended).await;
    Ok(())
}

async fn end_once(app: &App, actor: &Actor, user: UserId, id: SessionId) -> Result<Session, EndSessionError> {
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = end_in(app, uow.as_mut(), actor, user, id).await;
    conclude(uow, outcome).await
}

async fn end_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    user: UserId,
    id: SessionId,
) -> Result<Session, EndSessionError> {
    let holder = uow.sessions().find(id).await?;
    if holder.is_none_or(|holder| holder.user.id != user) {
        return Err(EndSessionError::NotFound);
    }
    let ended = uow.sessions().delete(id).await?.ok_or(EndSessionError::NotFound)?;
    Entry::new(app, actor, Session::KIND, "end").id(id).with("user_id", user.get()).record(uow);
    Ok(ended)
}

/// Ends a session whoever's it is, if it is still there.
pub(crate) async fn end(app: &App, organization: OrganizationId, id: SessionId) -> Result<(), StoreError> {
    let mut uow = app.store.begin(organization).await?;
    let deleted = uow.sessions().delete(id).await;
    if let Some(ended) = conclude::<_, StoreError>(uow, deleted).await? {
        forget(app, organization, &ended).await;
    }
    Ok(())
}

/// Takes an ended session out of the session store. It has ended either way: what is left there opens nothing.
async fn forget(app: &App, organization: OrganizationId, ended: &Session) {
    if let SessionKind::Browser(key) = &ended.grant.kind
        && let Err(error) = app.sessions.delete(organization, key).await
    {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, session_id = %ended.id, "an ended session stays in the session store until it runs out");
    }
}
