use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::Version;
use thiserror::Error;

use super::Catalogued;
use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::permissions::{Access, access};
use crate::reader::Reader;
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why nothing was deleted.
#[derive(Debug, Error)]
pub enum DeleteError {
    /// It is not there, or the actor may not know of it.
    #[error("there is nothing here")]
    NotFound,
    /// The actor may not.
    #[error("the actor may not delete this")]
    Forbidden,
    /// It has another version than the one expected.
    #[error("it is at version {}, not at the expected one", current.0)]
    Stale {
        /// The version it has.
        current: Version,
    },
    /// Something still points at it.
    #[error("a {by} still needs it")]
    InUse {
        /// What kind of thing.
        by: &'static str,
    },
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(DeleteError);

/// Deletes one that nothing points at. Without `expected`, whatever its version.
pub async fn delete<T: Catalogued>(
    app: &App,
    call: &Call<'_, ()>,
    id: T::Id,
    expected: Option<Version>,
) -> Result<Settled<()>, DeleteError> {
    retry(|| delete_once::<T>(app, call, id, expected)).await
}

async fn delete_once<T: Catalogued>(
    app: &App,
    call: &Call<'_, ()>,
    id: T::Id,
    expected: Option<Version>,
) -> Result<Settled<()>, DeleteError> {
    match begin::<_, DeleteError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = delete_in::<T>(app, uow.as_mut(), call.actor, id, expected).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn delete_in<T: Catalogued>(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: T::Id,
    expected: Option<Version>,
) -> Result<(), DeleteError> {
    let mut reader = Reader::Unit(uow);
    let stored = reader.find::<T>(id).await?.ok_or(DeleteError::NotFound)?;
    let relation = stored.relation(&mut reader, actor).await?;
    match access(actor, T::WRITE, relation) {
        Access::Allowed => {}
        Access::Invisible => return Err(DeleteError::NotFound),
        Access::Forbidden => return Err(DeleteError::Forbidden),
    }
    if expected.is_some_and(|expected| expected != stored.version) {
        return Err(DeleteError::Stale { current: stored.version });
    }
    if let Some(by) = T::used_by(id, &mut reader).await? {
        return Err(DeleteError::InUse { by });
    }
    T::repository(uow).delete(id, stored.version).await.map_err(|error| match error {
        // Something began to point at it, or somebody wrote it, since our read: the next attempt sees that.
        StoreError::Reference(_) | StoreError::Stale => DeleteError::Store(StoreError::Conflict),
        other => DeleteError::Store(other),
    })?;
    audit::deleted(app, uow, actor, &stored);
    Ok(())
}
