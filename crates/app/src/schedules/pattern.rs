use jiff::civil::{Date, Time};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::{PositionId, ScheduleId, ShiftTemplateId, SkillId};
use scheduling_domain::ports::StoreError;
use scheduling_domain::position::Position;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::roster::Heads;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::team::Team;
use scheduling_domain::time::{SiteZone, WallShift};

use crate::reader::Reader;

/// A template with what it takes to make shifts from it.
pub(crate) struct Pattern {
    schedule: ScheduleId,
    template: Record<ShiftTemplate>,
    zone: SiteZone,
    day_boundary: Time,
    position: PositionId,
    skills: Vec<SkillId>,
}

impl Pattern {
    /// Reads what the template takes; none when it is not there.
    pub(crate) async fn load(
        reader: &mut Reader<'_>,
        schedule: &Record<Schedule>,
        id: ShiftTemplateId,
    ) -> Result<Option<Self>, StoreError> {
        let Some(template) = reader.find::<ShiftTemplate>(id).await? else { return Ok(None) };
        let Some(site) = reader.find::<Site>(template.site_id).await? else { return Ok(None) };
        let position = reader.find::<Position>(template.position_id).await?;
        let mut skills = position.map(|position| position.value.skill_ids).unwrap_or_default();
        skills.extend(template.skill_ids.iter().copied());
        skills.sort_unstable();
        skills.dedup();
        let zone = SiteZone::parse(&site.time_zone).map_err(|error| StoreError::Backend(error.into()))?;
        let day_boundary = day_boundary(reader, schedule).await?;
        Ok(Some(Self { schedule: schedule.id, position: template.position_id, template, zone, day_boundary, skills }))
    }

    /// The shift of a working day, or why there can be none.
    pub(crate) fn shift(&self, heads: Heads, on: Date) -> Result<Shift, Faults> {
        let template = &self.template;
        let wall = WallShift { starts: template.starts, ends: template.ends, dst_policy: template.dst_policy };
        let interval = wall.on(&self.zone, on, self.day_boundary).map_err(|missing| missing.fault(""))?;
        let shift = Shift {
            schedule_id: self.schedule,
            label: template.code.clone(),
            template_id: Some(template.id),
            site_id: template.site_id,
            position_id: self.position,
            on,
            starts_at: interval.starts_at,
            ends_at: interval.ends_at,
            break_minutes: template.break_minutes,
            skill_ids: self.skills.clone(),
            tags: template.tags.clone(),
            heads,
        };
        shift.validate()?;
        Ok(shift)
    }
}

/// When the working day of a schedule's team begins.
pub(crate) async fn day_boundary(reader: &mut Reader<'_>, schedule: &Schedule) -> Result<Time, StoreError> {
    let team = reader.find::<Team>(schedule.team_id).await?;
    let set = match team.and_then(|team| team.rule_set_id) {
        Some(id) => reader.find::<RuleSet>(id).await?,
        None => None,
    };
    Ok(set.map_or(Time::midnight(), |set| set.day_boundary))
}
