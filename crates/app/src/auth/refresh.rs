use jiff::Timestamp;
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::session::{RefreshToken, SessionSpan, SignedIn};
use thiserror::Error;

use super::Tokens;
use super::opaque_token::OpaqueToken;
use super::tokens::pair;
use crate::app::App;
use crate::audit::Entry;
use crate::unit::{conclude, retry, transient};

/// Why a refresh token was not exchanged.
#[derive(Debug, Error)]
pub enum RefreshError {
    /// Unknown, expired, revoked or used before; or the account may no longer sign in. Sign in again.
    #[error("the refresh token is not good")]
    Refused,
    /// A token could not be made.
    #[error("a token could not be made")]
    Token(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(RefreshError);

/// Exchanges a refresh token for the next pair. The session ends when it ends: exchanging does not lengthen it.
///
/// A token that comes again within the grace period, while its successor is unused, is answered the same pair: the first
/// reply was lost, or two tabs asked at once. Later it was stolen from somebody; nobody can say by whom, so the whole
/// session ends.
pub async fn refresh(app: &App, refresh_token: &str, origin: &Origin) -> Result<Tokens, RefreshError> {
    let token = OpaqueToken::parse(refresh_token).ok_or(RefreshError::Refused)?;
    retry(|| refresh_once(app, &token, origin)).await
}

async fn refresh_once(app: &App, token: &OpaqueToken, origin: &Origin) -> Result<Tokens, RefreshError> {
    let mut uow = app.store.begin(token.organization).await?;
    let outcome = refresh_in(app, uow.as_mut(), token, origin).await;
    // A refusal is settled like a success: the session's end must be kept.
    conclude(uow, outcome).await?.ok_or(RefreshError::Refused)
}

async fn refresh_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    token: &OpaqueToken,
    origin: &Origin,
) -> Result<Option<Tokens>, RefreshError> {
    let now = app.now();
    let Some(link) = uow.refresh_tokens().find_by_hash(&token.hash()).await? else {
        return Ok(None);
    };
    let Some(holder) = uow.sessions().find(link.session_id).await?.filter(|holder| holder.is_good(now)) else {
        return Ok(None);
    };
    match link.used_at {
        None => exchange(app, uow, token, &link, &holder, now).await,
        Some(used_at) => repeat(app, uow, token, &holder, used_at, origin).await,
    }
}

/// Makes the next link.
async fn exchange(
    app: &App,
    uow: &mut dyn UnitOfWork,
    token: &OpaqueToken,
    link: &RefreshToken,
    holder: &SignedIn,
    now: Timestamp,
) -> Result<Option<Tokens>, RefreshError> {
    let Some(successor) = app.tokens.successors(token).next() else {
        return Ok(None);
    };
    uow.refresh_tokens().mark_used(link.id, now).await?;
    uow.refresh_tokens().insert(link.session_id, &successor.hash(), now).await?;
    let span = SessionSpan { seen_at: now, ..holder.session.grant.span };
    uow.sessions().touch(link.session_id, span).await?;
    pair(app, successor, (holder.user.id, holder.session.id), now).map(Some).map_err(RefreshError::Token)
}

/// Says again what was said at `used_at`, or ends the session.
async fn repeat(
    app: &App,
    uow: &mut dyn UnitOfWork,
    token: &OpaqueToken,
    holder: &SignedIn,
    used_at: Timestamp,
    origin: &Origin,
) -> Result<Option<Tokens>, RefreshError> {
    let now = app.now();
    if now.duration_since(used_at) < app.limits.refresh_grace {
        for successor in app.tokens.successors(token) {
            let next = uow.refresh_tokens().find_by_hash(&successor.hash()).await?;
            if next.is_some_and(|next| next.used_at.is_none()) {
                return pair(app, successor, (holder.user.id, holder.session.id), used_at)
                    .map(Some)
                    .map_err(RefreshError::Token);
            }
        }
    }
    tracing::warn!(user_id = %holder.user.id, session_id = %holder.session.id, "a refresh token came twice; its session ends");
    uow.sessions().delete(holder.session.id).await?;
    Entry::by(now, Some(holder.user.id), origin, "auth", "token_reuse").record(uow);
    Ok(None)
}
