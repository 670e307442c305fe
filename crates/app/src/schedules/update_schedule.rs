use scheduling_domain::fault::Faults;
use scheduling_domain::id::ScheduleId;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record, Version};
use scheduling_domain::schedule::Schedule;
use thiserror::Error;

use super::access::{PlanRefusal, may_plan};
use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why a schedule was not changed.
#[derive(Debug, Error)]
pub enum UpdateScheduleError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such schedule")]
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
    /// The note is wrong.
    #[error("the schedule is wrong: {0}")]
    Invalid(#[source] Faults),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(UpdateScheduleError);

impl From<PlanRefusal> for UpdateScheduleError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Changes a schedule's note; team and period stay what they are.
pub async fn update_schedule(
    app: &App,
    call: &Call<'_, Record<Schedule>>,
    id: ScheduleId,
    expected: Option<Version>,
    note: &str,
) -> Result<Settled<Record<Schedule>>, UpdateScheduleError> {
    retry(|| update_schedule_once(app, call, id, expected, note)).await
}

async fn update_schedule_once(
    app: &App,
    call: &Call<'_, Record<Schedule>>,
    id: ScheduleId,
    expected: Option<Version>,
    note: &str,
) -> Result<Settled<Record<Schedule>>, UpdateScheduleError> {
    match begin::<_, UpdateScheduleError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = update_schedule_in(app, uow.as_mut(), call.actor, id, expected, note).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn update_schedule_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: ScheduleId,
    expected: Option<Version>,
    note: &str,
) -> Result<Record<Schedule>, UpdateScheduleError> {
    let stored = uow.schedules().find_locked(id).await?.ok_or(UpdateScheduleError::NotFound)?;
    may_plan(actor, &stored)?;
    if expected.is_some_and(|expected| expected != stored.version) {
        return Err(UpdateScheduleError::Stale { current: stored.version });
    }
    let schedule = Schedule { note: note.to_owned(), ..stored.value.clone() };
    schedule.validate().map_err(UpdateScheduleError::Invalid)?;
    let changed = uow.schedules().update(id, stored.version, &schedule, app.now()).await?;
    audit::updated(app, uow, actor, &stored, &changed);
    Ok(changed)
}
