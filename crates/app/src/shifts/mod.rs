//! Work to be staffed, made and changed by hand; [`generate_shifts`](crate::schedules::generate_shifts) makes it from
//! demand.

mod create_shift;
mod crews;
mod delete_shift;
mod get_shift;
mod list_shifts;
mod update_shift;
mod wall_clock;
mod wanted;

pub use create_shift::{CreateShiftError, create_shift};
pub(crate) use crews::Crews;
pub use delete_shift::{DeleteShiftError, delete_shift};
pub use get_shift::{GetShiftError, get_shift};
pub use list_shifts::{ListShiftsError, list_shifts};
pub use update_shift::{ChangedShift, UpdateShiftError, update_shift};
pub use wall_clock::{WallClock, WallClockError, wall_clock};

use scheduling_domain::id::ShiftId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;

use crate::reader::Reader;

/// A shift and the schedule it belongs to.
pub(crate) async fn find_with_schedule(
    reader: &mut Reader<'_>,
    id: ShiftId,
) -> Result<Option<(Record<Shift>, Record<Schedule>)>, StoreError> {
    let Some(shift) = reader.find::<Shift>(id).await? else { return Ok(None) };
    let schedule = reader.find::<Schedule>(shift.schedule_id).await?;
    Ok(schedule.map(|schedule| (shift, schedule)))
}
