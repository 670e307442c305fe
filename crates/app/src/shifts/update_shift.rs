use scheduling_domain::fault::Faults;
use scheduling_domain::id::ShiftId;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record, Version};
use scheduling_domain::rules::Outcome;
use scheduling_domain::shift::Shift;
use thiserror::Error;

use super::crews::Crews;
use super::find_with_schedule;
use super::wanted::complete;
use crate::app::App;
use crate::audit::Entry;
use crate::catalogue::Edit;
use crate::reader::Reader;
use crate::roster::{Assessment, count};
use crate::schedules::{PlanRefusal, may_plan_within};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// A shift that was changed, and what that does to its crew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedShift {
    /// The shift as it is now; in a dry run that is blocked, as it stays.
    pub shift: Record<Shift>,
    /// What the rules say.
    pub assessment: Assessment,
}

/// Why a shift was not changed.
#[derive(Debug, Error)]
pub enum UpdateShiftError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such shift")]
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
    /// The changed shift is wrong, points at what is not there, or lies outside its schedule's period.
    #[error("the shift is wrong: {0}")]
    Invalid(#[source] Faults),
    /// Its crew would break rules that block.
    #[error("rules that block stand against it")]
    Blocked(Box<Assessment>),
    /// Its crew would break rules that need their consent, and nobody says that there is one.
    #[error("the crew must consent")]
    NeedsConsent(Box<Assessment>),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(UpdateShiftError);

impl From<PlanRefusal> for UpdateShiftError {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NotFound => Self::NotFound,
            PlanRefusal::Forbidden => Self::Forbidden,
        }
    }
}

/// Changes a shift; its crew moves with it, and so is judged anew. `consent_note` says how the crew consented where that
/// is needed; the audit keeps it. The schedule stays what it is, the working day follows from the start. A dry run
/// answers the rules' verdict, whatever it is.
pub async fn update_shift(
    app: &App,
    call: &Call<'_, ChangedShift>,
    id: ShiftId,
    expected: Version,
    edit: Edit<'_, Shift>,
    consent_note: Option<&str>,
) -> Result<Settled<ChangedShift>, UpdateShiftError> {
    let settled = retry(|| update_shift_once(app, call, id, expected, edit, consent_note)).await;
    match &settled {
        Ok(Settled::Fresh(changed)) if !call.dry_run => {
            count(app.metrics.as_ref(), &changed.assessment.introduced);
        }
        Err(UpdateShiftError::Blocked(assessment) | UpdateShiftError::NeedsConsent(assessment)) => {
            count(app.metrics.as_ref(), &assessment.obstacles);
        }
        Ok(_) | Err(_) => {}
    }
    settled
}

async fn update_shift_once(
    app: &App,
    call: &Call<'_, ChangedShift>,
    id: ShiftId,
    expected: Version,
    edit: Edit<'_, Shift>,
    consent_note: Option<&str>,
) -> Result<Settled<ChangedShift>, UpdateShiftError> {
    match begin::<_, UpdateShiftError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = update_shift_in(app, uow.as_mut(), call, id, expected, edit, consent_note).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn update_shift_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    call: &Call<'_, ChangedShift>,
    id: ShiftId,
    expected: Version,
    edit: Edit<'_, Shift>,
    consent_note: Option<&str>,
) -> Result<ChangedShift, UpdateShiftError> {
    let (_, schedule) = find_with_schedule(&mut Reader::Unit(uow), id).await?.ok_or(UpdateShiftError::NotFound)?;
    may_plan_within(call.actor, &schedule)?;
    let crews = Crews::lock(uow, vec![id]).await?;
    let stored = uow.shifts().find(id).await?.ok_or(UpdateShiftError::NotFound)?;
    if expected != stored.version {
        return Err(UpdateShiftError::Stale { current: stored.version });
    }
    let mut wanted = stored.value.clone();
    edit(&mut wanted);
    let wanted = complete(&mut Reader::Unit(uow), &schedule, wanted).await?.map_err(UpdateShiftError::Invalid)?;
    let assessment = crews.assess(uow, &schedule, &stored, &wanted).await?;
    match assessment.outcome {
        // The store itself would refuse some of these, so that nothing is tried.
        Outcome::Blocked if call.dry_run => return Ok(ChangedShift { shift: stored, assessment }),
        Outcome::Blocked => return Err(UpdateShiftError::Blocked(Box::new(assessment))),
        Outcome::NeedsConsent if consent_note.is_none() && !call.dry_run => {
            return Err(UpdateShiftError::NeedsConsent(Box::new(assessment)));
        }
        Outcome::NeedsConsent | Outcome::Noted | Outcome::Allowed => {}
    }
    let shift = uow.shifts().update(id, expected, &wanted, app.now()).await?;
    Entry::new(app, call.actor, Shift::KIND, "update")
        .id(id)
        .before(&stored.value)
        .after(&shift.value)
        .judged(&assessment)
        .because(consent_note)
        .record(uow);
    Ok(ChangedShift { shift, assessment })
}
