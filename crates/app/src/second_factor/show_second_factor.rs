use super::SecondFactorError;
use crate::actor::Actor;
use crate::app::App;
use crate::unit::undo;

/// How the actor's own factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactorStatus {
    /// Codes are asked for at sign-ins.
    pub is_confirmed: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
}

/// How the actor's own factor stands.
pub async fn show_second_factor(app: &App, actor: &Actor) -> Result<SecondFactorStatus, SecondFactorError> {
    let mut uow = app.store.begin(actor.organization).await?;
    let factor = uow.second_factors().find_locked(actor.user_id).await;
    let recovery_codes = uow.second_factors().count_recovery_codes(actor.user_id).await;
    undo(uow).await;
    let is_confirmed = factor?.is_some_and(|factor| factor.is_confirmed);
    Ok(SecondFactorStatus { is_confirmed, recovery_codes: recovery_codes? })
}
