use jiff::{SignedDuration, Timestamp};
use scheduling_domain::id::OrganizationId;
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::user::{Credentials, RefreshGrant};
use thiserror::Error;

use super::access_token::Bearer;
use super::failed_sign_in::note_failed_sign_in;
use super::opaque_token::{OpaqueToken, random_text};
use super::recognise::{Recognised, recognise};
use super::{HashingError, Password, SealError, Tokens, TooManyAttempts};
use crate::app::App;
use crate::audit::Entry;
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
    /// Whether the sign-in outlives the day.
    pub remember_me: bool,
    /// What the device was given at an earlier sign-in.
    pub device: Option<String>,
    /// Where it is asked from.
    pub origin: Origin,
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
    /// The first pair of a family.
    pub tokens: Tokens,
    /// For the device to show at its next sign-in: it is known then, and strangers' guesses do not keep it out.
    pub device_token: String,
}

/// Signs in with a password; starts a family of refresh tokens. A password whose hash is too cheap by now is hashed anew.
pub async fn sign_in(app: &App, asked: &SignIn) -> Result<SignedIn, SignInError> {
    let account = recognise(app, asked).await.inspect_err(|error| {
        if matches!(error, SignInError::WrongCredentials | SignInError::WrongCode) {
            note_failed_sign_in(app, asked);
        }
    })?;
    let life = if asked.remember_me { app.limits.remembered_sign_in } else { app.limits.sign_in };
    let mut uow = app.store.begin(account.organization).await?;
    let outcome = start_family(app, uow.as_mut(), &account, life).await;
    if outcome.is_ok() {
        let entry = Entry::by(app.now(), Some(account.user.id), &asked.origin, "auth", "sign_in");
        entry.with("remember_me", asked.remember_me).record(uow.as_mut());
    }
    let tokens = conclude(uow, outcome).await?;
    Ok(SignedIn { tokens, device_token: account.device_token })
}

async fn start_family(
    app: &App,
    uow: &mut dyn UnitOfWork,
    account: &Recognised,
    life: SignedDuration,
) -> Result<Tokens, SignInError> {
    let now = app.now();
    account.keep(uow).await?;
    let family = random_text::<16>().map_err(|error| SignInError::Token(error.into()))?;
    let expires_at = now.saturating_add(life).unwrap_or(Timestamp::MAX);
    let (grant, tokens) =
        next_link(app, account.organization, &account.credentials, family, expires_at).map_err(SignInError::Token)?;
    uow.refresh_tokens().insert(&grant, now).await?;
    Ok(tokens)
}

/// The next link of a family: what is stored of it, and what the client gets.
pub(super) fn next_link(
    app: &App,
    organization: OrganizationId,
    credentials: &Credentials,
    family: String,
    expires_at: Timestamp,
) -> Result<(RefreshGrant, Tokens), Box<dyn std::error::Error + Send + Sync>> {
    let token = OpaqueToken::try_new(organization)?;
    let bearer = Bearer { organization, user_id: credentials.user_id, token_epoch: credentials.token_epoch };
    let tokens = Tokens {
        access_token: app.tokens.sign(bearer, app.now(), app.limits.access_token)?,
        refresh_token: token.text.clone(),
        expires_in_seconds: app.limits.access_token.as_secs(),
    };
    let grant = RefreshGrant {
        user_id: credentials.user_id,
        family,
        token_hash: token.hash(),
        token_epoch: credentials.token_epoch,
        expires_at,
    };
    Ok((grant, tokens))
}
