use scheduling_domain::id::OptimizationId;
use scheduling_domain::optimization::{Optimization, OptimizationState};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::schedules::{PlanRefusal, may_plan_within};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why a run was not cancelled.
#[derive(Debug, Error)]
pub enum CancelOptimizationError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such run")]
    NotFound,
    /// The actor may not.
    #[error("the actor may not cancel this run")]
    Forbidden,
    /// It has ended without being cancelled.
    #[error("the run has ended: {}", state.as_str())]
    Ended {
        /// How.
        state: OptimizationState,
    },
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(CancelOptimizationError);

impl From<PlanRefusal> for CancelOptimizationError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Cancels a run: at once while it waits; one that a worker has ends within seconds and keeps its best roster so far.
/// Cancelling twice is cancelling once.
pub async fn cancel_optimization(
    app: &App,
    call: &Call<'_, Record<Optimization>>,
    id: OptimizationId,
) -> Result<Settled<Record<Optimization>>, CancelOptimizationError> {
    retry(|| cancel_once(app, call, id)).await
}

async fn cancel_once(
    app: &App,
    call: &Call<'_, Record<Optimization>>,
    id: OptimizationId,
) -> Result<Settled<Record<Optimization>>, CancelOptimizationError> {
    match begin::<_, CancelOptimizationError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = cancel_in(app, uow.as_mut(), call.actor, id).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn cancel_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: OptimizationId,
) -> Result<Record<Optimization>, CancelOptimizationError> {
    let run = uow.optimizations().find_locked(id).await?.ok_or(CancelOptimizationError::NotFound)?;
    let schedule = uow.schedules().find(run.schedule_id).await?.ok_or(CancelOptimizationError::NotFound)?;
    may_plan_within(actor, &schedule)?;
    let now = app.now();
    let cancelled = match run.state {
        OptimizationState::Queued => Optimization {
            state: OptimizationState::Cancelled,
            cancel_requested: true,
            finished_at: Some(now),
            ..run.value.clone()
        },
        OptimizationState::Running if !run.cancel_requested => {
            Optimization { cancel_requested: true, ..run.value.clone() }
        }
        OptimizationState::Running | OptimizationState::Cancelled => return Ok(run),
        state @ (OptimizationState::Done | OptimizationState::Failed) => {
            return Err(CancelOptimizationError::Ended { state });
        }
    };
    let cancelled = uow.optimizations().update(id, run.version, &cancelled, now).await?;
    Entry::new(app, actor, Optimization::KIND, "cancel").id(id).before(&run.value).after(&cancelled.value).record(uow);
    Ok(cancelled)
}
