//! Who may take a profile of an instance, and that they did.

use scheduling_domain::organization::DEFAULT_SLUG;
use scheduling_domain::ports::StoreError;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::permissions::{Access, Operation, Relation, access};
use crate::unit::conclude;

/// Why no profile was taken.
#[derive(Debug, Error)]
pub enum TakeProfileError {
    /// The actor may not take one.
    #[error("the actor may not take a profile of an instance")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether the actor may take a profile. An instance works for every organization; those who run it are in the first.
pub async fn permit_profile(app: &App, actor: &Actor) -> Result<(), TakeProfileError> {
    let first = app.store.find_organization(DEFAULT_SLUG).await?;
    let runs_instance = first.is_some_and(|first| first.id == actor.organization);
    match access(actor, Operation::TakeProfile, Relation::Other) {
        Access::Allowed if runs_instance => Ok(()),
        Access::Allowed | Access::Invisible | Access::Forbidden => Err(TakeProfileError::Forbidden),
    }
}

/// Leaves the event that the actor takes a profile of so many seconds.
pub async fn record_profile(app: &App, actor: &Actor, seconds: u32) -> Result<(), TakeProfileError> {
    let mut uow = app.store.begin(actor.organization).await?;
    Entry::new(app, actor, "instance", "profile").with("seconds", seconds).record(uow.as_mut());
    conclude(uow, Ok(())).await
}
