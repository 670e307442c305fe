use scheduling_domain::id::UserId;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::Entity;
use scheduling_domain::user::User;

use super::{EndSessionError, access_to};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::permissions::Access;
use crate::unit::{conclude, retry};

/// Ends every session of an account, at once on every instance: its own holder may, and administrators.
pub async fn end_sessions(app: &App, actor: &Actor, user: UserId) -> Result<(), EndSessionError> {
    match access_to(app, actor, user).await? {
        Access::Allowed => {}
        Access::Invisible => return Err(EndSessionError::NotFound),
        Access::Forbidden => return Err(EndSessionError::Forbidden),
    }
    retry(|| end_all_once(app, actor, user)).await
}

/// The rows of the sessions stay until they are swept; their epoch is another than the account's.
async fn end_all_once(app: &App, actor: &Actor, user: UserId) -> Result<(), EndSessionError> {
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = end_all_in(app, uow.as_mut(), actor, user).await;
    conclude(uow, outcome).await
}

async fn end_all_in(app: &App, uow: &mut dyn UnitOfWork, actor: &Actor, user: UserId) -> Result<(), EndSessionError> {
    uow.users().raise_token_epoch(user).await.map_err(|error| match error {
        StoreError::Stale => EndSessionError::NotFound,
        other => EndSessionError::Store(other),
    })?;
    Entry::new(app, actor, User::KIND, "end_sessions").id(user).record(uow);
    Ok(())
}
