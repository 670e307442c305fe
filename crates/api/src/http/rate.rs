//! How often somebody may ask: by account or key once it is known, by address before.
//!
//! Every answer under `/api` tells how things stand, in the two fields of draft-ietf-httpapi-ratelimit-headers-10:
//! `RateLimit-Policy: "user";q=500;w=5` (500 requests are earned in 5 seconds, and as many can be saved up) and
//! `RateLimit: "user";r=499;t=1` (499 are left, and all are earned back in a second).

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use scheduling_app::Actor;
use scheduling_domain::origin::Via;
use scheduling_domain::ports::{RateKey, RateLimiter};
use scheduling_domain::rate::{RateGrant, RateQuota};

use super::code::Code;
use super::context::Context;
use super::problem::Problem;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Who may ask how often; without a quota, as often as they like.
#[derive(Clone, Default)]
pub struct RateLimits {
    /// What counts; none for no limits.
    pub limiter: Option<Arc<dyn RateLimiter>>,
    /// For an account, or an integration's key.
    pub users: Option<RateQuota>,
    /// For an address from which nobody has signed in.
    pub addresses: Option<RateQuota>,
}

/// How things stand for whoever asked.
#[derive(Clone, Copy)]
struct Standing {
    policy: &'static str,
    quota: RateQuota,
    grant: RateGrant,
}

/// Counts a request that carries no credentials, before anything is done for it.
pub(super) async fn before(request: &HttpRequest) -> Result<(), Problem> {
    let has_credentials = [AUTHORIZATION, COOKIE].iter().any(|name| request.headers().contains_key(name));
    if has_credentials { Ok(()) } else { by_address(request).await }
}

/// Counts a request by its address, unless it was counted already.
pub async fn by_address(request: &HttpRequest) -> Result<(), Problem> {
    let context = Context::of(request);
    let is_counted = request.extensions().get::<Standing>().is_some();
    let is_limited = context.instance == "/api" || context.instance.starts_with("/api/");
    match (context.address, request.app_data::<RateLimits>()) {
        (Some(address), Some(limits)) if is_limited && !is_counted => {
            take(request, limits, limits.addresses, "address", &RateKey::address(address)).await
        }
        _ => Ok(()),
    }
}

/// Counts a request by who turned out to ask.
pub(super) async fn by_actor(request: &HttpRequest, actor: &Actor) -> Result<(), Problem> {
    let Some(limits) = request.app_data::<RateLimits>() else { return Ok(()) };
    let (policy, key) = match actor.origin.via {
        Via::ApiKey(key) => ("key", RateKey::api_key(actor.organization, key)),
        _ => ("user", RateKey::user(actor.organization, actor.user_id)),
    };
    take(request, limits, limits.users, policy, &key).await
}

async fn take(
    request: &HttpRequest,
    limits: &RateLimits,
    quota: Option<RateQuota>,
    policy: &'static str,
    key: &RateKey,
) -> Result<(), Problem> {
    let (Some(limiter), Some(quota)) = (&limits.limiter, quota) else { return Ok(()) };
    let grant = limiter.take(key, quota).await;
    request.extensions_mut().insert(Standing { policy, quota, grant });
    if grant.granted > 0 {
        return Ok(());
    }
    Err(Problem::new(Code::TooManyRequests).retry_after(seconds(quota.wait(grant)).max(1)))
}

/// Tells how things stand.
pub(super) fn tell(request: &HttpRequest, headers: &mut HeaderMap) {
    let extensions = request.extensions();
    let Some(Standing { policy, quota, grant }) = extensions.get::<Standing>() else { return };
    let fields = [
        (RATE_LIMIT_POLICY, format!("\"{policy}\";q={};w={}", quota.burst, seconds(quota.window()))),
        (RATE_LIMIT, format!("\"{policy}\";r={};t={}", grant.remaining, seconds(grant.earned_in))),
    ];
    for (name, text) in fields {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
}

/// Whole seconds, rounded up.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(0 < duration.subsec_nanos())
}
