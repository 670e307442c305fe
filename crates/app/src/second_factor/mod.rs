//! Second factors: set up by their owner, asked for at each sign-in, reset by an administrator when everything is lost.

mod confirm_second_factor;
mod enrol_second_factor;
mod recovery_code;
mod remove_second_factor;
mod replace_recovery_codes;
mod required_of;
mod reset_second_factor;
mod show_second_factor;
mod take_code;
mod totp;

pub use confirm_second_factor::confirm_second_factor;
pub use enrol_second_factor::{Enrolment, enrol_second_factor};
pub use remove_second_factor::remove_second_factor;
pub use replace_recovery_codes::replace_recovery_codes;
pub use required_of::RequiredOf;
pub use reset_second_factor::reset_second_factor;
pub use show_second_factor::{SecondFactorStatus, show_second_factor};

pub(crate) use take_code::{TakeCodeError, take_code};

use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::user::{Credentials, User};
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::auth::{ConfirmError, HashingError, Password, SealError, TooManyAttempts, is_own_password};
use crate::unit::transient;

/// Why a second factor was not set up, changed or removed.
#[derive(Debug, Error)]
pub enum SecondFactorError {
    /// There is no such account, or no factor that this could be done to.
    #[error("there is no such second factor")]
    NotFound,
    /// The actor may not.
    #[error("the actor may not change the second factor")]
    Forbidden,
    /// There is one already; remove it first.
    #[error("there is a second factor already")]
    Exists,
    /// The password or the code is wrong.
    #[error("the proof is wrong: {0}")]
    Invalid(#[source] Faults),
    /// Too much was tried.
    #[error(transparent)]
    TooManyAttempts(#[from] TooManyAttempts),
    /// The password could not be compared.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The secret could not be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The machine gave no random numbers.
    #[error("no random numbers")]
    Random(#[from] getrandom::Error),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(SecondFactorError);

impl From<ConfirmError> for SecondFactorError {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::TooManyAttempts(error) => error.into(),
            ConfirmError::Hashing(error) => error.into(),
        }
    }
}

impl From<TakeCodeError> for SecondFactorError {
    fn from(error: TakeCodeError) -> Self {
        match error {
            TakeCodeError::Seal(error) => error.into(),
            TakeCodeError::Store(error) => error.into(),
        }
    }
}

/// To whom a sealed secret belongs.
fn owner(organization: OrganizationId, user: UserId) -> String {
    format!("second factor of {organization}/{user}")
}

/// The actor's account, once they have shown that they know its password.
async fn confirmed_account(
    app: &App,
    actor: &Actor,
    password: &Password,
) -> Result<(Record<User>, Credentials), SecondFactorError> {
    let account = app.store.users().find_credentials(actor.organization, actor.user_id).await?;
    let (user, credentials) = account.ok_or(SecondFactorError::NotFound)?;
    if !is_own_password(app, actor, &credentials, password).await? {
        return Err(SecondFactorError::Invalid(Fault::new("/password", "wrong_password").into()));
    }
    Ok((user, credentials))
}

fn wrong_code() -> SecondFactorError {
    SecondFactorError::Invalid(Fault::new("/code", "wrong_code").into())
}
