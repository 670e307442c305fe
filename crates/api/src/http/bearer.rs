//! Who asks: the bearer token of a request (RFC 6750), or the cookie of its session.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use async_trait::async_trait;
use paperclip::actix::OperationModifier;
use paperclip::v2::models::SecurityScheme;
use paperclip::v2::schema::Apiv2Schema;
use scheduling_app::auth::{AuthenticateError, Credential, authenticate, is_csrf_token};
use scheduling_app::{Actor, App};
use scheduling_domain::id::TypedId;
use scheduling_domain::origin::Origin;
use tracing::Span;

use super::code::Code;
use super::context::Context;
use super::cookie::SessionCookie;
use super::csrf;
use super::problem::Problem;
use super::rate;

/// Knows who stands behind a credential.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Who asks from `origin`, or a refusal: [`Code::NotAuthenticated`] for a credential that is forged or has ended.
    async fn authenticate(&self, credential: &Credential, origin: Origin) -> Result<Actor, Problem>;

    /// Whether `token` is the one that writes with this cookie bring along.
    fn is_csrf_token(&self, cookie: &str, token: &str) -> bool;
}

#[async_trait]
impl Authenticator for App {
    async fn authenticate(&self, credential: &Credential, origin: Origin) -> Result<Actor, Problem> {
        authenticate(self, credential, origin).await.map_err(|error| match error {
            AuthenticateError::Invalid => Code::NotAuthenticated.into(),
            AuthenticateError::Expired => Code::TokenExpired.into(),
            AuthenticateError::Sessions(error) => error.into(),
            AuthenticateError::Store(error) => error.into(),
        })
    }

    fn is_csrf_token(&self, cookie: &str, token: &str) -> bool {
        is_csrf_token(self, cookie, token)
    }
}

/// The authenticated caller. A request without a valid credential is refused with 401 before the handler runs, and a write
/// that another site could have sent with 403.
#[derive(Debug, Clone)]
pub struct Bearer(pub Actor);

fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// What a request proves itself with. A token that a client sends on purpose comes before a cookie that comes along unasked.
fn credential(request: &HttpRequest, authenticator: Option<&dyn Authenticator>) -> Result<Credential, Problem> {
    if let Some(token) = token(request.headers()) {
        return Ok(Credential::Bearer(token.to_owned()));
    }
    let jar = request.app_data::<SessionCookie>();
    let cookie = jar.and_then(|jar| jar.read(request.headers())).ok_or(Code::NotAuthenticated)?;
    let authenticator = authenticator.ok_or_else(nobody)?;
    csrf::check_write(request, |token| authenticator.is_csrf_token(&cookie, token))?;
    Ok(Credential::Cookie(cookie))
}

fn nobody() -> Problem {
    Problem::internal("nobody checks credentials here")
}

impl FromRequest for Bearer {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let authenticator = request.app_data::<Arc<dyn Authenticator>>().cloned();
        let credential = credential(request, authenticator.as_deref());
        let origin = Context::of(request).origin();
        let request = request.clone();
        Box::pin(async move {
            let credential = credential?;
            let authenticator = authenticator.ok_or_else(nobody)?;
            let actor = authenticator.authenticate(&credential, origin).await?;
            let span = Span::current();
            span.record("user_id", actor.user_id.get()).record("organization_id", actor.organization.get());
            rate::by_actor(&request, &actor).await?;
            Ok(Self(actor))
        })
    }
}

impl Apiv2Schema for Bearer {
    fn name() -> Option<String> {
        Some("bearer".to_owned())
    }

    fn security_scheme() -> Option<SecurityScheme> {
        // Swagger 2.0 has no bearer scheme; the document has its own and needs only the name from here.
        Some(SecurityScheme { type_: "bearer".to_owned(), ..SecurityScheme::default() })
    }
}

impl OperationModifier for Bearer {
    fn update_definitions(_: &mut super::operation::Definitions) {}
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_the_bearer_scheme_is_read() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
            token(&headers).map(str::to_owned)
        };
        assert_eq!(read("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(read("bearer abc"), Some("abc".to_owned()));
        for bad in ["Basic abc", "Bearer", "Bearer ", "abc"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
