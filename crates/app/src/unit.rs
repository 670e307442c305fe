//! How a use case begins, settles and tries again. Nothing else begins a unit of work or ends one.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use scheduling_domain::ports::{IdempotencyKey, KeyState, StoreError, StoredResponse, UnitOfWork};
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;

/// A mutation being asked for: by whom, whether for real, and whether it may arrive twice.
pub struct Call<'a, T> {
    /// Who asks.
    pub actor: &'a Actor,
    /// Decide and answer as usual, but write nothing.
    pub dry_run: bool,
    /// Set when the client sent an `Idempotency-Key`.
    pub once: Option<Once<'a, T>>,
}

/// A request that may arrive twice and must act once.
pub struct Once<'a, T> {
    /// What tells it from others.
    pub key: IdempotencyKey,
    /// What the client is answered; it is kept in the transaction of the write.
    pub render: &'a (dyn Fn(&T) -> StoredResponse + Send + Sync),
}

impl<'a, T> Call<'a, T> {
    /// A plain call: for real, and every arrival acts.
    pub fn new(actor: &'a Actor) -> Self {
        Self { actor, dry_run: false, once: None }
    }

    /// Only tries when `dry_run` is set.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Acts once for all arrivals with the same key.
    #[must_use]
    pub fn once(mut self, key: IdempotencyKey, render: &'a (dyn Fn(&T) -> StoredResponse + Send + Sync)) -> Self {
        self.once = Some(Once { key, render });
        self
    }
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("actor", &self.actor)
            .field("dry_run", &self.dry_run)
            .field("key", &self.once.as_ref().map(|once| &once.key.key))
            .finish()
    }
}

/// What a mutation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled<T> {
    /// It was done now; in a dry run, it could have been done.
    Fresh(T),
    /// It was done when the key first came; this is what was answered then.
    Replayed(StoredResponse),
}

impl<T> Settled<T> {
    /// What was done now; `None` for a repeated answer.
    pub fn fresh(self) -> Option<T> {
        match self {
            Self::Fresh(value) => Some(value),
            Self::Replayed(_) => None,
        }
    }
}

/// Why an `Idempotency-Key` was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The first request with the key has not been answered yet.
    #[error("the first request with this key is not finished")]
    InFlight,
    /// The key came with another request before.
    #[error("the key was used for another request")]
    Mismatch,
}

/// A unit of work, unless the call was answered before.
pub(crate) enum Begun {
    New(Box<dyn UnitOfWork>),
    Answered(StoredResponse),
}

/// Opens a unit of work and takes the call's key in it.
pub(crate) async fn begin<T, E>(app: &App, call: &Call<'_, T>) -> Result<Begun, E>
where
    E: From<StoreError> + From<KeyError>,
{
    let mut uow = app.store.begin(call.actor.organization).await?;
    let Some(once) = call.once.as_ref().filter(|_| !call.dry_run) else {
        return Ok(Begun::New(uow));
    };
    let taken = uow.idempotency().take(&once.key, app.now()).await;
    if let Ok(KeyState::New) = taken {
        return Ok(Begun::New(uow));
    }
    undo(uow).await;
    match taken? {
        KeyState::Done(answer) => Ok(Begun::Answered(answer)),
        KeyState::Mismatch => Err(KeyError::Mismatch.into()),
        KeyState::New | KeyState::InFlight => Err(KeyError::InFlight.into()),
    }
}

/// Ends a call's unit of work: commits what was done together with the answer, or undoes it.
pub(crate) async fn settle<T, E>(
    app: &App,
    mut uow: Box<dyn UnitOfWork>,
    call: &Call<'_, T>,
    outcome: Result<T, E>,
) -> Result<Settled<T>, E>
where
    E: From<StoreError>,
{
    let value = match outcome {
        Ok(value) if !call.dry_run => value,
        other => {
            undo(uow).await;
            return other.map(Settled::Fresh);
        }
    };
    if let Some(once) = &call.once {
        let expires_at = app.now().saturating_add(app.limits.idempotency_key).unwrap_or(jiff::Timestamp::MAX);
        let kept = uow.idempotency().finish(&once.key, &(once.render)(&value), expires_at).await;
        if let Err(error) = kept {
            undo(uow).await;
            return Err(error.into());
        }
    }
    uow.commit().await?;
    Ok(Settled::Fresh(value))
}

/// Ends a unit of work that belongs to no call: commits on `Ok`, undoes on `Err`.
pub(crate) async fn conclude<T, E>(uow: Box<dyn UnitOfWork>, outcome: Result<T, E>) -> Result<T, E>
where
    E: From<StoreError>,
{
    match outcome {
        Ok(value) => {
            uow.commit().await?;
            Ok(value)
        }
        Err(error) => {
            undo(uow).await;
            Err(error)
        }
    }
}

/// Rolls back. A failure to do so costs a connection and changes nothing, so it is only noted.
pub(crate) async fn undo(uow: Box<dyn UnitOfWork>) {
    if let Err(error) = uow.rollback().await {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "a rollback failed");
    }
}

/// An error that may pass when the same thing is tried again.
pub(crate) trait Transient {
    /// Whether another transaction was in the way.
    fn is_conflict(&self) -> bool;
}

impl Transient for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict)
    }
}

/// `Transient` for error enums with the variant `Store(StoreError)`.
macro_rules! transient {
    ($($error:ty),+ $(,)?) => {$(
        impl crate::unit::Transient for $error {
            fn is_conflict(&self) -> bool {
                matches!(self, Self::Store(scheduling_domain::ports::StoreError::Conflict))
            }
        }
    )+};
}
pub(crate) use transient;

/// Tries until nothing is in the way, six times at the most. `attempt` is a named function given its arguments.
pub(crate) async fn retry<T, E, F>(attempt: impl Fn() -> F + Send) -> Result<T, E>
where
    E: Transient,
    F: Future<Output = Result<T, E>> + Send,
{
    for pause_ms in [2, 8, 25, 60, 120] {
        match attempt().await {
            Err(error) if error.is_conflict() => tokio::time::sleep(Duration::from_millis(pause_ms)).await,
            settled => return settled,
        }
    }
    attempt().await
}
