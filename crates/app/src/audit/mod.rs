//! What was done: every use case that changes something says so in the unit of work in which it does.
//!
//! What is created, updated and deleted one by one says it with [`created`], [`updated`] and [`deleted`]; anything else is an
//! [`Entry`] of its own. Secrets and personal fields are masked here, so no use case has to think of them. A test goes
//! through all operations of the API and finds those that leave nothing behind.

mod entry;
mod export_events;
mod list_events;
mod mask;
mod verify_events;

pub(crate) use entry::{Entry, bounded};
pub use export_events::{Export, export_events};
pub use list_events::{ListEventsError, list_events};
pub use verify_events::{VerifyEventsError, verify_events};

use scheduling_domain::ports::UnitOfWork;
use scheduling_domain::record::{Entity, Record};

use crate::actor::Actor;
use crate::app::App;

/// Somebody made one.
pub(crate) fn created<T: Entity>(app: &App, uow: &mut dyn UnitOfWork, actor: &Actor, made: &Record<T>) {
    Entry::new(app, actor, T::KIND, "create").id(made.id).after(&made.value).record(uow);
}

/// Somebody changed one.
pub(crate) fn updated<T: Entity>(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    before: &Record<T>,
    after: &Record<T>,
) {
    Entry::new(app, actor, T::KIND, "update").id(before.id).before(&before.value).after(&after.value).record(uow);
}

/// Somebody deleted one.
pub(crate) fn deleted<T: Entity>(app: &App, uow: &mut dyn UnitOfWork, actor: &Actor, gone: &Record<T>) {
    Entry::new(app, actor, T::KIND, "delete").id(gone.id).before(&gone.value).record(uow);
}
