use std::fmt;

use jiff::{SignedDuration, Timestamp};
use scheduling_domain::api_key::{ApiKey, ApiKeyFilter};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::UserId;
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::scope::Scope;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::auth::ApiKeyToken;
use crate::permissions::{Access, Operation, Relation, access};
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// The longest that a key lives.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(366 * 24);

/// A key being asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// What it is limited to.
    pub scopes: Vec<Scope>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A key and its text, which nobody can read again.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedApiKey {
    /// What is kept of it.
    pub key: Record<ApiKey>,
    /// What the integration sends.
    pub secret: String,
}

impl fmt::Debug for IssuedApiKey {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedApiKey").field("key", &self.key.id).finish_non_exhaustive()
    }
}

/// Why no key was issued.
#[derive(Debug, Error)]
pub enum IssueApiKeyError {
    /// The actor may not.
    #[error("the actor may not have keys")]
    Forbidden,
    /// Name, scopes or expiry are wrong.
    #[error("the key is wrong: {0}")]
    Invalid(#[source] Faults),
    /// The account has as many as it may; one has to be revoked, or to end, first.
    #[error("the account has {limit} keys that have not ended")]
    TooMany {
        /// How many it may have.
        limit: i64,
    },
    /// The key's text could not be made.
    #[error("a key could not be made")]
    Token(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(IssueApiKeyError);

/// Issues a key in the actor's own name.
///
/// A repetition is answered with what the call renders for it, which must not hold the secret: that is told once and kept
/// nowhere.
pub async fn issue_api_key(
    app: &App,
    call: &Call<'_, IssuedApiKey>,
    new: &NewApiKey,
) -> Result<Settled<IssuedApiKey>, IssueApiKeyError> {
    if access(call.actor, Operation::WriteApiKeys, Relation::Own) != Access::Allowed {
        return Err(IssueApiKeyError::Forbidden);
    }
    let token = ApiKeyToken::try_new(call.actor.organization).map_err(|error| IssueApiKeyError::Token(error.into()))?;
    let key = checked(call.actor, new, token.hash(), app.now()).map_err(IssueApiKeyError::Invalid)?;
    retry(|| issue_once(app, call, &key, &token.text)).await
}

fn checked(actor: &Actor, new: &NewApiKey, token_hash: String, now: Timestamp) -> Result<ApiKey, Faults> {
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let key = ApiKey {
        user_id: actor.user_id,
        name: new.name.clone(),
        scopes,
        token_hash,
        expires_at: new.expires_at,
        last_used_at: None,
    };
    let mut faults = key.validate().err().unwrap_or_default();
    let latest = now.saturating_add(LONGEST_LIFE).unwrap_or(Timestamp::MAX);
    faults.require(now < new.expires_at && new.expires_at <= latest, || {
        let fault = Fault::new("/expires_at", "out_of_range");
        fault.with("min", now).with("max", latest).with("actual", new.expires_at)
    });
    faults.into_result(key)
}

async fn issue_once(
    app: &App,
    call: &Call<'_, IssuedApiKey>,
    key: &ApiKey,
    secret: &str,
) -> Result<Settled<IssuedApiKey>, IssueApiKeyError> {
    match begin::<_, IssueApiKeyError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = issue_in(app, uow.as_mut(), call.actor, key, secret).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn issue_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    key: &ApiKey,
    secret: &str,
) -> Result<IssuedApiKey, IssueApiKeyError> {
    refuse_a_pile(uow, key.user_id, app.now(), app.limits.live_api_keys).await?;
    let key = uow.api_keys().insert(key, app.now()).await?;
    audit::created(app, uow, actor, &key);
    Ok(IssuedApiKey { key, secret: secret.to_owned() })
}

/// Requests that come at the same instant may pass the limit together; it guards against piles, not against a number.
async fn refuse_a_pile(
    uow: &mut dyn UnitOfWork,
    user: UserId,
    now: Timestamp,
    limit: i64,
) -> Result<(), IssueApiKeyError> {
    let filter = ApiKeyFilter { user_id: Some(user), ends_after: Some(now) };
    let live = uow.api_keys().list(&filter, PageRequest::default()).await?.total;
    if live < limit { Ok(()) } else { Err(IssueApiKeyError::TooMany { limit }) }
}
