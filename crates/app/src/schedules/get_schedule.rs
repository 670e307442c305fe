use scheduling_domain::id::ScheduleId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::schedule::Schedule;
use thiserror::Error;

use super::access::may_see;
use crate::actor::Actor;
use crate::app::App;

/// Why no schedule was found.
#[derive(Debug, Error)]
pub enum GetScheduleError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such schedule")]
    NotFound,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a schedule: a published one anybody, a draft its planners.
pub async fn get_schedule(app: &App, actor: &Actor, id: ScheduleId) -> Result<Record<Schedule>, GetScheduleError> {
    let schedule = app.store.schedules().find(actor.organization, id).await?;
    schedule.filter(|schedule| may_see(actor, schedule)).ok_or(GetScheduleError::NotFound)
}
