use jiff::{SignedDuration, Timestamp};
use scheduling_domain::id::OrganizationId;
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::user::{Credentials, PasswordHash, RefreshGrant};
use thiserror::Error;

use super::access_token::Bearer;
use super::opaque_token::{OpaqueToken, random_text};
use super::{HashingError, Password, Tokens};
use crate::app::App;
use crate::audit::Entry;
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
    /// Whether the sign-in outlives the day.
    pub remember_me: bool,
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
    /// The password could not be compared.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// A token could not be made.
    #[error("a token could not be made")]
    Token(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Signs in with a password; starts a family of refresh tokens. A password whose hash is too cheap by now is hashed anew.
pub async fn sign_in(app: &App, asked: &SignIn) -> Result<Tokens, SignInError> {
    let organization = app.store.find_organization(&asked.organization).await?;
    let account = match &organization {
        Some(organization) => app.store.users().find_by_identifier(organization.id, &asked.identifier).await?,
        None => None,
    };
    let hash = account.as_ref().and_then(|(_, credentials)| credentials.password_hash.clone());
    let matches = app.passwords.verify(&asked.password, hash.as_ref()).await?;
    let (Some(organization), Some((user, credentials)), true) = (organization, account, matches) else {
        return Err(SignInError::WrongCredentials);
    };
    if !user.is_active {
        return Err(SignInError::WrongCredentials);
    }
    let renewed = match hash.filter(|hash| app.passwords.is_outdated(hash)) {
        // When others wait to be hashed, the next sign-in does it.
        Some(outdated) => app.passwords.hash(&asked.password).await.ok().map(|hash| (outdated.clone(), hash)),
        None => None,
    };
    let life = if asked.remember_me { app.limits.remembered_sign_in } else { app.limits.sign_in };
    let mut uow = app.store.begin(organization.id).await?;
    let outcome = start_family(app, uow.as_mut(), organization.id, &credentials, life, renewed).await;
    if outcome.is_ok() {
        let entry = Entry::by(app.now(), Some(user.id), &asked.origin, "auth", "sign_in");
        entry.with("remember_me", asked.remember_me).record(uow.as_mut());
    }
    conclude(uow, outcome).await
}

async fn start_family(
    app: &App,
    uow: &mut dyn UnitOfWork,
    organization: OrganizationId,
    credentials: &Credentials,
    life: SignedDuration,
    renewed: Option<(PasswordHash, PasswordHash)>,
) -> Result<Tokens, SignInError> {
    let now = app.now();
    if let Some((outdated, hash)) = renewed {
        uow.users().rehash_password(credentials.user_id, &outdated, &hash).await?;
    }
    let family = random_text::<16>().map_err(|error| SignInError::Token(error.into()))?;
    let expires_at = now.saturating_add(life).unwrap_or(Timestamp::MAX);
    let (grant, tokens) = next_link(app, organization, credentials, family, expires_at).map_err(SignInError::Token)?;
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
