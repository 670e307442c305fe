use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::shift::{Shift, ShiftFilter};
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Operation, may_ever};
use crate::schedules::visible_drafts;

/// Why no shifts were listed.
#[derive(Debug, Error)]
pub enum ListShiftsError {
    /// The actor may read no draft.
    #[error("the actor may read no draft")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lists shifts of the drafts that the actor may read.
pub async fn list_shifts(
    app: &App,
    actor: &Actor,
    filter: ShiftFilter,
    page: PageRequest,
) -> Result<Page<Record<Shift>>, ListShiftsError> {
    if !may_ever(actor, Operation::ReadDraft) {
        return Err(ListShiftsError::Forbidden);
    }
    let schedule_ids = visible_drafts(app, actor, filter.schedule_ids).await?;
    let filter = ShiftFilter { schedule_ids, ..filter };
    Ok(app.store.shifts().list(actor.organization, &filter, page).await?)
}
