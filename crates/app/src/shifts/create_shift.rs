use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use thiserror::Error;

use super::wanted::complete;
use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::reader::Reader;
use crate::schedules::{PlanRefusal, may_plan};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why no shift was made.
#[derive(Debug, Error)]
pub enum CreateShiftError {
    /// The actor may not plan this team.
    #[error("the actor may not plan this team")]
    Forbidden,
    /// The shift is wrong, points at what is not there, or lies outside its schedule's period.
    #[error("the shift is wrong: {0}")]
    Invalid(#[source] Faults),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(CreateShiftError);

/// Makes a shift by hand. Its working day follows from its start, by the site's clock.
pub async fn create_shift(
    app: &App,
    call: &Call<'_, Record<Shift>>,
    shift: &Shift,
) -> Result<Settled<Record<Shift>>, CreateShiftError> {
    retry(|| create_shift_once(app, call, shift)).await
}

async fn create_shift_once(
    app: &App,
    call: &Call<'_, Record<Shift>>,
    shift: &Shift,
) -> Result<Settled<Record<Shift>>, CreateShiftError> {
    match begin::<_, CreateShiftError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = create_shift_in(app, uow.as_mut(), call.actor, shift).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn create_shift_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    shift: &Shift,
) -> Result<Record<Shift>, CreateShiftError> {
    // The schedule's lock: while somebody publishes it, nothing is added.
    let found = uow.schedules().find_locked(shift.schedule_id).await?;
    let unknown = || {
        let fault = Fault::new("/schedule_id", "unknown_reference");
        CreateShiftError::Invalid(fault.with("kind", Schedule::KIND).with("id", shift.schedule_id).into())
    };
    let schedule = found.ok_or_else(unknown)?;
    may_plan(actor, &schedule).map_err(|refusal| match refusal {
        PlanRefusal::NotFound => unknown(),
        PlanRefusal::Forbidden => CreateShiftError::Forbidden,
    })?;
    let completed = complete(&mut Reader::Unit(uow), &schedule, shift.clone()).await?;
    let made = uow.shifts().insert(&completed.map_err(CreateShiftError::Invalid)?, app.now()).await?;
    audit::created(app, uow, actor, &made);
    Ok(made)
}
