use scheduling_domain::fault::Faults;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Record, Version};
use thiserror::Error;

use super::Catalogued;
use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::permissions::{Access, access};
use crate::reader::Reader;
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why nothing was changed.
#[derive(Debug, Error)]
pub enum UpdateError {
    /// It is not there, or the actor may not know of it.
    #[error("there is nothing here")]
    NotFound,
    /// The actor may not.
    #[error("the actor may not change this")]
    Forbidden,
    /// It has another version than the one expected.
    #[error("it is at version {}, not at the expected one", current.0)]
    Stale {
        /// The version it has.
        current: Version,
    },
    /// The changed value is wrong, or points at what is not there.
    #[error("the value is wrong: {0}")]
    Invalid(#[source] Faults),
    /// A value that must be unique is taken.
    #[error("{0} is taken")]
    Duplicate(&'static str),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(UpdateError);

/// Turns the stored value into the wanted one. It may be called more than once.
pub type Edit<'a, T> = &'a (dyn Fn(&mut T) + Send + Sync);

/// Changes one. Without `expected`, whatever version is there is changed.
pub async fn update<T: Catalogued>(
    app: &App,
    call: &Call<'_, Record<T>>,
    id: T::Id,
    expected: Option<Version>,
    edit: Edit<'_, T>,
) -> Result<Settled<Record<T>>, UpdateError> {
    retry(|| update_once(app, call, id, expected, edit)).await
}

async fn update_once<T: Catalogued>(
    app: &App,
    call: &Call<'_, Record<T>>,
    id: T::Id,
    expected: Option<Version>,
    edit: Edit<'_, T>,
) -> Result<Settled<Record<T>>, UpdateError> {
    match begin::<_, UpdateError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = update_in(app, uow.as_mut(), call.actor, id, expected, edit).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn update_in<T: Catalogued>(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: T::Id,
    expected: Option<Version>,
    edit: Edit<'_, T>,
) -> Result<Record<T>, UpdateError> {
    let mut reader = Reader::Unit(uow);
    let stored = reader.find::<T>(id).await?.ok_or(UpdateError::NotFound)?;
    match access(actor, T::WRITE, stored.relation(&mut reader, actor).await?) {
        Access::Allowed => {}
        Access::Invisible => return Err(UpdateError::NotFound),
        Access::Forbidden => return Err(UpdateError::Forbidden),
    }
    if expected.is_some_and(|expected| expected != stored.version) {
        return Err(UpdateError::Stale { current: stored.version });
    }
    let mut value = stored.value.clone();
    edit(&mut value);
    // Nobody moves a thing to where they could not have made it.
    let relation = value.relation(&mut reader, actor).await?;
    if access(actor, T::WRITE, relation) != Access::Allowed || !value.may_become(Some(&stored), actor) {
        return Err(UpdateError::Forbidden);
    }
    let mut faults = value.validate().err().unwrap_or_default();
    value.check(Some(id), &mut reader, &mut faults).await?;
    faults.into_result(()).map_err(UpdateError::Invalid)?;
    let mut changed = if value == stored.value {
        stored
    } else {
        let written = T::repository(uow).update(id, stored.version, &value, app.now()).await;
        let changed = written.map_err(|error| match error {
            StoreError::Duplicate(field) => UpdateError::Duplicate(field),
            // Somebody else wrote between our read and our write: the next attempt reads what they wrote.
            StoreError::Stale => UpdateError::Store(StoreError::Conflict),
            other => UpdateError::Store(other),
        })?;
        audit::updated(app, uow, actor, &stored, &changed);
        changed
    };
    changed.value.redact(actor, relation);
    Ok(changed)
}
