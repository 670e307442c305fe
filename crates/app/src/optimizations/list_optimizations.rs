use scheduling_domain::optimization::{Optimization, OptimizationFilter};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Operation, may_ever};
use crate::schedules::visible_drafts;

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
    if !may_ever(actor, Operation::ReadDraft) {
        return Err(ListOptimizationsError::Forbidden);
    }
    let schedule_ids = visible_drafts(app, actor, filter.schedule_ids).await?;
    let filter = OptimizationFilter { schedule_ids, ..filter };
    Ok(app.store.optimizations().list(actor.organization, &filter, page).await?)
}
