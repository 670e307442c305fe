use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::second_factor::SecondFactor;
use thiserror::Error;

use super::{owner, recovery_code, totp};
use crate::app::App;
use crate::auth::SealError;

/// Why a code was not looked at.
#[derive(Debug, Error)]
pub(crate) enum TakeCodeError {
    /// The secret could not be opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether this is a code of the time or a recovery code of the account. One that is will not be again.
pub(crate) async fn take_code(
    app: &App,
    uow: &mut dyn UnitOfWork,
    organization: OrganizationId,
    user: UserId,
    code: &str,
) -> Result<bool, TakeCodeError> {
    let code = recovery_code::plain(code);
    let Some(factor) = uow.second_factors().find_locked(user).await?.filter(|factor| factor.is_confirmed) else {
        return Ok(false);
    };
    if code.chars().count() > 6 {
        return Ok(uow.second_factors().take_recovery_code(user, &recovery_code::hash(&code)).await?);
    }
    let owner = owner(organization, user);
    let secret = app.keys.open(&owner, &factor.sealed_secret)?;
    let Some(last_step) = totp::find_step(&secret, &code, factor.last_step, app.now()) else {
        return Ok(false);
    };
    // What an earlier secret of the server sealed is sealed anew, so that the earlier one can be forgotten.
    let sealed_secret = if app.keys.is_current(&factor.sealed_secret) {
        factor.sealed_secret
    } else {
        app.keys.seal(&owner, &secret)?
    };
    uow.second_factors().put(&SecondFactor { last_step, sealed_secret, ..factor }, app.now()).await?;
    Ok(true)
}
