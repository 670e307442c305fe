//! Who works what. Every edit is judged by the rules before it is written, under the locks of the shift and of the people
//! it concerns; a dry run answers the same verdict and writes nothing.

mod assign_employee;
mod get_assignment;
mod list_assignments;
mod pin_assignment;
mod unassign_employee;

pub use assign_employee::{AssignError, Assigned, InTheWay, NewAssignment, assign_employee};
pub use get_assignment::{GetAssignmentError, get_assignment};
pub use list_assignments::{ListAssignmentsError, list_assignments};
pub use pin_assignment::{PinAssignmentError, pin_assignment};
pub use unassign_employee::{UnassignError, Unassigned, unassign_employee};

use scheduling_domain::assignment::Assignment;
use scheduling_domain::id::AssignmentId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;

use crate::reader::Reader;
use crate::shifts::find_with_schedule;

/// An assignment, its shift, and the schedule they belong to.
async fn find_with_shift(
    reader: &mut Reader<'_>,
    id: AssignmentId,
) -> Result<Option<(Record<Assignment>, Record<Shift>, Record<Schedule>)>, StoreError> {
    let Some(assignment) = reader.find::<Assignment>(id).await? else { return Ok(None) };
    let found = find_with_schedule(reader, assignment.shift_id).await?;
    Ok(found.map(|(shift, schedule)| (assignment, shift, schedule)))
}
