use scheduling_domain::id::ShiftId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::shift::Shift;
use thiserror::Error;

use super::find_with_schedule;
use crate::actor::Actor;
use crate::app::App;
use crate::reader::Reader;
use crate::schedules::may_read_draft;

/// Why no shift was found.
#[derive(Debug, Error)]
pub enum GetShiftError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such shift")]
    NotFound,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a shift of a draft that the actor may read.
pub async fn get_shift(app: &App, actor: &Actor, id: ShiftId) -> Result<Record<Shift>, GetShiftError> {
    let mut reader = Reader::Pool(app.store.as_ref(), actor.organization);
    match find_with_schedule(&mut reader, id).await? {
        Some((shift, schedule)) if may_read_draft(actor, &schedule) => Ok(shift),
        _ => Err(GetShiftError::NotFound),
    }
}
