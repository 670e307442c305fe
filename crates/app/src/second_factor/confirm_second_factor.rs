use scheduling_domain::ports::UnitOfWork;
use scheduling_domain::second_factor::SecondFactor;

use super::{SecondFactorError, owner, recovery_code, totp, wrong_code};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::auth::{Attempt, Ended, confirmation_key};
use crate::unit::conclude;

/// Takes the first code of a new secret: from now on codes are asked for. Answers the recovery codes, this once.
pub async fn confirm_second_factor(app: &App, actor: &Actor, code: &str) -> Result<Vec<String>, SecondFactorError> {
    let codes = recovery_code::new_codes()?;
    let attempt = Attempt::begin(app, confirmation_key(app, actor), &actor.origin, true).await?;
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = confirm_in(app, uow.as_mut(), actor, code, &codes).await;
    let outcome = conclude(uow, outcome).await;
    attempt
        .end(match &outcome {
            Ok(()) => Ended::Right,
            Err(SecondFactorError::Invalid(_)) => Ended::Wrong,
            Err(_) => Ended::Open,
        })
        .await;
    outcome?;
    Ok(codes)
}

async fn confirm_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    code: &str,
    codes: &[String],
) -> Result<(), SecondFactorError> {
    let factor = uow.second_factors().find_locked(actor.user_id).await?.ok_or(SecondFactorError::NotFound)?;
    if factor.is_confirmed {
        return Err(SecondFactorError::Exists);
    }
    let secret = app.keys.open(&owner(actor.organization, actor.user_id), &factor.sealed_secret)?;
    let step = totp::find_step(&secret, &recovery_code::plain(code), factor.last_step, app.now());
    let confirmed = SecondFactor { is_confirmed: true, last_step: step.ok_or_else(wrong_code)?, ..factor };
    uow.second_factors().put(&confirmed, app.now()).await?;
    let hashes: Vec<String> = codes.iter().map(|code| recovery_code::hash(&recovery_code::plain(code))).collect();
    uow.second_factors().replace_recovery_codes(actor.user_id, &hashes).await?;
    Entry::new(app, actor, "second_factor", "set_up").id(actor.user_id).record(uow);
    Ok(())
}
