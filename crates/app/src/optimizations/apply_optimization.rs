use std::collections::{BTreeMap, BTreeSet};

use scheduling_domain::assignment::{Assignment, AssignmentFilter, AssignmentSource};
use scheduling_domain::id::{AssignmentId, EmployeeId, OptimizationId, ScheduleId, ShiftId, TypedId};
use scheduling_domain::optimization::{Optimization, OptimizationState, ProposedAssignment};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::rules::{Change, Outcome};
use scheduling_domain::shift::{Shift, ShiftFilter};
use thiserror::Error;

use super::proposal::cell;
use crate::app::App;
use crate::audit::{Entry, bounded};
use crate::reader::Reader;
use crate::roster::{Assessment, Extent, Roster, assemble, count};
use crate::schedules::{PlanRefusal, may_plan_within};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// What writing a proposal to the draft came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The run, now with `applied_at`.
    pub optimization: Record<Optimization>,
    /// How many assignments are new.
    pub added: usize,
    /// How many are gone.
    pub removed: usize,
    /// How many stayed as they were, with their ids; pinned ones among them.
    pub kept: usize,
    /// What the rules say of the change, against the draft as it stands now.
    pub assessment: Assessment,
}

/// Why a proposal was not written.
#[derive(Debug, Error)]
pub enum ApplyOptimizationError {
    /// The run is not there, or the actor may not know of it.
    #[error("there is no such run")]
    NotFound,
    /// The actor may not plan this team.
    #[error("the actor may not plan this team")]
    Forbidden,
    /// The run has no result: it has not ended, has failed, or was cancelled before it began.
    #[error("the run has no result: {}", state.as_str())]
    NoResult {
        /// Where it stands.
        state: OptimizationState,
    },
    /// The proposal names shifts or people that are gone since; another run is needed.
    #[error("{} shifts and {} people of the proposal are gone", shift_ids.len(), employee_ids.len())]
    Outdated {
        /// The shifts that are no longer on the schedule.
        shift_ids: Vec<ShiftId>,
        /// The people who can no longer be rostered on it.
        employee_ids: Vec<EmployeeId>,
    },
    /// As things stand now, blocking rules forbid it: the obstacles of the assessment.
    #[error("blocking rules forbid it")]
    Blocked(Box<Assessment>),
    /// Some people must consent to what it gives them. Put them on by hand, with their consent, pin them, and ask for another
    /// run.
    #[error("some people must consent")]
    NeedsConsent(Box<Assessment>),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(ApplyOptimizationError);

impl From<PlanRefusal> for ApplyOptimizationError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Puts a run's proposal in the place of the draft's unpinned assignments. The rules judge it as the draft stands now, whatever
/// has changed since the search; assignments that are the same before and after are not touched. A dry run answers their verdict,
/// whatever it is.
pub async fn apply_optimization(
    app: &App,
    call: &Call<'_, Applied>,
    id: OptimizationId,
) -> Result<Settled<Applied>, ApplyOptimizationError> {
    let settled = retry(|| apply_once(app, call, id)).await;
    match &settled {
        Ok(Settled::Fresh(applied)) if !call.dry_run => {
            app.metrics.assignments_made(u64::try_from(applied.added).unwrap_or(u64::MAX));
            count(app.metrics.as_ref(), &applied.assessment.introduced);
        }
        Err(ApplyOptimizationError::Blocked(assessment) | ApplyOptimizationError::NeedsConsent(assessment)) => {
            count(app.metrics.as_ref(), &assessment.obstacles);
        }
        Ok(_) | Err(_) => {}
    }
    settled
}

async fn apply_once(
    app: &App,
    call: &Call<'_, Applied>,
    id: OptimizationId,
) -> Result<Settled<Applied>, ApplyOptimizationError> {
    match begin::<_, ApplyOptimizationError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = apply_in(app, uow.as_mut(), call, id).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn apply_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    call: &Call<'_, Applied>,
    id: OptimizationId,
) -> Result<Applied, ApplyOptimizationError> {
    let run = uow.optimizations().find_locked(id).await?.ok_or(ApplyOptimizationError::NotFound)?;
    let schedule = uow.schedules().find_locked(run.schedule_id).await?.ok_or(ApplyOptimizationError::NotFound)?;
    may_plan_within(call.actor, &schedule)?;
    refuse_without_result(&run)?;
    lock(uow, schedule.id, &run.proposal).await?;
    let roster = assemble(&mut Reader::Unit(uow), &schedule, Extent::Whole).await?;
    let plan = Plan::new(&roster, &run.proposal)?;
    let assessment = roster.assess(&plan.change(&roster));
    match assessment.outcome {
        _ if call.dry_run => {}
        Outcome::Blocked => return Err(ApplyOptimizationError::Blocked(Box::new(assessment))),
        Outcome::NeedsConsent => return Err(ApplyOptimizationError::NeedsConsent(Box::new(assessment))),
        Outcome::Noted | Outcome::Allowed => {}
    }
    let now = app.now();
    let (added, removed, kept) = (plan.additions.len(), plan.removals.len(), plan.kept);
    let mut optimization = run;
    if !call.dry_run {
        uow.assignments().delete_many(&plan.removals).await?;
        let made = uow.assignments().insert_many(&plan.additions, now).await?;
        let applied = Optimization { applied_at: Some(now), ..optimization.value };
        optimization = uow.optimizations().update(id, optimization.version, &applied, now).await?;
        Entry::new(app, call.actor, Optimization::KIND, "apply")
            .id(id)
            .with("schedule_id", schedule.id.get())
            .with("added_assignments", bounded(made.iter().map(|assignment| assignment.id)))
            .with("removed_assignments", bounded(plan.removals.iter().copied()))
            .with("kept", kept)
            .judged(&assessment)
            .record(uow);
    }
    Ok(Applied { optimization, added, removed, kept, assessment })
}

fn refuse_without_result(run: &Optimization) -> Result<(), ApplyOptimizationError> {
    match run.state {
        OptimizationState::Done => Ok(()),
        OptimizationState::Cancelled if run.started_at.is_some() => Ok(()),
        state => Err(ApplyOptimizationError::NoResult { state }),
    }
}

/// Locks the schedule's shifts, then everybody whose assignments could come or go, each in order of id: what is judged is
/// what is written to.
async fn lock(
    uow: &mut dyn UnitOfWork,
    schedule: ScheduleId,
    proposal: &[ProposedAssignment],
) -> Result<(), StoreError> {
    let filter = ShiftFilter { schedule_ids: Some(vec![schedule]), ..ShiftFilter::default() };
    let shifts: BTreeSet<ShiftId> = uow.shifts().list_all(&filter).await?.into_iter().map(|shift| shift.id).collect();
    uow.shifts().lock(&Vec::from_iter(shifts)).await?;
    let filter = AssignmentFilter { schedule_ids: Some(vec![schedule]), ..AssignmentFilter::default() };
    let assigned = uow.assignments().list_all(&filter).await?;
    let proposed = proposal.iter().map(|proposed| proposed.employee_id);
    let people: BTreeSet<EmployeeId> =
        assigned.into_iter().map(|assignment| assignment.employee_id).chain(proposed).collect();
    uow.assignments().lock_employees(&Vec::from_iter(people)).await
}

/// What comes, what goes, and how many stay.
struct Plan {
    additions: Vec<Assignment>,
    removals: Vec<AssignmentId>,
    kept: usize,
}

impl Plan {
    fn new(roster: &Roster, proposal: &[ProposedAssignment]) -> Result<Self, ApplyOptimizationError> {
        let shifts: BTreeMap<ShiftId, &Record<Shift>> = roster.shifts.iter().map(|shift| (shift.id, shift)).collect();
        refuse_outdated(roster, &shifts, proposal)?;
        let wanted: BTreeSet<ProposedAssignment> = proposal.iter().copied().collect();
        let there: BTreeSet<ProposedAssignment> =
            roster.assignments.iter().map(|assignment| proposed(assignment)).collect();
        let additions = wanted.difference(&there).filter_map(|proposed| {
            let shift = shifts.get(&proposed.shift_id)?;
            Some(Assignment {
                shift_id: proposed.shift_id,
                employee_id: proposed.employee_id,
                pinned: false,
                source: AssignmentSource::Optimization,
                starts_at: shift.starts_at,
                ends_at: shift.ends_at,
            })
        });
        let goes = |assignment: &&Record<Assignment>| !assignment.pinned && !wanted.contains(&proposed(assignment));
        let removals: Vec<AssignmentId> =
            roster.assignments.iter().filter(goes).map(|assignment| assignment.id).collect();
        let kept = roster.assignments.len() - removals.len();
        Ok(Self { additions: additions.collect(), removals, kept })
    }

    /// The same as the rules see it.
    fn change(&self, roster: &Roster) -> Change {
        let goes = |assignment: &&Record<Assignment>| self.removals.contains(&assignment.id);
        let removals = roster.assignments.iter().filter(goes).filter_map(|gone| cell(roster, &proposed(gone)));
        let additions = self.additions.iter().filter_map(|assignment| cell(roster, &proposed(assignment)));
        Change { removals: removals.collect(), additions: additions.collect() }
    }
}

fn refuse_outdated(
    roster: &Roster,
    shifts: &BTreeMap<ShiftId, &Record<Shift>>,
    proposal: &[ProposedAssignment],
) -> Result<(), ApplyOptimizationError> {
    let shift_ids: BTreeSet<ShiftId> =
        proposal.iter().map(|proposed| proposed.shift_id).filter(|id| !shifts.contains_key(id)).collect();
    let employee_ids: BTreeSet<EmployeeId> =
        proposal.iter().map(|proposed| proposed.employee_id).filter(|id| roster.person(*id).is_none()).collect();
    if shift_ids.is_empty() && employee_ids.is_empty() {
        return Ok(());
    }
    Err(ApplyOptimizationError::Outdated {
        shift_ids: Vec::from_iter(shift_ids),
        employee_ids: Vec::from_iter(employee_ids),
    })
}

fn proposed(assignment: &Assignment) -> ProposedAssignment {
    ProposedAssignment { shift_id: assignment.shift_id, employee_id: assignment.employee_id }
}
