use scheduling_domain::assignment::{Assignment, AssignmentFilter};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Operation, may_ever};
use crate::schedules::visible_drafts;

/// Why no assignments were listed.
#[derive(Debug, Error)]
pub enum ListAssignmentsError {
    /// The actor may read no draft.
    #[error("the actor may read no draft")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lists assignments of the drafts that the actor may read.
pub async fn list_assignments(
    app: &App,
    actor: &Actor,
    filter: AssignmentFilter,
    page: PageRequest,
) -> Result<Page<Record<Assignment>>, ListAssignmentsError> {
    if !may_ever(actor, Operation::ReadDraft) {
        return Err(ListAssignmentsError::Forbidden);
    }
    let schedule_ids = visible_drafts(app, actor, filter.schedule_ids).await?;
    let filter = AssignmentFilter { schedule_ids, ..filter };
    Ok(app.store.assignments().list(actor.organization, &filter, page).await?)
}
