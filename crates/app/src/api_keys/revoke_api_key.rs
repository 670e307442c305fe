use scheduling_domain::id::ApiKeyId;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use thiserror::Error;

use super::relation;
use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::permissions::{Access, Operation, access};
use crate::unit::{conclude, retry, transient};

/// Why no key was revoked.
#[derive(Debug, Error)]
pub enum RevokeApiKeyError {
    /// It is not there, or it is somebody else's.
    #[error("there is no such key")]
    NotFound,
    /// The actor may not.
    #[error("the actor may not revoke this key")]
    Forbidden,
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(RevokeApiKeyError);

/// Ends a key at once: one's own, or, for administrators, anybody's.
pub async fn revoke_api_key(app: &App, actor: &Actor, id: ApiKeyId) -> Result<(), RevokeApiKeyError> {
    retry(|| revoke_once(app, actor, id)).await
}

async fn revoke_once(app: &App, actor: &Actor, id: ApiKeyId) -> Result<(), RevokeApiKeyError> {
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = revoke_in(app, uow.as_mut(), actor, id).await;
    conclude(uow, outcome).await
}

async fn revoke_in(app: &App, uow: &mut dyn UnitOfWork, actor: &Actor, id: ApiKeyId) -> Result<(), RevokeApiKeyError> {
    let key = uow.api_keys().find(id).await?.ok_or(RevokeApiKeyError::NotFound)?;
    match access(actor, Operation::WriteApiKeys, relation(actor, key.user_id)) {
        Access::Allowed => {}
        Access::Invisible => return Err(RevokeApiKeyError::NotFound),
        Access::Forbidden => return Err(RevokeApiKeyError::Forbidden),
    }
    uow.api_keys().delete(id, key.version).await.map_err(|error| match error {
        // Somebody revoked it since our read: the next attempt sees that.
        StoreError::Stale => RevokeApiKeyError::Store(StoreError::Conflict),
        other => RevokeApiKeyError::Store(other),
    })?;
    audit::deleted(app, uow, actor, &key);
    Ok(())
}
