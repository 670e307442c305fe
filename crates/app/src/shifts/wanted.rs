//! What a shift that somebody wants must fulfil before it is judged.

use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::ports::StoreError;
use scheduling_domain::position::Position;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::Skill;
use scheduling_domain::time::SiteZone;

use crate::reader::Reader;
use crate::schedules::day_boundary;

/// The shift with the working day that its start belongs to, or everything wrong with it.
pub(super) async fn complete(
    reader: &mut Reader<'_>,
    schedule: &Record<Schedule>,
    mut shift: Shift,
) -> Result<Result<Shift, Faults>, StoreError> {
    shift.schedule_id = schedule.id;
    let mut faults = shift.validate().err().unwrap_or_default();
    reader.require::<Site>(&mut faults, "/site_id", shift.site_id).await?;
    reader.require::<Position>(&mut faults, "/position_id", shift.position_id).await?;
    reader.require_each::<Skill>(&mut faults, "/skill_ids", &shift.skill_ids).await?;
    if let Some(template) = shift.template_id {
        reader.require::<ShiftTemplate>(&mut faults, "/template_id", template).await?;
    }
    if let Some(site) = reader.find::<Site>(shift.site_id).await? {
        let zone = SiteZone::parse(&site.time_zone).map_err(|error| StoreError::Backend(error.into()))?;
        let period = schedule.period;
        shift.on = zone.working_day(shift.starts_at, day_boundary(reader, schedule).await?);
        faults.require(period.contains(shift.on), || {
            Fault::new("/starts_at", "outside_period").with("first", period.first).with("end", period.end)
        });
    }
    Ok(faults.into_result(shift))
}
