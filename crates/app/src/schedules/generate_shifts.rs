use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use scheduling_domain::demand::{Demand, DemandFilter};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{DemandId, ScheduleId, ShiftTemplateId};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::{Shift, ShiftFilter};
use thiserror::Error;

use super::access::{PlanRefusal, may_plan};
use super::pattern::Pattern;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{Entry, bounded};
use crate::reader::Reader;
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// What was generated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Generated {
    /// The shifts that were missing and are there now, by start.
    pub made: Vec<Record<Shift>>,
    /// How many were there already, whatever somebody made of them since.
    pub kept: usize,
    /// What demand asks for and could not be made.
    pub skipped: Vec<Skipped>,
}

/// A shift that demand asks for and that could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The demand.
    pub demand_id: DemandId,
    /// The template.
    pub template_id: ShiftTemplateId,
    /// The working day.
    pub on: Date,
    /// Why: a wall-clock time that does not exist, a shift that would be too long, or a second demand for the same shift.
    pub reasons: Faults,
}

/// Why nothing was generated.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such schedule")]
    NotFound,
    /// The actor may not plan this team.
    #[error("the actor may not plan this team")]
    Forbidden,
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(GenerateError);

impl From<PlanRefusal> for GenerateError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Makes the shifts that the team's demand asks for and that are not there. What is there is never touched, so it can be
/// called again after demand has changed.
pub async fn generate_shifts(
    app: &App,
    call: &Call<'_, Generated>,
    id: ScheduleId,
) -> Result<Settled<Generated>, GenerateError> {
    retry(|| generate_once(app, call, id)).await
}

async fn generate_once(
    app: &App,
    call: &Call<'_, Generated>,
    id: ScheduleId,
) -> Result<Settled<Generated>, GenerateError> {
    match begin::<_, GenerateError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = generate_in(app, uow.as_mut(), call.actor, id).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn generate_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: ScheduleId,
) -> Result<Generated, GenerateError> {
    let schedule = uow.schedules().find_locked(id).await?.ok_or(GenerateError::NotFound)?;
    may_plan(actor, &schedule)?;
    let (generated, missing) = plan(&mut Reader::Unit(uow), &schedule).await?;
    let mut made = uow.shifts().insert_many(&missing, app.now()).await?;
    made.sort_by_key(|shift| (shift.starts_at, shift.id));
    Entry::new(app, actor, Schedule::KIND, "generate")
        .id(id)
        .with("made_shifts", bounded(made.iter().map(|shift| shift.id)))
        .with("kept", generated.kept)
        .with("skipped", generated.skipped.len())
        .record(uow);
    Ok(Generated { made, ..generated })
}

/// What is kept and skipped, and the shifts to make.
async fn plan(reader: &mut Reader<'_>, schedule: &Record<Schedule>) -> Result<(Generated, Vec<Shift>), StoreError> {
    let demands = DemandFilter { team_id: Some(schedule.team_id), template_id: None };
    let demands = reader.list_all::<Demand>(&demands).await?;
    let mut patterns = HashMap::new();
    for demand in &demands {
        if let std::collections::hash_map::Entry::Vacant(free) = patterns.entry(demand.template_id)
            && let Some(pattern) = Pattern::load(reader, schedule, demand.template_id).await?
        {
            free.insert(pattern);
        }
    }
    let there = ShiftFilter { schedule_ids: Some(vec![schedule.id]), ..ShiftFilter::default() };
    let there: HashSet<(ShiftTemplateId, Date)> = reader
        .list_all::<Shift>(&there)
        .await?
        .iter()
        .filter_map(|shift| Some((shift.template_id?, shift.on)))
        .collect();
    let (mut generated, mut missing, mut asked) = (Generated::default(), Vec::new(), HashSet::new());
    for demand in &demands {
        let Some(pattern) = patterns.get(&demand.template_id) else { continue };
        for on in schedule.period.iter().filter(|on| demand.holds_on(*on)) {
            let key = (demand.template_id, on);
            let shift = if asked.insert(key) {
                if there.contains(&key) {
                    generated.kept += 1;
                    continue;
                }
                pattern.shift(demand.heads, on)
            } else {
                Err(Fault::new("", "demanded_twice").into())
            };
            match shift {
                Ok(shift) => missing.push(shift),
                Err(reasons) => generated.skipped.push(Skipped {
                    demand_id: demand.id,
                    template_id: demand.template_id,
                    on,
                    reasons,
                }),
            }
        }
    }
    Ok((generated, missing))
}
