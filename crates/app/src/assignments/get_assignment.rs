use scheduling_domain::assignment::Assignment;
use scheduling_domain::id::AssignmentId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use thiserror::Error;

use super::find_with_shift;
use crate::actor::Actor;
use crate::app::App;
use crate::reader::Reader;
use crate::schedules::may_read_draft;

/// Why no assignment was found.
#[derive(Debug, Error)]
pub enum GetAssignmentError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such assignment")]
    NotFound,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads an assignment of a draft that the actor may read.
pub async fn get_assignment(
    app: &App,
    actor: &Actor,
    id: AssignmentId,
) -> Result<Record<Assignment>, GetAssignmentError> {
    let mut reader = Reader::Pool(app.store.as_ref(), actor.organization);
    match find_with_shift(&mut reader, id).await? {
        Some((assignment, _, schedule)) if may_read_draft(actor, &schedule) => Ok(assignment),
        _ => Err(GetAssignmentError::NotFound),
    }
}
