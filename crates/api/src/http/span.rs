//! The span that everything which happens for a request stands in.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use super::context::Context;
use super::edge::known;
use crate::telemetry::traces;

/// Names the request; its caller is noted by [`Bearer`](super::Bearer), its route and status with its line
/// ([`Answered`](super::answered::Answered)).
///
/// Nothing that a client wrote freely goes in: no body, no header but the request id, no query.
pub(super) struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let context = Context::of(request.request());
        let span = tracing::info_span!(
            "request",
            otel.kind = "server",
            request_id = context.request_id.as_str(),
            trace_id = Empty,
            method = known(request.method()),
            route = Empty,
            user_id = Empty,
            organization_id = Empty,
            status = Empty,
        );
        let trace_id = traces::continue_trace(&span, request.headers());
        if let Some(trace_id) = trace_id.as_deref().or(context.trace_id.as_deref()) {
            span.record("trace_id", trace_id);
        }
        span
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {}
}
