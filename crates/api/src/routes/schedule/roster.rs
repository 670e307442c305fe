use jiff::Timestamp;
use jiff::civil::Date;
use paperclip::actix::api_v2_operation;
use scheduling_app::schedules::{self, CrewMember, DraftRoster, DraftShift, GetRosterError, RosterView, WhichRoster};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{AssignmentId, EmployeeId, PositionId, ScheduleId, ShiftId, SiteId};
use scheduling_domain::schedule::{PublishedAssignment, PublishedContent, PublishedShift};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::{Body, Code, Id, Place, Problem, Query, Result};
use crate::routes::caller::Caller;
use crate::routes::demand::HeadsView;
use crate::routes::fields::{Choice, Named, Ref};
use crate::routes::zone::{SiteTime, Zones};

/// A state of a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum View {
    /// As it is being planned.
    Draft,
    /// As it was published.
    Published,
}

impl Named for View {
    const NAMES: &'static [&'static str] = &["draft", "published"];
}

/// Which roster is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RosterQuery {
    /// The draft, or a publication; when absent, the draft for those who may read it and the newest publication for others.
    view: Option<Choice<View>>,
    /// Which publication; the newest when absent.
    #[schemars(range(min = 1))]
    number: Option<u32>,
}

impl RosterQuery {
    fn which(&self) -> std::result::Result<WhichRoster, Faults> {
        match (self.view, self.number) {
            (None, None) => Ok(WhichRoster::Best),
            (Some(Choice(View::Draft)), None) => Ok(WhichRoster::Draft),
            (Some(Choice(View::Published)), None) => Ok(WhichRoster::Published),
            (None | Some(Choice(View::Published)), Some(number)) => Ok(WhichRoster::Number(number)),
            (Some(Choice(View::Draft)), Some(_)) => Err(Fault::new("/number", "only_for_publications").into()),
        }
    }
}

/// A roster: shifts with their crews.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Roster")]
pub(super) struct RosterBody {
    schedule_id: Ref<ScheduleId>,
    /// Whether it is a draft or a publication.
    view: Choice<View>,
    /// The publication's number; none for a draft.
    number: Option<u32>,
    /// When it was published; none for a draft.
    published_at: Option<Timestamp>,
    /// By start.
    shifts: Vec<RosterShift>,
}

/// A shift of a roster.
#[derive(Debug, Serialize, JsonSchema)]
struct RosterShift {
    id: Ref<ShiftId>,
    /// What people call it.
    label: String,
    /// The working day.
    on: Date,
    starts_at: SiteTime,
    ends_at: SiteTime,
    site_id: Ref<SiteId>,
    position_id: Ref<PositionId>,
    /// How many people are wanted; a publication does not say.
    heads: Option<HeadsView>,
    /// Who is on it, in order of employee id.
    crew: Vec<RosterMember>,
}

/// Someone on a shift.
#[derive(Debug, Serialize, JsonSchema)]
struct RosterMember {
    assignment_id: Ref<AssignmentId>,
    employee_id: Ref<EmployeeId>,
    /// Their name.
    full_name: String,
    /// Whether the optimiser must leave it as it is; a publication does not say.
    pinned: Option<bool>,
}

impl RosterBody {
    fn of_draft(roster: DraftRoster, zones: &Zones) -> Self {
        Self {
            schedule_id: Ref(roster.schedule.id),
            view: Choice(View::Draft),
            number: None,
            published_at: None,
            shifts: roster.shifts.into_iter().map(|shift| RosterShift::of_draft(shift, zones)).collect(),
        }
    }

    fn of_publication(content: PublishedContent, zones: &Zones) -> Self {
        Self {
            schedule_id: Ref(content.schedule_id),
            view: Choice(View::Published),
            number: Some(content.number),
            published_at: Some(content.published_at),
            shifts: content.shifts.into_iter().map(|shift| RosterShift::of_publication(shift, zones)).collect(),
        }
    }
}

impl RosterShift {
    fn of_draft(DraftShift { shift, crew }: DraftShift, zones: &Zones) -> Self {
        let id = Ref(shift.id);
        let shift = shift.value;
        Self {
            id,
            label: shift.label,
            on: shift.on,
            starts_at: zones.show(shift.site_id, shift.starts_at),
            ends_at: zones.show(shift.site_id, shift.ends_at),
            site_id: Ref(shift.site_id),
            position_id: Ref(shift.position_id),
            heads: Some(shift.heads.into()),
            crew: crew.into_iter().map(RosterMember::from).collect(),
        }
    }

    fn of_publication(shift: PublishedShift, zones: &Zones) -> Self {
        Self {
            id: Ref(shift.shift_id),
            label: shift.label,
            on: shift.on,
            starts_at: zones.show(shift.site_id, shift.starts_at),
            ends_at: zones.show(shift.site_id, shift.ends_at),
            site_id: Ref(shift.site_id),
            position_id: Ref(shift.position_id),
            heads: None,
            crew: shift.crew.into_iter().map(RosterMember::from).collect(),
        }
    }
}

impl From<CrewMember> for RosterMember {
    fn from(CrewMember { assignment, full_name }: CrewMember) -> Self {
        Self {
            assignment_id: Ref(assignment.id),
            employee_id: Ref(assignment.employee_id),
            full_name,
            pinned: Some(assignment.pinned),
        }
    }
}

impl From<PublishedAssignment> for RosterMember {
    fn from(published: PublishedAssignment) -> Self {
        let PublishedAssignment { assignment_id, employee_id, full_name } = published;
        Self { assignment_id: Ref(assignment_id), employee_id: Ref(employee_id), full_name, pinned: None }
    }
}

/// Read a roster
///
/// Every shift with its crew: the draft for planners, what was published for everybody.
#[api_v2_operation(tags("schedules"), operation_id = "showRoster")]
pub(super) async fn roster(caller: Caller, id: Id<ScheduleId>, query: Query<RosterQuery>) -> Result<Body<RosterBody>> {
    let which = query.0.which().map_err(|faults| Problem::invalid(Place::Query, faults))?;
    Ok(Body::new(match schedules::get_roster(&caller.app, &caller.actor, id.0, which).await? {
        RosterView::Draft(roster) => {
            let zones = Zones::of(&caller, roster.shifts.iter().map(|draft| draft.shift.site_id)).await?;
            RosterBody::of_draft(roster, &zones)
        }
        RosterView::Published(_, publication) => {
            let zones = Zones::of(&caller, publication.content.shifts.iter().map(|shift| shift.site_id)).await?;
            RosterBody::of_publication(publication.content, &zones)
        }
    }))
}

impl From<GetRosterError> for Problem {
    fn from(error: GetRosterError) -> Self {
        match error {
            GetRosterError::NotFound => Code::NotFound.into(),
            GetRosterError::Forbidden => Code::Forbidden.into(),
            GetRosterError::Store(error) => error.into(),
        }
    }
}
