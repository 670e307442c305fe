use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{OptimizationId, ScheduleId};
use scheduling_domain::optimization::{Optimization, OptimizationFilter, OptimizationState};
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::schedule::Schedule;
use thiserror::Error;

use super::ACTIVE;
use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::schedules::{PlanRefusal, may_plan};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// A run being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewOptimization {
    /// On what.
    pub schedule_id: ScheduleId,
    /// Where the random numbers start.
    pub seed: u64,
    /// The longest it takes, in milliseconds.
    pub max_ms: u64,
    /// The most search steps it takes; none for as many as fit into the time.
    pub max_steps: Option<u64>,
}

/// Why no run was queued.
#[derive(Debug, Error)]
pub enum RequestOptimizationError {
    /// The actor may not.
    #[error("the actor may not optimise this schedule")]
    Forbidden,
    /// The request is wrong, or names a schedule that is not there.
    #[error("the request is wrong: {0}")]
    Invalid(#[source] Faults),
    /// The schedule has a run that has not ended.
    #[error("run {id} on the schedule has not ended")]
    AlreadyActive {
        /// That run.
        id: OptimizationId,
    },
    /// The organization has as many runs waiting or running as it may have.
    #[error("{limit} runs are waiting or running already")]
    TooMany {
        /// How many it may have.
        limit: i64,
    },
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(RequestOptimizationError);

/// Queues a run. A schedule has one that has not ended at the most.
pub async fn request_optimization(
    app: &App,
    call: &Call<'_, Record<Optimization>>,
    new: &NewOptimization,
) -> Result<Settled<Record<Optimization>>, RequestOptimizationError> {
    let settled = retry(|| request_once(app, call, new)).await?;
    if !call.dry_run {
        app.wake.call();
    }
    Ok(settled)
}

async fn request_once(
    app: &App,
    call: &Call<'_, Record<Optimization>>,
    new: &NewOptimization,
) -> Result<Settled<Record<Optimization>>, RequestOptimizationError> {
    match begin::<_, RequestOptimizationError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = request_in(app, uow.as_mut(), call.actor, new).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn request_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    new: &NewOptimization,
) -> Result<Record<Optimization>, RequestOptimizationError> {
    let run = queued(actor, new);
    let mut faults = run.validate().err().unwrap_or_default();
    // Its lock lets one request at a time look whether the schedule has a run.
    let schedule = uow.schedules().find_locked(new.schedule_id).await?;
    match schedule.map_or(Err(PlanRefusal::NotFound), |schedule| may_plan(actor, &schedule)) {
        Ok(()) => {}
        Err(PlanRefusal::NotFound) => faults.push(
            Fault::new("/schedule_id", "unknown_reference").with("kind", Schedule::KIND).with("id", new.schedule_id),
        ),
        Err(PlanRefusal::Forbidden) => return Err(RequestOptimizationError::Forbidden),
    }
    faults.into_result(()).map_err(RequestOptimizationError::Invalid)?;
    refuse_a_second(uow, new.schedule_id).await?;
    refuse_a_crowd(uow, app.limits.active_optimizations).await?;
    let run = uow.optimizations().insert(&run, app.now()).await?;
    audit::created(app, uow, actor, &run);
    Ok(run)
}

fn queued(actor: &Actor, new: &NewOptimization) -> Optimization {
    Optimization {
        schedule_id: new.schedule_id,
        requested_by: actor.user_id,
        state: OptimizationState::Queued,
        seed: new.seed,
        max_steps: new.max_steps.unwrap_or(Optimization::UNBOUNDED_STEPS),
        max_ms: new.max_ms,
        steps: 0,
        score: None,
        bound: None,
        proposal: Vec::new(),
        cancel_requested: false,
        failure: None,
        generation: 0,
        workers_lost: 0,
        leased_until: None,
        request_id: actor.origin.request_id.clone(),
        traceparent: actor.origin.traceparent.clone(),
        started_at: None,
        finished_at: None,
        applied_at: None,
    }
}

async fn refuse_a_second(uow: &mut dyn UnitOfWork, schedule: ScheduleId) -> Result<(), RequestOptimizationError> {
    let filter = OptimizationFilter { schedule_ids: Some(vec![schedule]), states: Some(ACTIVE.to_vec()) };
    let active = uow.optimizations().list(&filter, PageRequest::default()).await?;
    match active.items.first() {
        Some(run) => Err(RequestOptimizationError::AlreadyActive { id: run.id }),
        None => Ok(()),
    }
}

/// Requests for different schedules that come at the same instant may pass the limit together; it guards the queue, not a
/// number.
async fn refuse_a_crowd(uow: &mut dyn UnitOfWork, limit: i64) -> Result<(), RequestOptimizationError> {
    let filter = OptimizationFilter { schedule_ids: None, states: Some(ACTIVE.to_vec()) };
    let active = uow.optimizations().list(&filter, PageRequest::default()).await?.total;
    if active < limit { Ok(()) } else { Err(RequestOptimizationError::TooMany { limit }) }
}
