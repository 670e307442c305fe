use scheduling_domain::assignment::{Assignment, AssignmentFilter};
use scheduling_domain::id::ShiftId;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Version};
use thiserror::Error;

use super::find_with_schedule;
use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::reader::Reader;
use crate::schedules::{PlanRefusal, may_plan_within};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why a shift was not deleted.
#[derive(Debug, Error)]
pub enum DeleteShiftError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such shift")]
    NotFound,
    /// The actor may not plan this team.
    #[error("the actor may not plan this team")]
    Forbidden,
    /// It has another version than the one expected.
    #[error("it is at version {}, not at the expected one", current.0)]
    Stale {
        /// The version it has.
        current: Version,
    },
    /// Somebody is on it; take them off first.
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

transient!(DeleteShiftError);

impl From<PlanRefusal> for DeleteShiftError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Deletes a shift that nobody is on.
pub async fn delete_shift(
    app: &App,
    call: &Call<'_, ()>,
    id: ShiftId,
    expected: Version,
) -> Result<Settled<()>, DeleteShiftError> {
    retry(|| delete_shift_once(app, call, id, expected)).await
}

async fn delete_shift_once(
    app: &App,
    call: &Call<'_, ()>,
    id: ShiftId,
    expected: Version,
) -> Result<Settled<()>, DeleteShiftError> {
    match begin::<_, DeleteShiftError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = delete_shift_in(app, uow.as_mut(), call.actor, id, expected).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn delete_shift_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: ShiftId,
    expected: Version,
) -> Result<(), DeleteShiftError> {
    let (_, schedule) = find_with_schedule(&mut Reader::Unit(uow), id).await?.ok_or(DeleteShiftError::NotFound)?;
    may_plan_within(actor, &schedule)?;
    uow.shifts().lock(&[id]).await?;
    let stored = uow.shifts().find(id).await?.ok_or(DeleteShiftError::NotFound)?;
    if expected != stored.version {
        return Err(DeleteShiftError::Stale { current: stored.version });
    }
    let crew = AssignmentFilter { shift_ids: Some(vec![id]), ..AssignmentFilter::default() };
    if Reader::Unit(uow).any::<Assignment>(&crew).await? {
        return Err(DeleteShiftError::InUse { by: Assignment::KIND });
    }
    uow.shifts().delete(id, expected).await?;
    audit::deleted(app, uow, actor, &stored);
    Ok(())
}
