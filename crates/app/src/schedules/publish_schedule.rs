use scheduling_domain::employee::EmployeeFilter;
use scheduling_domain::id::{EmployeeId, ScheduleId, ShiftId};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::rules::Outcome;
use scheduling_domain::schedule::{Publication, PublishedAssignment, PublishedContent, PublishedShift, Schedule};
use scheduling_domain::shift::ShiftFilter;
use thiserror::Error;

use super::access::{PlanRefusal, may_plan};
use super::get_roster::{DraftShift, with_crews};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{Entry, bounded};
use crate::reader::Reader;
use crate::roster::{Extent, RosterCheck, assemble};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The schedule, now with the publication's number.
    pub schedule: Record<Schedule>,
    /// The snapshot.
    pub publication: Publication,
    /// What the rules said of it: warnings, costs, how far it is filled.
    pub check: RosterCheck,
}

/// Why nothing was published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such schedule")]
    NotFound,
    /// The actor may not plan this team.
    #[error("the actor may not plan this team")]
    Forbidden,
    /// Rules that block are broken.
    #[error("{} blocking rules are broken", .0.blocking().len())]
    Blocked(Box<RosterCheck>),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(PublishError);

impl From<PlanRefusal> for PublishError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Publishes the draft as it stands: a numbered snapshot that never changes, and who is told of it.
pub async fn publish_schedule(
    app: &App,
    call: &Call<'_, Published>,
    id: ScheduleId,
) -> Result<Settled<Published>, PublishError> {
    let settled = retry(|| publish_once(app, call, id)).await?;
    if let Settled::Fresh(published) = &settled
        && !call.dry_run
    {
        app.metrics.schedule_published(published.check.coverage.unfilled_heads());
    }
    Ok(settled)
}

async fn publish_once(
    app: &App,
    call: &Call<'_, Published>,
    id: ScheduleId,
) -> Result<Settled<Published>, PublishError> {
    match begin::<_, PublishError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = publish_in(app, uow.as_mut(), call.actor, id).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn publish_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: ScheduleId,
) -> Result<Published, PublishError> {
    let schedule = uow.schedules().find_locked(id).await?.ok_or(PublishError::NotFound)?;
    may_plan(actor, &schedule)?;
    lock_shifts(uow, id).await?;
    let check = assemble(&mut Reader::Unit(uow), &schedule, Extent::Whole).await?.check();
    if !check.is_publishable {
        return Err(PublishError::Blocked(Box::new(check)));
    }
    let now = app.now();
    let number = schedule.published_number.map_or(1, |number| number.saturating_add(1));
    let shifts = with_crews(&mut Reader::Unit(uow), &schedule).await?;
    let content = PublishedContent {
        schedule_id: id,
        number,
        published_at: now,
        published_by: actor.user_id,
        audience: audience(uow, &schedule, &shifts).await?,
        shifts: shifts.into_iter().map(snapshot).collect(),
    };
    let publication = uow.publications().insert(&content).await?;
    let published = Schedule { published_number: Some(number), ..schedule.value };
    let schedule = uow.schedules().update(id, schedule.version, &published, now).await?;
    let outcome = if check.findings.is_empty() { Outcome::Allowed } else { Outcome::Noted };
    Entry::new(app, actor, Schedule::KIND, "publish")
        .id(id)
        .with("number", number)
        .with("shifts", content.shifts.len())
        .with("audience", bounded(content.audience.iter().copied()))
        .with("cost", check.cost)
        .found(outcome, &check.findings)
        .record(uow);
    Ok(Published { schedule, publication, check })
}

/// Whoever puts somebody on a shift holds the shift's lock; so now nobody does.
async fn lock_shifts(uow: &mut dyn UnitOfWork, id: ScheduleId) -> Result<(), StoreError> {
    let filter = ShiftFilter { schedule_ids: Some(vec![id]), ..ShiftFilter::default() };
    let mut ids: Vec<ShiftId> = uow.shifts().list_all(&filter).await?.into_iter().map(|shift| shift.id).collect();
    ids.sort_unstable();
    uow.shifts().lock(&ids).await
}

/// The team's people of that period, and whoever else has a shift.
async fn audience(
    uow: &mut dyn UnitOfWork,
    schedule: &Schedule,
    shifts: &[DraftShift],
) -> Result<Vec<EmployeeId>, StoreError> {
    let team = EmployeeFilter { team_ids: Some(vec![schedule.team_id]), ..EmployeeFilter::default() };
    let members = uow.employees().list_all(&team).await?;
    let period = schedule.period;
    let present = members
        .into_iter()
        .filter(|employee| employee.hired_on < period.end && employee.left_on.is_none_or(|left| period.first <= left));
    let crews = shifts.iter().flat_map(|shift| &shift.crew).map(|member| member.assignment.employee_id);
    let mut audience: Vec<EmployeeId> = present.map(|employee| employee.id).chain(crews).collect();
    audience.sort_unstable();
    audience.dedup();
    Ok(audience)
}

fn snapshot(draft: DraftShift) -> PublishedShift {
    let crew = draft.crew.into_iter().map(|member| PublishedAssignment {
        assignment_id: member.assignment.id,
        employee_id: member.assignment.employee_id,
        full_name: member.full_name,
    });
    let (id, shift) = (draft.shift.id, draft.shift.value);
    PublishedShift {
        shift_id: id,
        label: shift.label,
        site_id: shift.site_id,
        position_id: shift.position_id,
        on: shift.on,
        starts_at: shift.starts_at,
        ends_at: shift.ends_at,
        crew: crew.collect(),
    }
}
