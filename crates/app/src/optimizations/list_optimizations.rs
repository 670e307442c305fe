use scheduling_domain::id::ScheduleId;
use scheduling_domain::optimization::{Optimization, OptimizationFilter};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use scheduling_domain::user::Role;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Operation, may_list};
use crate::reader::Reader;

/// Why nothing was listed.
#[derive(Debug, Error)]
pub enum ListOptimizationsError {
    /// The actor may read none of them.
    #[error("the actor may not list runs of the optimiser")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lists the runs that match and that the actor may see.
pub async fn list_optimizations(
    app: &App,
    actor: &Actor,
    filter: OptimizationFilter,
    page: PageRequest,
) -> Result<Page<Record<Optimization>>, ListOptimizationsError> {
    if !may_list(actor, Operation::ReadDraft) {
        return Err(ListOptimizationsError::Forbidden);
    }
    let schedule_ids = visible_schedules(app, actor, filter.schedule_ids).await?;
    let filter = OptimizationFilter { schedule_ids, ..filter };
    Ok(app.store.optimizations().list(actor.organization, &filter, page).await?)
}

/// The schedules whose runs the actor may list, cut with those asked for; `None` for all.
async fn visible_schedules(
    app: &App,
    actor: &Actor,
    asked: Option<Vec<ScheduleId>>,
) -> Result<Option<Vec<ScheduleId>>, StoreError> {
    if actor.role == Role::Admin {
        return Ok(asked);
    }
    let own = ScheduleFilter { team_ids: Some(actor.team_ids.clone()), ..ScheduleFilter::default() };
    let mut reader = Reader::Pool(app.store.as_ref(), actor.organization);
    let schedules = reader.list_all::<Schedule>(&own).await?.into_iter().map(|schedule| schedule.id);
    Ok(Some(schedules.filter(|id| asked.as_ref().is_none_or(|asked| asked.contains(id))).collect()))
}
