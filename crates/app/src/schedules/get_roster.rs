use std::collections::HashMap;

use scheduling_domain::assignment::{Assignment, AssignmentFilter};
use scheduling_domain::employee::{Employee, EmployeeFilter};
use scheduling_domain::id::{EmployeeId, OrganizationId, ScheduleId};
use scheduling_domain::ports::{DerivedKey, StoreError};
use scheduling_domain::record::Record;
use scheduling_domain::schedule::{Publication, Schedule};
use scheduling_domain::shift::{Shift, ShiftFilter};
use scheduling_domain::user::Role;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::access::{may_read_draft, may_see};
use crate::actor::Actor;
use crate::app::App;
use crate::caching::families;
use crate::reader::Reader;

/// Which state of a roster is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhichRoster {
    /// The draft for those who may read it, the newest publication for the others.
    #[default]
    Best,
    /// What is being planned.
    Draft,
    /// The newest publication.
    Published,
    /// The publication of that number.
    Number(u32),
}

/// A roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterView {
    /// As it is being planned.
    Draft(DraftRoster),
    /// As it was published.
    Published(Box<Record<Schedule>>, Publication),
}

/// A roster as it is being planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRoster {
    /// The schedule.
    pub schedule: Record<Schedule>,
    /// Its shifts, ordered by start, then id.
    pub shifts: Vec<DraftShift>,
}

/// A shift with its crew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftShift {
    /// The shift.
    pub shift: Record<Shift>,
    /// Who is on it, in order of employee id.
    pub crew: Vec<CrewMember>,
}

/// Someone on a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrewMember {
    /// The assignment.
    pub assignment: Record<Assignment>,
    /// Their name.
    pub full_name: String,
}

/// Why there is no roster to read.
#[derive(Debug, Error)]
pub enum GetRosterError {
    /// The schedule or the publication is not there, or the actor may not know of it.
    #[error("there is no such roster")]
    NotFound,
    /// The actor may not read the draft.
    #[error("the actor may not read the draft")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a roster: the draft its planners, a publication anybody in the organization.
pub async fn get_roster(
    app: &App,
    actor: &Actor,
    id: ScheduleId,
    which: WhichRoster,
) -> Result<RosterView, GetRosterError> {
    if which == WhichRoster::Published || which == WhichRoster::Best && actor.role == Role::Employee {
        let roster = published(app, actor.organization, id).await?;
        let roster = roster.filter(|roster| may_see(actor, &roster.schedule)).ok_or(GetRosterError::NotFound)?;
        return Ok(RosterView::Published(Box::new(roster.schedule), roster.publication));
    }
    let found = app.store.schedules().find(actor.organization, id).await?;
    let schedule = found.filter(|schedule| may_see(actor, schedule)).ok_or(GetRosterError::NotFound)?;
    let reads_draft = may_read_draft(actor, &schedule);
    let number = match which {
        WhichRoster::Draft if !reads_draft => return Err(GetRosterError::Forbidden),
        WhichRoster::Draft => None,
        WhichRoster::Best if reads_draft => None,
        WhichRoster::Best | WhichRoster::Published => Some(schedule.published_number.ok_or(GetRosterError::NotFound)?),
        WhichRoster::Number(number) => Some(number),
    };
    let Some(number) = number else {
        return Ok(RosterView::Draft(draft(app, actor, schedule).await?));
    };
    let publication = app.store.publications().find(actor.organization, id, number).await?;
    Ok(RosterView::Published(Box::new(schedule), publication.ok_or(GetRosterError::NotFound)?))
}

/// A schedule and its newest publication, as they are cached.
#[derive(Serialize, Deserialize)]
struct PublishedRoster {
    schedule: Record<Schedule>,
    publication: Publication,
}

async fn published(
    app: &App,
    organization: OrganizationId,
    id: ScheduleId,
) -> Result<Option<PublishedRoster>, StoreError> {
    let read = async {
        let Some(schedule) = app.store.schedules().find(organization, id).await? else { return Ok(None) };
        let Some(number) = schedule.published_number else { return Ok(None) };
        let publication = app.store.publications().find(organization, id, number).await?;
        Ok(publication.map(|publication| PublishedRoster { schedule, publication }))
    };
    app.caching.cached(&DerivedKey::new(organization, &families::ROSTERS, id), read).await
}

async fn draft(app: &App, actor: &Actor, schedule: Record<Schedule>) -> Result<DraftRoster, StoreError> {
    let mut reader = Reader::Pool(app.store.as_ref(), actor.organization);
    let shifts = with_crews(&mut reader, &schedule).await?;
    Ok(DraftRoster { schedule, shifts })
}

/// A schedule's shifts with their crews, as they stand.
pub(super) async fn with_crews(
    reader: &mut Reader<'_>,
    schedule: &Record<Schedule>,
) -> Result<Vec<DraftShift>, StoreError> {
    let schedule_ids = Some(vec![schedule.id]);
    let shifts = ShiftFilter { schedule_ids: schedule_ids.clone(), ..ShiftFilter::default() };
    let shifts = reader.list_all::<Shift>(&shifts).await?;
    let crews = AssignmentFilter { schedule_ids, ..AssignmentFilter::default() };
    let assignments = reader.list_all::<Assignment>(&crews).await?;
    let names = names(reader, schedule, &assignments).await?;
    let mut crews: HashMap<_, Vec<CrewMember>> = HashMap::new();
    for assignment in assignments {
        let full_name = names.get(&assignment.employee_id).cloned().unwrap_or_default();
        crews.entry(assignment.shift_id).or_default().push(CrewMember { assignment, full_name });
    }
    let with_crew = |shift: Record<Shift>| {
        let mut crew = crews.remove(&shift.id).unwrap_or_default();
        crew.sort_by_key(|member| member.assignment.employee_id);
        DraftShift { shift, crew }
    };
    Ok(shifts.into_iter().map(with_crew).collect())
}

async fn names(
    reader: &mut Reader<'_>,
    schedule: &Schedule,
    assignments: &[Record<Assignment>],
) -> Result<HashMap<EmployeeId, String>, StoreError> {
    let team = EmployeeFilter { team_ids: Some(vec![schedule.team_id]), ..EmployeeFilter::default() };
    let members = reader.list_all::<Employee>(&team).await?;
    let mut names: HashMap<EmployeeId, String> =
        members.into_iter().map(|employee| (employee.id, employee.value.full_name)).collect();
    for assignment in assignments {
        if !names.contains_key(&assignment.employee_id) {
            let lent = reader.find::<Employee>(assignment.employee_id).await?;
            names.extend(lent.map(|employee| (employee.id, employee.value.full_name)));
        }
    }
    Ok(names)
}
