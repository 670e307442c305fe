//! `Idempotency-Key`: a client may send a POST again, and it is done once.
//!
//! This is the half that HTTP sees: the key and a fingerprint of the request. The use case stores both with its write,
//! in the same transaction, and answers a repetition with what it stored.

use std::future::{Ready, ready};

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::HeaderName;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::models::DefaultOperationRaw;
use paperclip::v2::schema::Apiv2Schema;
use scheduling_domain::id::UserId;
use scheduling_domain::ports::IdempotencyKey;
use serde_json::json;

use super::digest::sha256;
use super::json::unreadable;
use super::operation;
use super::problem::Problem;

/// The header's name.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A client's key and the fingerprint of its request.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RequestKey {
    key: String,
    fingerprint: String,
}

/// The key of this request, if the client sent one.
#[derive(Debug, Clone)]
pub struct Idempotent(Option<RequestKey>);

impl Idempotent {
    /// The key as the store knows it: keys of different accounts never meet.
    pub fn of(self, user_id: UserId) -> Option<IdempotencyKey> {
        self.0.map(|RequestKey { key, fingerprint }| IdempotencyKey { user_id, key, fingerprint })
    }
}

/// Reads the body of a POST that carries a key, and leaves the key for [`Idempotent`] and the body for the handler.
pub(super) async fn remember(request: &mut ServiceRequest) -> Result<(), Problem> {
    if request.method() != Method::POST {
        return Ok(());
    }
    let Some(value) = request.headers().get(&IDEMPOTENCY_KEY) else {
        return Ok(());
    };
    let key = value.to_str().ok().and_then(parse).ok_or_else(|| Problem::malformed_header(&IDEMPOTENCY_KEY))?;
    let body = request.extract::<Bytes>().await.map_err(|error| unreadable(&error))?;
    let (method, path, query) = (request.method().as_str(), request.path(), request.query_string());
    let fingerprint = sha256([method.as_bytes(), path.as_bytes(), query.as_bytes(), &body]);
    request.extensions_mut().insert(RequestKey { key, fingerprint });
    request.set_payload(Payload::from(body));
    Ok(())
}

/// The key may stand in quotes, as the draft standard has it, or bare, as most clients send it.
fn parse(text: &str) -> Option<String> {
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let well_formed = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    well_formed.then(|| key.to_owned())
}

impl FromRequest for Idempotent {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.extensions().get::<RequestKey>().cloned())))
    }
}

impl Apiv2Schema for Idempotent {}

impl OperationModifier for Idempotent {
    fn update_parameter(op: &mut DefaultOperationRaw) {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" });
        operation::header_parameter(
            op,
            "Idempotency-Key",
            false,
            &schema,
            "Chosen by the client, such as a UUID. The same key with the same request is done once within 24 hours; \
             a repetition is answered with the first answer and `Idempotency-Replayed: true`.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_be_quoted() {
        assert_eq!(parse("a-1"), Some("a-1".to_owned()));
        assert_eq!(parse("\"a-1\""), Some("a-1".to_owned()));
        for bad in ["", "\"\"", "\"a", "a b", "é", &"k".repeat(256)] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
