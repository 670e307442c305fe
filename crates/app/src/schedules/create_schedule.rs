use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use scheduling_domain::team::Team;
use thiserror::Error;

use super::access::relation;
use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::permissions::{Access, Operation, access};
use crate::reader::Reader;
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why no schedule was made.
#[derive(Debug, Error)]
pub enum CreateScheduleError {
    /// The actor may not plan this team.
    #[error("the actor may not plan this team")]
    Forbidden,
    /// The schedule is wrong, or its team is not there.
    #[error("the schedule is wrong: {0}")]
    Invalid(#[source] Faults),
    /// The team has a schedule for some of these days already.
    #[error("the team has a schedule for some of these days")]
    Overlaps {
        /// That schedule.
        with: Box<Record<Schedule>>,
    },
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(CreateScheduleError);

/// Makes an empty draft for a team and a period.
pub async fn create_schedule(
    app: &App,
    call: &Call<'_, Record<Schedule>>,
    schedule: &Schedule,
) -> Result<Settled<Record<Schedule>>, CreateScheduleError> {
    let schedule = Schedule { published_number: None, ..schedule.clone() };
    match access(call.actor, Operation::Plan, relation(call.actor, &schedule)) {
        Access::Allowed => {}
        // Another team is no secret; what it plans is.
        Access::Invisible | Access::Forbidden => return Err(CreateScheduleError::Forbidden),
    }
    retry(|| create_schedule_once(app, call, &schedule)).await
}

async fn create_schedule_once(
    app: &App,
    call: &Call<'_, Record<Schedule>>,
    schedule: &Schedule,
) -> Result<Settled<Record<Schedule>>, CreateScheduleError> {
    match begin::<_, CreateScheduleError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = create_schedule_in(app, uow.as_mut(), call.actor, schedule).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn create_schedule_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    schedule: &Schedule,
) -> Result<Record<Schedule>, CreateScheduleError> {
    let mut faults = schedule.validate().err().unwrap_or_default();
    Reader::Unit(uow).require::<Team>(&mut faults, "/team_id", schedule.team_id).await?;
    faults.into_result(()).map_err(CreateScheduleError::Invalid)?;
    uow.schedules().lock_team(schedule.team_id).await?;
    let neighbours = ScheduleFilter {
        team_ids: Some(vec![schedule.team_id]),
        overlapping: Some(schedule.period),
        is_published: None,
    };
    if let Some(with) = uow.schedules().list_all(&neighbours).await?.into_iter().next() {
        return Err(CreateScheduleError::Overlaps { with: Box::new(with) });
    }
    let made = uow.schedules().insert(schedule, app.now()).await.map_err(|error| match error {
        StoreError::Duplicate(_) => CreateScheduleError::Invalid(Fault::new("/starts_on", "taken").into()),
        other => CreateScheduleError::Store(other),
    })?;
    audit::created(app, uow, actor, &made);
    Ok(made)
}
