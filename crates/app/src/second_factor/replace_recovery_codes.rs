use super::{SecondFactorError, confirmed_account, recovery_code, take_code, wrong_code};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::auth::{Attempt, Ended, Password, confirmation_key};
use crate::unit::conclude;

/// Makes new recovery codes, shown this once; the earlier ones are good no more.
pub async fn replace_recovery_codes(
    app: &App,
    actor: &Actor,
    password: &Password,
    code: &str,
) -> Result<Vec<String>, SecondFactorError> {
    confirmed_account(app, actor, password).await?;
    prove(app, actor, code).await?;
    let codes = recovery_code::new_codes()?;
    let hashes: Vec<String> = codes.iter().map(|code| recovery_code::hash(&recovery_code::plain(code))).collect();
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = uow.second_factors().replace_recovery_codes(actor.user_id, &hashes).await;
    Entry::new(app, actor, "second_factor", "replace_recovery_codes").id(actor.user_id).record(uow.as_mut());
    conclude(uow, outcome.map_err(SecondFactorError::from)).await?;
    Ok(codes)
}

/// Takes a code of the actor's own factor. Tries count like those to sign in.
pub(super) async fn prove(app: &App, actor: &Actor, code: &str) -> Result<(), SecondFactorError> {
    let attempt = Attempt::begin(app, confirmation_key(app, actor), &actor.origin, true).await?;
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = take_code(app, uow.as_mut(), actor.organization, actor.user_id, code).await;
    let taken = conclude(uow, outcome.map_err(SecondFactorError::from)).await;
    attempt
        .end(match &taken {
            Ok(true) => Ended::Right,
            Ok(false) => Ended::Wrong,
            Err(_) => Ended::Open,
        })
        .await;
    if taken? { Ok(()) } else { Err(wrong_code()) }
}
