//! The span that all log lines of a request stand in.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use super::context::Context;
use super::edge::pattern;

/// Names the request and, once they are known, its route, its caller and its status.
///
/// Nothing that a client wrote freely goes in: no body, no header but the request id, no query.
pub(super) struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let context = Context::of(request.request());
        tracing::info_span!(
            "request",
            request_id = context.request_id.as_str(),
            trace_id = context.trace_id.as_deref(),
            method = request.method().as_str(),
            route = Empty,
            user_id = Empty,
            status = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => {
                span.record("route", pattern(response.request()).unwrap_or("unknown"));
                response.status()
            }
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
    }
}
