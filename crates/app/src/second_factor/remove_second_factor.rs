use super::replace_recovery_codes::prove;
use super::{SecondFactorError, confirmed_account};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::auth::{Password, password_fault};
use crate::unit::conclude;

/// Removes the actor's own factor. Their password has to be good enough alone from now on.
pub async fn remove_second_factor(
    app: &App,
    actor: &Actor,
    password: &Password,
    code: &str,
) -> Result<(), SecondFactorError> {
    let (user, _) = confirmed_account(app, actor, password).await?;
    if let Some(fault) = password_fault(password, &user, false, "/password") {
        return Err(SecondFactorError::Invalid(fault.into()));
    }
    prove(app, actor, code).await?;
    let mut uow = app.store.begin(actor.organization).await?;
    let removed = uow.second_factors().delete(actor.user_id).await;
    Entry::new(app, actor, "second_factor", "remove").id(actor.user_id).record(uow.as_mut());
    conclude(uow, removed.map_err(SecondFactorError::from)).await?;
    Ok(())
}
