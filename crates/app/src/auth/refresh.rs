use scheduling_domain::id::OrganizationId;
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use thiserror::Error;

use super::Tokens;
use super::opaque_token::OpaqueToken;
use super::sign_in::next_link;
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

/// Exchanges a refresh token for the next pair. The new one ends when the sign-in ends: exchanging does not lengthen it.
///
/// A token that comes a second time was stolen from somebody; nobody can say by whom, so the whole family ends.
pub async fn refresh(app: &App, refresh_token: &str, origin: &Origin) -> Result<Tokens, RefreshError> {
    let token = OpaqueToken::parse(refresh_token).ok_or(RefreshError::Refused)?;
    retry(|| refresh_once(app, &token, origin)).await
}

async fn refresh_once(app: &App, token: &OpaqueToken, origin: &Origin) -> Result<Tokens, RefreshError> {
    let mut uow = app.store.begin(token.organization).await?;
    let outcome = refresh_in(app, uow.as_mut(), token.organization, &token.hash(), origin).await;
    // A refusal is settled like a success: the family's end must be kept.
    conclude(uow, outcome).await?.ok_or(RefreshError::Refused)
}

async fn refresh_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    organization: OrganizationId,
    token_hash: &str,
    origin: &Origin,
) -> Result<Option<Tokens>, RefreshError> {
    let now = app.now();
    let Some(link) = uow.refresh_tokens().find_by_hash(token_hash).await? else {
        return Ok(None);
    };
    if link.used_at.is_some() {
        tracing::warn!(user_id = %link.grant.user_id, "a refresh token came twice; its family ends");
        uow.refresh_tokens().revoke_family(&link.grant.family, now).await?;
        Entry::by(now, Some(link.grant.user_id), origin, "auth", "token_reuse").record(uow);
        return Ok(None);
    }
    if link.revoked_at.is_some() || link.grant.expires_at <= now {
        return Ok(None);
    }
    let is_active = uow.users().find(link.grant.user_id).await?.is_some_and(|user| user.is_active);
    let credentials = uow.users().find_credentials(link.grant.user_id).await?;
    let Some(credentials) = credentials.filter(|known| is_active && known.token_epoch == link.grant.token_epoch) else {
        return Ok(None);
    };
    uow.refresh_tokens().mark_used(link.id, now).await?;
    let (grant, tokens) = next_link(app, organization, &credentials, link.grant.family, link.grant.expires_at)
        .map_err(RefreshError::Token)?;
    uow.refresh_tokens().insert(&grant, now).await?;
    Ok(Some(tokens))
}
