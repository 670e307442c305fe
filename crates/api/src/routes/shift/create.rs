use jiff::civil::Date;
use paperclip::actix::api_v2_operation;
use scheduling_app::Call;
use scheduling_app::shifts::{self, CreateShiftError, WallClock, WallClockError};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{PositionId, ScheduleId, ShiftTemplateId, SiteId, SkillId, TypedId};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::roster::Heads;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use scheduling_domain::site::Site;
use scheduling_domain::time::{DstPolicy, Interval, WallShift};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ShiftView, as_written, stored};
use crate::http::{Code, Created, Idempotent, JsonBody, Problem, Query, Result};
use crate::routes::answer::Stored;
use crate::routes::attempt::{Attempt, DryRun, attempted};
use crate::routes::caller::Caller;
use crate::routes::demand::HeadsBody;
use crate::routes::fields::{Choice, Field, Label, List, Ref, Tags, WallTime};
use crate::routes::zone::Zones;

/// A new shift.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateShiftBody {
    /// The roster it belongs to.
    schedule_id: Ref<ScheduleId>,
    /// What people call it.
    #[schemars(example = &"D")]
    label: Label<40>,
    /// Where; the team's site when absent.
    #[serde(default)]
    site_id: Option<Ref<SiteId>>,
    /// As what.
    position_id: Ref<PositionId>,
    /// The working day it belongs to, within the schedule's period.
    #[schemars(example = &"2026-01-05")]
    on: Date,
    /// When it starts, by the site's wall clock.
    starts: WallTime,
    /// When it ends; at or before `starts` means on the next day.
    ends: WallTime,
    /// What happens on a day when clocks change.
    #[serde(default = "reject_gap")]
    dst_policy: Choice<DstPolicy>,
    /// Unpaid break within it.
    #[serde(default)]
    #[schemars(range(max = 1_440))]
    break_minutes: u32,
    /// Skills everyone on it needs.
    #[serde(default)]
    skill_ids: List<Ref<SkillId>, 50>,
    /// Tags that rules select by.
    #[serde(default)]
    tags: Tags,
    /// How many people; one when absent.
    #[serde(default)]
    heads: Option<HeadsBody>,
    /// The template it stands for, where rules count by template.
    #[serde(default)]
    template_id: Option<Ref<ShiftTemplateId>>,
}

pub(super) fn reject_gap() -> Choice<DstPolicy> {
    Choice(DstPolicy::RejectGap)
}

/// What a shift wants that does not say: one person.
const ONE_HEAD: Heads = Heads { min: 1, target: 1, max: None, under_weight: 100, over_weight: 1 };

/// The instants of a wall shift on a working day; the fault stands at the wall time that does not exist.
pub(super) fn instants(clock: &WallClock, on: Date, wall: WallShift) -> std::result::Result<Interval, Faults> {
    wall.on(&clock.zone, on, clock.day_boundary).map_err(|missing| {
        let is_start = missing.wall == wall.start_date(on, clock.day_boundary).to_datetime(wall.starts);
        missing.fault(if is_start { "/starts" } else { "/ends" }).into()
    })
}

impl CreateShiftBody {
    fn plain(self, clock: &WallClock) -> std::result::Result<Shift, Faults> {
        let wall =
            WallShift { starts: self.starts.plain(), ends: self.ends.plain(), dst_policy: self.dst_policy.plain() };
        let interval = instants(clock, self.on, wall)?;
        Ok(Shift {
            schedule_id: self.schedule_id.plain(),
            label: self.label.plain(),
            template_id: self.template_id.plain(),
            site_id: clock.site_id,
            position_id: self.position_id.plain(),
            on: self.on,
            starts_at: interval.starts_at,
            ends_at: interval.ends_at,
            break_minutes: self.break_minutes,
            skill_ids: self.skill_ids.plain(),
            tags: self.tags.plain(),
            heads: self.heads.plain().unwrap_or(ONE_HEAD),
        })
    }
}

/// Create a shift
///
/// The site's clock turns the working day and the wall times into instants.
#[api_v2_operation(tags("shifts"), operation_id = "createShift")]
pub(super) async fn create(
    caller: Caller,
    query: Query<DryRun>,
    key: Idempotent,
    body: JsonBody<CreateShiftBody>,
) -> Result<Attempt<Stored<ShiftView>>> {
    let JsonBody(body) = body;
    let (schedule, site) = (body.schedule_id.0, body.site_id.plain());
    let clock = shifts::wall_clock(&caller.app, &caller.actor, schedule, site).await;
    let clock = clock.map_err(|error| no_clock(error, schedule))?;
    let shift = body.plain(&clock)?;
    let zones = Zones::from(clock);
    let view = |shift: &Record<Shift>| stored(shift.clone(), &zones);
    let address = |shift: &Record<Shift>, answer: Created<_>| {
        answer.version(shift.version).location(format!("/api/shifts/{}", shift.id))
    };
    let write = async |call: Call<'_, _>| shifts::create_shift(&caller.app, &call, &shift).await;
    attempted(&caller, query.0, key, view, address, write).await
}

/// A body that names a schedule or a site that is not there.
pub(super) fn no_clock(error: WallClockError, schedule: ScheduleId) -> Problem {
    let unknown = |pointer: &str, kind: &str, id: i64| {
        Problem::from(Faults::from(Fault::new(pointer, "unknown_reference").with("kind", kind).with("id", id)))
    };
    match error {
        WallClockError::NoSchedule => unknown("/schedule_id", Schedule::KIND, schedule.get()),
        WallClockError::NoSite(site) => unknown("/site_id", Site::KIND, site.get()),
        WallClockError::Store(error) => error.into(),
    }
}

impl From<CreateShiftError> for Problem {
    fn from(error: CreateShiftError) -> Self {
        match error {
            CreateShiftError::Forbidden => Code::Forbidden.into(),
            CreateShiftError::Invalid(faults) => as_written(faults).into(),
            CreateShiftError::Key(error) => error.into(),
            CreateShiftError::Store(error) => error.into(),
        }
    }
}
