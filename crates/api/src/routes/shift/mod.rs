//! `/api/shifts/`: work to be staffed, made and changed by hand. Clients write wall times, which the site's clock and the
//! schedule's working days turn into instants.

mod change;
mod create;

use jiff::civil::Date;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::Call;
use scheduling_app::shifts::{self, DeleteShiftError, GetShiftError, ListShiftsError};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{PositionId, ScheduleId, ShiftId, ShiftTemplateId, SiteId, SkillId};
use scheduling_domain::record::Record;
use scheduling_domain::shift::{Shift, ShiftFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Stored;
use super::attempt::DryRun;
use super::caller::Caller;
use super::demand::HeadsView;
use super::fields::{Field, Ref, refs};
use super::refusal::{in_use, stale, unless_expected};
use super::schedule::days;
use super::zone::{SiteTime, Zones};
use crate::http::{Body, Code, Id, Listed, NoContent, OptionalIfMatch, Paged, Problem, Query, Result, resource};

/// Which shifts are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShiftQuery {
    /// Only of this schedule.
    schedule_id: Option<Ref<ScheduleId>>,
    /// Only on this working day or later.
    from: Option<Date>,
    /// Only on this working day or earlier.
    until: Option<Date>,
    /// Only at this site.
    site_id: Option<Ref<SiteId>>,
    /// Only for this position.
    position_id: Option<Ref<PositionId>>,
}

/// Work to be staffed, `[starts_at, ends_at)`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Shift")]
struct ShiftView {
    schedule_id: Ref<ScheduleId>,
    /// What people call it.
    label: String,
    /// The template it was made from.
    template_id: Option<Ref<ShiftTemplateId>>,
    site_id: Ref<SiteId>,
    position_id: Ref<PositionId>,
    /// The working day it belongs to.
    on: Date,
    /// Start.
    starts_at: SiteTime,
    /// End.
    ends_at: SiteTime,
    /// Unpaid break within it.
    break_minutes: u32,
    /// Skills everyone on it needs.
    skill_ids: Vec<Ref<SkillId>>,
    /// Tags that rules select by.
    tags: Vec<String>,
    /// How many people.
    heads: HeadsView,
}

impl ShiftView {
    fn new(shift: Shift, zones: &Zones) -> Self {
        Self {
            schedule_id: Ref(shift.schedule_id),
            label: shift.label,
            template_id: shift.template_id.map(Ref),
            site_id: Ref(shift.site_id),
            position_id: Ref(shift.position_id),
            on: shift.on,
            starts_at: zones.show(shift.site_id, shift.starts_at),
            ends_at: zones.show(shift.site_id, shift.ends_at),
            break_minutes: shift.break_minutes,
            skill_ids: refs(shift.skill_ids),
            tags: shift.tags,
            heads: shift.heads.into(),
        }
    }
}

fn stored(record: Record<Shift>, zones: &Zones) -> Stored<ShiftView> {
    Stored::with(record, |shift| ShiftView::new(shift, zones))
}

/// Faults of a shift where a client wrote them: instants come from a working day and wall times.
fn as_written(faults: Faults) -> Faults {
    let mut written = Faults::new();
    for fault in faults {
        let pointer = match fault.pointer.as_str() {
            "/starts_at" => "/on".to_owned(),
            "/ends_at" => "/ends".to_owned(),
            _ => fault.pointer,
        };
        written.push(Fault { pointer, ..fault });
    }
    written
}

/// List shifts
///
/// Those of drafts that the caller may read.
#[api_v2_operation(tags("shifts"), operation_id = "listShifts")]
async fn list(caller: Caller, query: Paged<ShiftQuery>) -> Result<Listed<Stored<ShiftView>>> {
    let ShiftQuery { schedule_id, from, until, site_id, position_id } = query.filter;
    let filter = ShiftFilter {
        schedule_ids: schedule_id.plain().map(|id| vec![id]),
        within: days(from, until),
        site_id: site_id.plain(),
        position_id: position_id.plain(),
        ..ShiftFilter::default()
    };
    let page = shifts::list_shifts(&caller.app, &caller.actor, filter, query.page).await?;
    let zones = Zones::of(&caller, page.items.iter().map(|shift| shift.site_id)).await?;
    Ok(Listed(page.map(|shift| stored(shift, &zones))))
}

/// Show a shift
#[api_v2_operation(tags("shifts"), operation_id = "showShift")]
async fn show(caller: Caller, id: Id<ShiftId>) -> Result<Body<Stored<ShiftView>>> {
    let shift = shifts::get_shift(&caller.app, &caller.actor, id.0).await?;
    let zones = Zones::of(&caller, [shift.site_id]).await?;
    let version = shift.version;
    Ok(Body::new(stored(shift, &zones)).version(version))
}

/// Delete a shift
///
/// Refused with `in_use` while somebody is on it.
#[api_v2_operation(tags("shifts"), operation_id = "deleteShift")]
async fn delete(caller: Caller, id: Id<ShiftId>, expected: OptionalIfMatch, query: Query<DryRun>) -> Result<NoContent> {
    let version = match expected.0 {
        Some(version) => version,
        None => shifts::get_shift(&caller.app, &caller.actor, id.0).await?.version,
    };
    let Query(DryRun { dry_run }) = query;
    let call = Call::new(&caller.actor).dry_run(dry_run);
    match shifts::delete_shift(&caller.app, &call, id.0, version).await {
        Ok(_) => Ok(NoContent),
        Err(DeleteShiftError::Stale { current }) => Err(unless_expected(expected, current)),
        Err(error) => Err(error.into()),
    }
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/shifts/").get(list).post(create::create))
        .service(resource("/api/shifts/{id}").get(show).patch(change::update).delete(delete));
}

impl From<GetShiftError> for Problem {
    fn from(error: GetShiftError) -> Self {
        match error {
            GetShiftError::NotFound => Code::NotFound.into(),
            GetShiftError::Store(error) => error.into(),
        }
    }
}

impl From<ListShiftsError> for Problem {
    fn from(error: ListShiftsError) -> Self {
        match error {
            ListShiftsError::Forbidden => Code::Forbidden.into(),
            ListShiftsError::Store(error) => error.into(),
        }
    }
}

impl From<DeleteShiftError> for Problem {
    fn from(error: DeleteShiftError) -> Self {
        match error {
            DeleteShiftError::NotFound => Code::NotFound.into(),
            DeleteShiftError::Forbidden => Code::Forbidden.into(),
            DeleteShiftError::Stale { current } => stale(current),
            DeleteShiftError::InUse { by } => in_use(by),
            DeleteShiftError::Key(error) => error.into(),
            DeleteShiftError::Store(error) => error.into(),
        }
    }
}
