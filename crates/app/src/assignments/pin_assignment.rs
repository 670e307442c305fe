use scheduling_domain::assignment::Assignment;
use scheduling_domain::id::AssignmentId;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Record, Version};
use thiserror::Error;

use super::find_with_shift;
use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::reader::Reader;
use crate::schedules::{PlanRefusal, may_plan_within};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why an assignment was not pinned or freed.
#[derive(Debug, Error)]
pub enum PinAssignmentError {
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

transient!(PinAssignmentError);

impl From<PlanRefusal> for PinAssignmentError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Pins an assignment, so that the optimiser leaves it as it is, or frees it. No rule is touched by that.
pub async fn pin_assignment(
    app: &App,
    call: &Call<'_, Record<Assignment>>,
    id: AssignmentId,
    expected: Version,
    pinned: bool,
) -> Result<Settled<Record<Assignment>>, PinAssignmentError> {
    retry(|| pin_once(app, call, id, expected, pinned)).await
}

async fn pin_once(
    app: &App,
    call: &Call<'_, Record<Assignment>>,
    id: AssignmentId,
    expected: Version,
    pinned: bool,
) -> Result<Settled<Record<Assignment>>, PinAssignmentError> {
    match begin::<_, PinAssignmentError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = pin_in(app, uow.as_mut(), call.actor, id, expected, pinned).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn pin_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: AssignmentId,
    expected: Version,
    pinned: bool,
) -> Result<Record<Assignment>, PinAssignmentError> {
    let found = find_with_shift(&mut Reader::Unit(uow), id).await?;
    let (stored, _, schedule) = found.ok_or(PinAssignmentError::NotFound)?;
    may_plan_within(actor, &schedule)?;
    if expected != stored.version {
        return Err(PinAssignmentError::Stale { current: stored.version });
    }
    if stored.pinned == pinned {
        return Ok(stored);
    }
    let changed = Assignment { pinned, ..stored.value.clone() };
    let changed = uow.assignments().update(id, expected, &changed, app.now()).await.map_err(|error| match error {
        // Somebody wrote it since our read: the next attempt sees its new version, or that it is gone.
        StoreError::Stale => PinAssignmentError::Store(StoreError::Conflict),
        other => PinAssignmentError::Store(other),
    })?;
    audit::updated(app, uow, actor, &stored, &changed);
    Ok(changed)
}
