use std::ops::Deref;

use scheduling_domain::assignment::{Assignment, AssignmentFilter, AssignmentSource};
use scheduling_domain::employee::Employee;
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{EmployeeId, ShiftId};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::roster::{PersonIndex, ShiftIndex};
use scheduling_domain::rules::{Change, Outcome};
use scheduling_domain::shift::Shift;
use scheduling_domain::user::Role;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::reader::Reader;
use crate::roster::{Assessment, Extent, Roster, assemble, count};
use crate::schedules::{PlanRefusal, may_plan_within};
use crate::shifts::find_with_schedule;
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Somebody to be put on a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAssignment {
    /// On what.
    pub shift_id: ShiftId,
    /// Who.
    pub employee_id: EmployeeId,
    /// Whether the optimiser must leave it as it is.
    pub pinned: bool,
    /// Which path it comes by.
    pub source: AssignmentSource,
    /// How the person consented, where a rule asks for that. The audit keeps it.
    pub consent_note: Option<String>,
}

/// Somebody who was put on a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The assignment; in a dry run, as it would be.
    pub assignment: Record<Assignment>,
    /// What the rules say.
    pub assessment: Assessment,
}

/// The assignment that was there first, and reads as it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTheWay {
    /// It.
    pub winner: Record<Assignment>,
    /// What the rules say of a second one beside it.
    pub assessment: Assessment,
}

impl Deref for InTheWay {
    type Target = Record<Assignment>;
    fn deref(&self) -> &Record<Assignment> {
        &self.winner
    }
}

/// Why nobody was put on the shift.
#[derive(Debug, Error)]
pub enum AssignError {
    /// The shift is not there, or the actor may not know of it.
    #[error("there is no such shift")]
    NotFound,
    /// The actor may not plan this team.
    #[error("the actor may not plan this team")]
    Forbidden,
    /// The employee is not there, or the consent note is too long.
    #[error("the assignment is wrong: {0}")]
    Invalid(#[source] Faults),
    /// They are on this shift already.
    #[error("assignment {} puts them on this shift already", .0.id)]
    AlreadyAssigned(Box<InTheWay>),
    /// They work another shift at that time.
    #[error("assignment {} is in the way", .0.id)]
    Overlaps(Box<InTheWay>),
    /// Rules that block stand against it.
    #[error("rules that block stand against it")]
    Blocked(Box<Assessment>),
    /// The person must consent, and nobody says that they did.
    #[error("the person must consent")]
    NeedsConsent(Box<Assessment>),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(AssignError);

impl From<PlanRefusal> for AssignError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Puts an employee on a shift, if the rules allow it. A dry run answers their verdict, whatever it is.
pub async fn assign_employee(
    app: &App,
    call: &Call<'_, Assigned>,
    new: &NewAssignment,
) -> Result<Settled<Assigned>, AssignError> {
    let settled = retry(|| assign_once(app, call, new)).await;
    match &settled {
        Ok(Settled::Fresh(assigned)) if !call.dry_run => {
            app.metrics.assignments_made(1);
            count(app.metrics.as_ref(), &assigned.assessment.introduced);
        }
        Err(AssignError::Blocked(assessment) | AssignError::NeedsConsent(assessment)) => {
            count(app.metrics.as_ref(), &assessment.obstacles);
        }
        Ok(_) | Err(_) => {}
    }
    settled
}

async fn assign_once(
    app: &App,
    call: &Call<'_, Assigned>,
    new: &NewAssignment,
) -> Result<Settled<Assigned>, AssignError> {
    match begin::<_, AssignError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = assign_in(app, uow.as_mut(), call, new).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn assign_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    call: &Call<'_, Assigned>,
    new: &NewAssignment,
) -> Result<Assigned, AssignError> {
    let found = find_with_schedule(&mut Reader::Unit(uow), new.shift_id).await?;
    let (_, schedule) = found.ok_or(AssignError::NotFound)?;
    may_plan_within(call.actor, &schedule)?;
    refuse_faults(uow, call.actor, new).await?;
    uow.shifts().lock(&[new.shift_id]).await?;
    uow.assignments().lock_employees(&[new.employee_id]).await?;
    let shift = uow.shifts().find(new.shift_id).await?.ok_or(AssignError::NotFound)?;
    let in_the_way = find_in_the_way(uow, new.employee_id, &shift).await?;
    let extent = Extent::Around { employees: &[new.employee_id], shift: &shift, moved_to: shift.on };
    let roster = assemble(&mut Reader::Unit(uow), &schedule, extent).await?;
    let (Some(person), Some(place)) = (roster.person(new.employee_id), roster.place(shift.id)) else {
        return Err(AssignError::NotFound);
    };
    if let Some(winner) = in_the_way {
        return Err(refuse_second(&roster, winner, &shift, (person, place)));
    }
    let assessment = roster.assess(&Change::assign(person, place));
    match assessment.outcome {
        _ if call.dry_run => {}
        Outcome::Blocked => return Err(AssignError::Blocked(Box::new(assessment))),
        Outcome::NeedsConsent if new.consent_note.is_none() => {
            return Err(AssignError::NeedsConsent(Box::new(assessment)));
        }
        Outcome::NeedsConsent | Outcome::Noted | Outcome::Allowed => {}
    }
    let assignment = Assignment {
        shift_id: shift.id,
        employee_id: new.employee_id,
        pinned: new.pinned,
        source: new.source,
        starts_at: shift.starts_at,
        ends_at: shift.ends_at,
    };
    let assignment = uow.assignments().insert(&assignment, app.now()).await.map_err(|error| match error {
        // Somebody was faster by a path without our locks: the next attempt sees and names them.
        StoreError::Duplicate(_) => StoreError::Conflict,
        other => other,
    })?;
    Entry::new(app, call.actor, Assignment::KIND, "create")
        .id(assignment.id)
        .after(&assignment.value)
        .judged(&assessment)
        .because(new.consent_note.as_deref())
        .record(uow);
    Ok(Assigned { assignment, assessment })
}

/// People of other managers' teams are not there for a manager.
async fn refuse_faults(uow: &mut dyn UnitOfWork, actor: &Actor, new: &NewAssignment) -> Result<(), AssignError> {
    let mut faults = Faults::new();
    if let Some(note) = &new.consent_note {
        faults.check_name("/consent_note", note, 500);
    }
    let employee = uow.employees().find(new.employee_id).await?;
    let is_known = employee.is_some_and(|employee| actor.role == Role::Admin || actor.runs(employee.team_id));
    faults.require(is_known, || {
        Fault::new("/employee_id", "unknown_reference").with("kind", Employee::KIND).with("id", new.employee_id)
    });
    faults.into_result(()).map_err(AssignError::Invalid)
}

/// The assignment of the employee that shares an instant with the shift; the one on the shift itself before others.
async fn find_in_the_way(
    uow: &mut dyn UnitOfWork,
    employee: EmployeeId,
    shift: &Record<Shift>,
) -> Result<Option<Record<Assignment>>, StoreError> {
    let filter = AssignmentFilter {
        employee_ids: Some(vec![employee]),
        overlapping: Some((shift.starts_at, shift.ends_at)),
        ..AssignmentFilter::default()
    };
    let there = uow.assignments().list_all(&filter).await?;
    Ok(there.into_iter().min_by_key(|assignment| (assignment.shift_id != shift.id, assignment.id)))
}

/// Names the winner, which the rules would only call an overlap.
fn refuse_second(
    roster: &Roster,
    winner: Record<Assignment>,
    shift: &Shift,
    (person, place): (PersonIndex, ShiftIndex),
) -> AssignError {
    let is_same = roster.place(winner.shift_id) == Some(place);
    let assessment = if is_same {
        roster.assess_repetition(person, place, shift.span_minutes())
    } else {
        roster.assess(&Change::assign(person, place))
    };
    let in_the_way = Box::new(InTheWay { winner, assessment });
    if is_same { AssignError::AlreadyAssigned(in_the_way) } else { AssignError::Overlaps(in_the_way) }
}
