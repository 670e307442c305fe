//! Who asks: the bearer token of a request (RFC 6750).

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
use scheduling_app::auth::{AuthenticateError, authenticate};
use scheduling_app::{Actor, App};
use scheduling_domain::id::TypedId;
use scheduling_domain::origin::Origin;
use tracing::Span;

use super::code::Code;
use super::context::Context;
use super::problem::Problem;
use super::rate;

/// Knows who stands behind an access token.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Who asks from `origin`, or a refusal: [`Code::NotAuthenticated`] for a token that is forged or revoked.
    async fn authenticate(&self, token: &str, origin: Origin) -> Result<Actor, Problem>;
}

#[async_trait]
impl Authenticator for App {
    async fn authenticate(&self, token: &str, origin: Origin) -> Result<Actor, Problem> {
        authenticate(self, token, origin).await.map_err(|error| match error {
            AuthenticateError::Invalid => Code::NotAuthenticated.into(),
            AuthenticateError::Expired => Code::TokenExpired.into(),
            AuthenticateError::Store(error) => error.into(),
        })
    }
}

/// The authenticated caller. A request without a valid token is refused with 401 before the handler runs.
#[derive(Debug, Clone)]
pub struct Bearer(pub Actor);

fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

impl FromRequest for Bearer {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let authenticator = request.app_data::<Arc<dyn Authenticator>>().cloned();
        let token = token(request.headers()).map(str::to_owned);
        let origin = Context::of(request).origin();
        let request = request.clone();
        Box::pin(async move {
            let token = token.ok_or(Code::NotAuthenticated)?;
            let authenticator = authenticator.ok_or_else(|| Problem::internal("nobody checks tokens here"))?;
            let actor = authenticator.authenticate(&token, origin).await?;
            Span::current().record("user_id", actor.user_id.get());
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
