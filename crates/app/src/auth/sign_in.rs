use jiff::Timestamp;
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{SessionsUnavailable, StoreError, UnitOfWork};
use scheduling_domain::session::{SessionKind, SessionSpan};
use thiserror::Error;

use super::opaque_token::OpaqueToken;
use super::recognise::{Recognised, recognise};
use super::tokens::pair;
use super::{HashingError, Password, SealError, Tokens, TooManyAttempts};
use crate::app::App;
use crate::second_factor::TakeCodeError;
use crate::unit::conclude;

/// A sign-in being asked for.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Slug of the organization.
    pub organization: String,
    /// User name or e-mail.
    pub identifier: String,
    /// What was typed.
    pub password: Password,
    /// A code of the time or a recovery code, where the account asks for one.
    pub code: Option<String>,
    /// Whether the session outlives the day.
    pub remember_me: bool,
    /// What the device was given at an earlier sign-in.
    pub device: Option<String>,
    /// Where it is asked from.
    pub origin: Origin,
    /// What asks, in its own words.
    pub user_agent: Option<String>,
}

impl SignIn {
    /// When the session ends that starts now.
    pub(super) fn ends_at(&self, app: &App, now: Timestamp) -> Timestamp {
        let life = if self.remember_me { app.limits.remembered_sign_in } else { app.limits.sign_in };
        now.saturating_add(life).unwrap_or(Timestamp::MAX)
    }
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum SignInError {
    /// Organization, account or password is wrong, or the account is not active; which one stays unsaid, and every one
    /// of them takes the same time.
    #[error("wrong identifier or password")]
    WrongCredentials,
    /// The password is right; a code of the second factor is needed too.
    #[error("a code is needed too")]
    SecondFactorRequired,
    /// The password is right, the code is not.
    #[error("the code is wrong or was used before")]
    WrongCode,
    /// Too much was tried; this time nothing was looked at.
    #[error(transparent)]
    TooManyAttempts(#[from] TooManyAttempts),
    /// The password could not be compared.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The secret of the second factor could not be opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A token could not be made.
    #[error("a token could not be made")]
    Token(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The session store did not answer, so a browser cannot be signed in.
    #[error(transparent)]
    Sessions(#[from] SessionsUnavailable),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TakeCodeError> for SignInError {
    fn from(error: TakeCodeError) -> Self {
        match error {
            TakeCodeError::Seal(error) => error.into(),
            TakeCodeError::Store(error) => error.into(),
        }
    }
}

/// What a sign-in answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The first pair of its session.
    pub tokens: Tokens,
    /// For the device to show at its next sign-in: it is known then, and strangers' guesses do not keep it out.
    pub device_token: String,
}

/// Signs in with a password; opens a session of bearer tokens. A password whose hash is too cheap by now is hashed anew.
pub async fn sign_in(app: &App, asked: &SignIn) -> Result<SignedIn, SignInError> {
    let account = recognise(app, asked).await?;
    let mut uow = app.store.begin(account.organization).await?;
    let outcome = sign_in_in(app, uow.as_mut(), asked, &account).await;
    let tokens = conclude(uow, outcome).await?;
    Ok(SignedIn { tokens, device_token: account.device_token })
}

async fn sign_in_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    asked: &SignIn,
    account: &Recognised,
) -> Result<Tokens, SignInError> {
    let now = app.now();
    let span = SessionSpan::fixed(now, asked.ends_at(app, now));
    let session = account.open_session_in(app, uow, asked, SessionKind::Bearer, span).await?;
    let token = OpaqueToken::try_new(account.organization).map_err(|error| SignInError::Token(error.into()))?;
    uow.refresh_tokens().insert(session.id, &token.hash(), now).await?;
    pair(app, token, (account.credentials.user_id, session.id), now).map_err(SignInError::Token)
}
