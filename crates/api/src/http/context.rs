//! What the edge knows of a request before anything else looks at it.

use std::net::IpAddr;
use std::rc::Rc;

use actix_web::http::header::HeaderName;
use actix_web::{HttpMessage, HttpRequest};
use jiff::Timestamp;
use scheduling_domain::origin::{Origin, Via};
use uuid::Uuid;

use super::forwarded::client_address;
use super::language::Language;
use crate::telemetry::traces;

/// The header that carries the request id, both ways.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One request's id, language and address.
#[derive(Debug, Clone)]
pub struct Context {
    /// Joins the response, the log lines and the error reports of the request.
    pub request_id: RequestId,
    /// The trace that the client started, if it says so (W3C Trace Context).
    pub trace_id: Option<String>,
    /// The client's address, as far as trusted proxies tell.
    pub address: Option<IpAddr>,
    /// What the client reads.
    pub language: Language,
    /// The path as the client wrote it.
    pub instance: String,
}

impl Context {
    /// The context of this request, made at the first call.
    pub fn of(request: &HttpRequest) -> Rc<Self> {
        if let Some(context) = request.extensions().get::<Rc<Self>>() {
            return Rc::clone(context);
        }
        let context = Rc::new(Self {
            request_id: RequestId::of(request),
            trace_id: request.headers().get("traceparent").and_then(|value| trace_id(value.to_str().ok()?)),
            address: client_address(request),
            language: Language::negotiate(request.headers()),
            instance: request.path().to_owned(),
        });
        request.extensions_mut().insert(Rc::clone(&context));
        context
    }

    /// Where the request came from, before it has proved anything.
    pub fn origin(&self) -> Origin {
        Origin {
            address: self.address,
            request_id: Some(self.request_id.as_str().to_owned()),
            traceparent: traces::here(),
            via: Via::Credentials,
        }
    }

    /// The time that stands in an envelope. It tells when the answer was written and decides nothing.
    #[expect(clippy::disallowed_methods, reason = "the envelope's timestamp is read by people, not by decisions")]
    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The trace id of a `traceparent`: `00-<trace id>-<parent id>-<flags>`.
fn trace_id(text: &str) -> Option<String> {
    let mut fields = text.split('-');
    let well_formed =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let (version, trace, parent, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let valid = well_formed(version, 2) && version != "ff" && well_formed(parent, 16) && well_formed(flags, 2);
    (valid && well_formed(trace, 32) && trace.bytes().any(|byte| byte != b'0')).then(|| trace.to_owned())
}

/// A request's id: the client's own when it is 1 to 128 visible characters of `A-Z a-z 0-9 - _ . :`, else a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that makes request ids")]
    fn of(request: &HttpRequest) -> Self {
        request
            .headers()
            .get(&X_REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .and_then(Self::parse)
            .unwrap_or_else(|| Self(Uuid::now_v7().to_string()))
    }

    fn parse(text: &str) -> Option<Self> {
        let well_formed = (1..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::super::forwarded::TrustedProxies;
    use super::*;

    #[test]
    fn a_well_formed_id_is_kept_and_any_other_replaced() {
        assert_eq!(RequestId::parse("abc-1_2.3:4").unwrap().as_str(), "abc-1_2.3:4");
        for bad in ["", "a b", "a\"b", "ü", &"x".repeat(129)] {
            assert_eq!(RequestId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_trace_is_continued_when_it_is_well_formed() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_id(&format!("00-{trace}-00f067aa0ba902b7-01")).as_deref(), Some(trace));
        for bad in ["", "00", "00-x-y-z", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"] {
            assert_eq!(trace_id(bad), None, "{bad}");
        }
        assert_eq!(trace_id("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), None);
    }

    #[test]
    fn one_request_has_one_context() {
        let request = TestRequest::get().uri("/api/sites/").to_http_request();
        let first = Context::of(&request);
        assert_eq!(first.request_id, Context::of(&request).request_id);
        assert_eq!(first.instance, "/api/sites/");
    }

    #[test]
    fn the_address_is_the_peers_unless_a_trusted_proxy_says_whose_it_is() {
        let address = |trusted: &str| {
            let trusted = trusted.parse::<TrustedProxies>().unwrap();
            let request = TestRequest::get().peer_addr("127.0.0.1:4711".parse().unwrap()).app_data(trusted);
            let request = request.insert_header(("x-forwarded-for", "192.0.2.7")).to_http_request();
            Context::of(&request).origin().address.unwrap().to_string()
        };
        assert_eq!(address(""), "127.0.0.1");
        assert_eq!(address("127.0.0.0/8"), "192.0.2.7");
        assert_eq!(Context::of(&TestRequest::get().to_http_request()).address, None);
    }
}
