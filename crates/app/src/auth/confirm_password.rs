use scheduling_domain::user::Credentials;
use thiserror::Error;

use super::throttle::{Attempt, Ended, confirmation_key};
use super::{HashingError, Line, Password, TooManyAttempts};
use crate::actor::Actor;
use crate::app::App;

/// Why a password was not compared.
#[derive(Debug, Error)]
pub(crate) enum ConfirmError {
    /// Too much was tried.
    #[error(transparent)]
    TooManyAttempts(#[from] TooManyAttempts),
    /// The password could not be compared.
    #[error(transparent)]
    Hashing(#[from] HashingError),
}

/// Whether the password is the actor's own. A stolen token is not enough to guess it: tries count like those to sign in.
pub(crate) async fn is_own_password(
    app: &App,
    actor: &Actor,
    credentials: &Credentials,
    password: &Password,
) -> Result<bool, ConfirmError> {
    let attempt = Attempt::begin(app, confirmation_key(app, actor), &actor.origin, true).await?;
    let matches = app.passwords.verify(password, credentials.password_hash.as_ref(), Line::Known).await;
    attempt
        .end(match &matches {
            Ok(true) => Ended::Right,
            Ok(false) => Ended::Wrong,
            Err(_) => Ended::Open,
        })
        .await;
    Ok(matches?)
}
