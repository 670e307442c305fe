use scheduling_domain::assignment::Assignment;
use scheduling_domain::id::AssignmentId;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record, Version};
use scheduling_domain::rules::Change;
use thiserror::Error;

use super::find_with_shift;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::reader::Reader;
use crate::roster::{Assessment, Extent, assemble};
use crate::schedules::{PlanRefusal, may_plan_within};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Somebody who was taken off a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unassigned {
    /// The assignment as it was.
    pub assignment: Record<Assignment>,
    /// What the rules say.
    pub assessment: Assessment,
}

/// Why nobody was taken off.
#[derive(Debug, Error)]
pub enum UnassignError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such assignment")]
    NotFound,
    /// The actor may not plan this team.
    #[error("the actor may not plan this team")]
    Forbidden,
    /// It has another version than the one expected.
    #[error("it is at version {}, not at the expected one", current.0)]
    Stale {
        /// The version it has.
        current: Version,
    },
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(UnassignError);

impl From<PlanRefusal> for UnassignError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Takes somebody off a shift. No rule refuses that, since whoever falls ill must be taken off; what it leaves behind is
/// in the answer.
pub async fn unassign_employee(
    app: &App,
    call: &Call<'_, Unassigned>,
    id: AssignmentId,
    expected: Version,
) -> Result<Settled<Unassigned>, UnassignError> {
    retry(|| unassign_once(app, call, id, expected)).await
}

async fn unassign_once(
    app: &App,
    call: &Call<'_, Unassigned>,
    id: AssignmentId,
    expected: Version,
) -> Result<Settled<Unassigned>, UnassignError> {
    match begin::<_, UnassignError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = unassign_in(app, uow.as_mut(), call.actor, id, expected).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn unassign_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: AssignmentId,
    expected: Version,
) -> Result<Unassigned, UnassignError> {
    let found = find_with_shift(&mut Reader::Unit(uow), id).await?;
    let (assignment, shift, schedule) = found.ok_or(UnassignError::NotFound)?;
    may_plan_within(actor, &schedule)?;
    if expected != assignment.version {
        return Err(UnassignError::Stale { current: assignment.version });
    }
    uow.shifts().lock(&[shift.id]).await?;
    uow.assignments().lock_employees(&[assignment.employee_id]).await?;
    let extent = Extent::Around { employees: &[assignment.employee_id], shift: &shift, moved_to: shift.on };
    let roster = assemble(&mut Reader::Unit(uow), &schedule, extent).await?;
    let (Some(person), Some(place)) = (roster.person(assignment.employee_id), roster.place(shift.id)) else {
        return Err(UnassignError::NotFound);
    };
    let assessment = roster.assess(&Change::unassign(person, place));
    uow.assignments().delete(id, expected).await.map_err(|error| match error {
        // Somebody wrote it since our read: the next attempt sees its new version, or that it is gone.
        StoreError::Stale => StoreError::Conflict,
        other => other,
    })?;
    Entry::new(app, actor, Assignment::KIND, "delete").id(id).before(&assignment.value).judged(&assessment).record(uow);
    Ok(Unassigned { assignment, assessment })
}
