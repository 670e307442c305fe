use jiff::{SignedDuration, Timestamp};
use scheduling_domain::id::{OrganizationId, SessionId};
use scheduling_domain::origin::{Origin, Via};
use scheduling_domain::ports::{SessionsUnavailable, StoreError};
use scheduling_domain::session::{OpenSession, SessionKey, SessionKind, SignedIn};
use thiserror::Error;

use super::access_token::TokenFault;
use super::api_key_token::ApiKeyToken;
use super::authenticate_key::authenticate_key;
use crate::actor::Actor;
use crate::app::App;
use crate::sessions::ends_idle_at;
use crate::unit::conclude;

/// How often at the most it is noted that a browser's holder is there, so that reads seldom write.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What a request proves itself with.
#[derive(Clone)]
pub enum Credential {
    /// An access token, or an integration's key.
    Bearer(String),
    /// The cookie of a browser's session.
    Cookie(String),
}

/// Why a credential is nobody's.
#[derive(Debug, Error)]
pub enum AuthenticateError {
    /// The credential is not ours, or its session has ended.
    #[error("the credential is not good")]
    Invalid,
    /// The access token was good once. Refresh it.
    #[error("the access token has expired")]
    Expired,
    /// Nobody knows whose the cookie is.
    #[error(transparent)]
    Sessions(#[from] SessionsUnavailable),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who stands behind a credential, as session and account are now, or were half a second ago at the most. One read of the
/// store, and for a cookie one of the session store before.
pub async fn authenticate(app: &App, credential: &Credential, origin: Origin) -> Result<Actor, AuthenticateError> {
    match credential {
        Credential::Bearer(text) if ApiKeyToken::is_meant(text) => authenticate_key(app, text, origin).await,
        Credential::Bearer(token) => by_access_token(app, token, origin).await,
        Credential::Cookie(cookie) => by_cookie(app, cookie, origin).await,
    }
}

async fn by_access_token(app: &App, token: &str, origin: Origin) -> Result<Actor, AuthenticateError> {
    let bearer = app.tokens.verify(token, app.now()).map_err(|fault| match fault {
        TokenFault::Forged => AuthenticateError::Invalid,
        TokenFault::Expired => AuthenticateError::Expired,
    })?;
    let holder = holder(app, bearer.organization, bearer.session_id).await?;
    if holder.user.id != bearer.user_id {
        return Err(AuthenticateError::Invalid);
    }
    Ok(actor(app, bearer.organization, holder, origin, Via::AccessToken))
}

async fn by_cookie(app: &App, cookie: &str, origin: Origin) -> Result<Actor, AuthenticateError> {
    let now = app.now();
    let token = app.tokens.open_cookie(cookie).ok_or(AuthenticateError::Invalid)?;
    let key = token.key();
    let open = app.sessions.find(token.organization, &key, now).await?.ok_or(AuthenticateError::Invalid)?;
    let holder = holder(app, token.organization, open.id).await?;
    // What the session store says is a hint; the session itself says whose cookie it has.
    if holder.session.grant.kind != SessionKind::Browser(key.clone()) {
        return Err(AuthenticateError::Invalid);
    }
    if now.duration_since(open.span.seen_at) >= NOTED_EVERY {
        note_seen(app, token.organization, &key, open, now).await?;
    }
    Ok(actor(app, token.organization, holder, origin, Via::Session))
}

async fn holder(app: &App, organization: OrganizationId, id: SessionId) -> Result<SignedIn, AuthenticateError> {
    let holder = app.caching.holder(&app.store, organization, id).await?;
    holder.filter(|holder| holder.is_good(app.now())).ok_or(AuthenticateError::Invalid)
}

/// The session waits for its holder anew, in the store and in the session store.
async fn note_seen(
    app: &App,
    organization: OrganizationId,
    key: &SessionKey,
    open: OpenSession,
    now: Timestamp,
) -> Result<(), AuthenticateError> {
    let span = open.span.seen(now, ends_idle_at(app, now));
    let mut uow = app.store.begin(organization).await?;
    let touched = uow.sessions().touch(open.id, span).await;
    conclude::<_, StoreError>(uow, touched).await?;
    app.sessions.touch(organization, key, &OpenSession { span, ..open }, now).await?;
    Ok(())
}

fn actor(
    app: &App,
    organization: OrganizationId,
    holder: SignedIn,
    origin: Origin,
    via: impl FnOnce(SessionId) -> Via,
) -> Actor {
    app.active.note(organization, holder.user.id);
    Actor {
        organization,
        is_enrolling: must_enrol(app, &holder),
        user_id: holder.user.id,
        role: holder.user.value.role,
        team_ids: holder.user.value.team_ids,
        origin: origin.proved(via(holder.session.id)),
        scopes: None,
    }
}

/// Whether somebody has to set up a second factor first.
fn must_enrol(app: &App, holder: &SignedIn) -> bool {
    app.second_factor_required_of.includes(holder.user.role) && !holder.has_second_factor
}
