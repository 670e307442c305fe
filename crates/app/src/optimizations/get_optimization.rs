use jiff::Timestamp;
use scheduling_domain::id::OptimizationId;
use scheduling_domain::optimization::{Optimization, OptimizationState};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::schedule::Schedule;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::reader::Reader;
use crate::schedules::may_read_draft;

/// Why no run was found.
#[derive(Debug, Error)]
pub enum GetOptimizationError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such run")]
    NotFound,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a run, with how it fares.
pub async fn get_optimization(
    app: &App,
    actor: &Actor,
    id: OptimizationId,
) -> Result<Record<Optimization>, GetOptimizationError> {
    let mut reader = Reader::Pool(app.store.as_ref(), actor.organization);
    let run = reader.find::<Optimization>(id).await?.ok_or(GetOptimizationError::NotFound)?;
    let schedule = reader.find::<Schedule>(run.schedule_id).await?.ok_or(GetOptimizationError::NotFound)?;
    if may_read_draft(actor, &schedule) { Ok(run) } else { Err(GetOptimizationError::NotFound) }
}

/// How much of its budget a run has spent, in thousandths: of its steps or of its time, whichever is further.
pub fn progress_permille(run: &Optimization, now: Timestamp) -> u16 {
    // A run that went to another worker has its time anew, and is not over before it says so.
    let part = |done: u64, of: u64| {
        let permille = u128::from(done) * 1000 / u128::from(of.max(1));
        u16::try_from(permille.min(999)).unwrap_or(999)
    };
    match run.state {
        OptimizationState::Queued => 0,
        OptimizationState::Running => {
            let since = run.started_at.map_or(0, |started| now.duration_since(started).as_millis());
            part(run.steps, run.max_steps).max(part(u64::try_from(since).unwrap_or(0), run.max_ms))
        }
        OptimizationState::Done | OptimizationState::Cancelled | OptimizationState::Failed => 1000,
    }
}
