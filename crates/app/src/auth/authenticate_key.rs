use jiff::{SignedDuration, Timestamp};
use scheduling_domain::api_key::ApiKey;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::origin::{Origin, Via};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;

use super::AuthenticateError;
use super::api_key_token::ApiKeyToken;
use crate::actor::Actor;
use crate::app::App;
use crate::unit::conclude;

/// Uses of a key closer together than this are noted once.
const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Who stands behind an integration's key, as its owner is now; one read, and a write once a minute.
pub(super) async fn authenticate_key(app: &App, text: &str, origin: Origin) -> Result<Actor, AuthenticateError> {
    let token = ApiKeyToken::parse(text).ok_or(AuthenticateError::Invalid)?;
    let found = app.store.api_keys().find_by_hash(token.organization, &token.hash()).await?;
    let now = app.now();
    let good = found.filter(|(key, owner)| owner.is_active && now < key.expires_at);
    let (key, owner) = good.ok_or(AuthenticateError::Invalid)?;
    note_use(app, token.organization, &key, now).await;
    Ok(Actor {
        organization: token.organization,
        user_id: owner.id,
        role: owner.value.role,
        team_ids: owner.value.team_ids,
        origin: origin.proved(Via::ApiKey(key.id)),
        scopes: Some(key.value.scopes),
        is_enrolling: false,
    })
}

/// When a key was last used helps people; no request fails for want of it.
async fn note_use(app: &App, organization: OrganizationId, key: &Record<ApiKey>, now: Timestamp) {
    let before = now.saturating_sub(USE_NOTED_EVERY).unwrap_or(Timestamp::MIN);
    if key.last_used_at.is_some_and(|at| before < at) {
        return;
    }
    let noted: Result<(), StoreError> = async {
        let mut uow = app.store.begin(organization).await?;
        let outcome = uow.api_keys().mark_used(key.id, now, before).await;
        conclude(uow, outcome).await
    }
    .await;
    if let Err(error) = noted {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, key_id = %key.id, "the use of a key could not be noted");
    }
}
