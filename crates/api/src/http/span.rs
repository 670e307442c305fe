//! The span that everything which happens for a request stands in.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use super::context::Context;
use super::edge::known;

/// Names the request; its caller is noted by [`Bearer`](super::Bearer), its route and status with its line
/// ([`Answered`](super::answered::Answered)).
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
            method = known(request.method()),
            route = Empty,
            user_id = Empty,
            organization_id = Empty,
            status = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {}
}
