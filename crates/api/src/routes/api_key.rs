//! `/api/api-keys/`: keys with which integrations ask in somebody's name.

use jiff::Timestamp;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::Call;
use scheduling_app::api_keys::{self, IssueApiKeyError, IssuedApiKey, NewApiKey, RevokeApiKeyError};
use scheduling_domain::api_key::ApiKey;
use scheduling_domain::id::{ApiKeyId, UserId};
use scheduling_domain::scope::Scope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Stored;
use super::caller::Caller;
use super::fields::{Choice, Field, List, Name, Named, Ref};
use crate::http::{
    Body, Code, Created, Id, Idempotent, JsonBody, Listed, NoContent, NoFilter, Paged, Problem, Result, resource,
};

/// A new key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CreateApiKeyBody")]
struct CreateApiKeyBody {
    /// What it is for.
    #[schemars(example = &"Payroll")]
    name: Name,
    /// What it is limited to; it never may more than its owner.
    #[schemars(length(min = 1))]
    scopes: List<Choice<Scope>, 50>,
    /// When it ends by itself: within a year.
    #[schemars(example = &"2026-12-31T00:00:00Z")]
    expires_at: Timestamp,
}

/// A key, without what the integration sends.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ApiKey")]
struct ApiKeyView {
    /// In whose name it asks.
    user_id: Ref<UserId>,
    /// What it is for.
    name: String,
    /// What it is limited to.
    scopes: Vec<Choice<Scope>>,
    /// When it ends by itself.
    expires_at: Timestamp,
    /// When it was last used, give or take a minute; none before its first use.
    last_used_at: Option<Timestamp>,
}

/// A key that was just issued.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "IssuedApiKey")]
struct IssuedApiKeyView {
    #[serde(flatten)]
    key: Stored<ApiKeyView>,
    /// What the integration sends as `Authorization: Bearer …`. It is shown this once; when the answer to an
    /// `Idempotency-Key` is repeated it is `null`, since it is kept nowhere.
    secret: Option<String>,
}

impl Named for Scope {
    const NAMES: &'static [&'static str] = Self::NAMES;
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        let ApiKey { user_id, name, scopes, token_hash: _, expires_at, last_used_at } = key;
        let scopes = scopes.into_iter().map(Choice).collect();
        Self { user_id: Ref(user_id), name, scopes, expires_at, last_used_at }
    }
}

/// List API keys
///
/// One's own; administrators see everybody's.
#[api_v2_operation(tags("api-keys"), operation_id = "listApiKeys")]
async fn list(caller: Caller, query: Paged<NoFilter>) -> Result<Listed<Stored<ApiKeyView>>> {
    let page = api_keys::list_api_keys(&caller.app, &caller.actor, query.page).await?;
    Ok(Listed(page.map(Stored::from)))
}

/// Issue an API key
///
/// In the caller's own name. It may do what its owner may at that moment, within its scopes; never manage accounts, sessions or
/// keys. It ends at its expiry, when it is revoked, and when its owner is deactivated. An account has at most 50 that have not ended.
#[api_v2_operation(tags("api-keys"), operation_id = "createApiKey")]
async fn create(
    caller: Caller,
    key: Idempotent,
    body: JsonBody<CreateApiKeyBody>,
) -> Result<Created<IssuedApiKeyView>> {
    let JsonBody(CreateApiKeyBody { name, scopes, expires_at }) = body;
    let new = NewApiKey { name: name.plain(), scopes: scopes.plain(), expires_at };
    let answer = |issued: &IssuedApiKey, secret: Option<String>| {
        let version = issued.key.version;
        Created::new(IssuedApiKeyView { key: Stored::from(issued.key.clone()), secret }).version(version)
    };
    let kept = |issued: &IssuedApiKey| answer(issued, None).stored();
    let mut call = Call::new(&caller.actor);
    if let Some(key) = key.of(caller.actor.user_id) {
        call = call.once(key, &kept);
    }
    let settled = api_keys::issue_api_key(&caller.app, &call, &new).await?;
    Body::settled(settled, |issued: &IssuedApiKey| answer(issued, Some(issued.secret.clone())))
}

/// Revoke an API key
///
/// At once, on every instance. One's own; administrators may revoke anybody's.
#[api_v2_operation(tags("api-keys"), operation_id = "deleteApiKey")]
async fn delete(caller: Caller, id: Id<ApiKeyId>) -> Result<NoContent> {
    api_keys::revoke_api_key(&caller.app, &caller.actor, id.0).await?;
    Ok(NoContent)
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/api-keys/").get(list).post(create))
        .service(resource("/api/api-keys/{id}").delete(delete));
}

impl From<IssueApiKeyError> for Problem {
    fn from(error: IssueApiKeyError) -> Self {
        match error {
            IssueApiKeyError::Forbidden => Code::Forbidden.into(),
            IssueApiKeyError::Invalid(faults) => faults.into(),
            IssueApiKeyError::TooMany { limit } => Self::new(Code::TooManyApiKeys).arg("limit", limit),
            IssueApiKeyError::Token(_) => Self::internal(error),
            IssueApiKeyError::Key(error) => error.into(),
            IssueApiKeyError::Store(error) => error.into(),
        }
    }
}

impl From<RevokeApiKeyError> for Problem {
    fn from(error: RevokeApiKeyError) -> Self {
        match error {
            RevokeApiKeyError::NotFound => Code::NotFound.into(),
            RevokeApiKeyError::Forbidden => Code::Forbidden.into(),
            RevokeApiKeyError::Store(error) => error.into(),
        }
    }
}
