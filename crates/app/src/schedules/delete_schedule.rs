use scheduling_domain::assignment::AssignmentFilter;
use scheduling_domain::id::{AssignmentId, ScheduleId, ShiftId};
use scheduling_domain::optimization::OptimizationFilter;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Version};
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::ShiftFilter;
use thiserror::Error;

use super::access::{PlanRefusal, may_plan};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{Entry, bounded};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why a schedule was not deleted.
#[derive(Debug, Error)]
pub enum DeleteScheduleError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such schedule")]
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
    /// It was published once, and what people were told stays on record.
    #[error("a published schedule stays on record")]
    Published,
    /// The optimiser works on it.
    #[error("the optimiser works on it")]
    BeingOptimized,
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(DeleteScheduleError);

impl From<PlanRefusal> for DeleteScheduleError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Deletes a schedule that was never published, with its shifts, assignments and runs of the optimiser.
pub async fn delete_schedule(
    app: &App,
    call: &Call<'_, ()>,
    id: ScheduleId,
    expected: Option<Version>,
) -> Result<Settled<()>, DeleteScheduleError> {
    retry(|| delete_schedule_once(app, call, id, expected)).await
}

async fn delete_schedule_once(
    app: &App,
    call: &Call<'_, ()>,
    id: ScheduleId,
    expected: Option<Version>,
) -> Result<Settled<()>, DeleteScheduleError> {
    match begin::<_, DeleteScheduleError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = delete_schedule_in(app, uow.as_mut(), call.actor, id, expected).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn delete_schedule_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: ScheduleId,
    expected: Option<Version>,
) -> Result<(), DeleteScheduleError> {
    let stored = uow.schedules().find_locked(id).await?.ok_or(DeleteScheduleError::NotFound)?;
    may_plan(actor, &stored)?;
    if expected.is_some_and(|expected| expected != stored.version) {
        return Err(DeleteScheduleError::Stale { current: stored.version });
    }
    if stored.published_number.is_some() {
        return Err(DeleteScheduleError::Published);
    }
    delete_runs(uow, id).await?;
    let shifts = ShiftFilter { schedule_ids: Some(vec![id]), ..ShiftFilter::default() };
    let mut shifts: Vec<ShiftId> = uow.shifts().list_all(&shifts).await?.into_iter().map(|shift| shift.id).collect();
    shifts.sort_unstable();
    uow.shifts().lock(&shifts).await?;
    let crews = AssignmentFilter { schedule_ids: Some(vec![id]), ..AssignmentFilter::default() };
    let crews: Vec<AssignmentId> = uow.assignments().list_all(&crews).await?.into_iter().map(|one| one.id).collect();
    uow.assignments().delete_many(&crews).await?;
    uow.shifts().delete_many(&shifts).await?;
    uow.schedules().delete(id, stored.version).await.map_err(|error| match error {
        // Something was added to it since our reads: the next attempt sees that.
        StoreError::Reference(_) | StoreError::Stale => DeleteScheduleError::Store(StoreError::Conflict),
        other => DeleteScheduleError::Store(other),
    })?;
    Entry::new(app, actor, Schedule::KIND, "delete")
        .id(id)
        .before(&stored.value)
        .with("deleted_shifts", bounded(shifts.iter().copied()))
        .with("deleted_assignments", bounded(crews.iter().copied()))
        .record(uow);
    Ok(())
}

async fn delete_runs(uow: &mut dyn UnitOfWork, id: ScheduleId) -> Result<(), DeleteScheduleError> {
    let filter = OptimizationFilter { schedule_ids: Some(vec![id]), states: None };
    let runs = uow.optimizations().list_all(&filter).await?;
    if runs.iter().any(|run| !run.state.is_final()) {
        return Err(DeleteScheduleError::BeingOptimized);
    }
    for run in runs {
        uow.optimizations().delete(run.id, run.version).await?;
    }
    Ok(())
}
