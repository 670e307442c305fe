use scheduling_domain::ports::UnitOfWork;
use scheduling_domain::second_factor::SecondFactor;

use super::{SecondFactorError, confirmed_account, owner, totp};
use crate::actor::Actor;
use crate::app::App;
use crate::auth::Password;
use crate::unit::conclude;

/// What goes into an authenticator app; shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret in base 32, for whoever types it.
    pub secret: String,
    /// The same as an address, for whoever scans a picture of it.
    pub uri: String,
}

/// Makes a secret. Nothing is asked for at sign-ins until its codes have been confirmed.
pub async fn enrol_second_factor(
    app: &App,
    actor: &Actor,
    password: &Password,
) -> Result<Enrolment, SecondFactorError> {
    let (user, _) = confirmed_account(app, actor, password).await?;
    let secret = totp::new_secret()?;
    let factor = SecondFactor {
        user_id: actor.user_id,
        sealed_secret: app.keys.seal(&owner(actor.organization, actor.user_id), &secret)?,
        is_confirmed: false,
        last_step: 0,
    };
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = enrol_in(app, uow.as_mut(), &factor).await;
    conclude(uow, outcome).await?;
    let secret = totp::base32(&secret);
    Ok(Enrolment { uri: totp::uri(&user.username, &secret), secret })
}

async fn enrol_in(app: &App, uow: &mut dyn UnitOfWork, factor: &SecondFactor) -> Result<(), SecondFactorError> {
    let earlier = uow.second_factors().find_locked(factor.user_id).await?;
    if earlier.is_some_and(|earlier| earlier.is_confirmed) {
        return Err(SecondFactorError::Exists);
    }
    Ok(uow.second_factors().put(factor, app.now()).await?)
}
