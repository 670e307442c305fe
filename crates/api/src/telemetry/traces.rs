//! Traces, sent to a collector over OTLP.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Status, TraceContextExt, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt, Targets, dynamic_filter_fn};
use tracing_subscriber::registry::LookupSpan;

use super::{SERVICE, TelemetryError, client};
use crate::config::Config;

/// The spans that a trace begins with.
const ROOTS: [&str; 2] = ["request", "run"];

/// Where spans go. Dropping it sends what is still waiting.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send where the configuration names a collector.
    pub(super) fn start(config: &Config) -> Result<Option<Self>, TelemetryError> {
        let Some(endpoint) = &config.traces_endpoint else { return Ok(None) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client::for_traces()?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()?;
        // A client may continue its trace here, but how many are kept is not for clients to say.
        let share = || Sampler::TraceIdRatioBased(config.traces_sample_rate.into());
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::parent_based(share()).with_remote_parent_sampled(share()))
            .with_resource(
                Resource::builder()
                    .with_service_name(SERVICE)
                    .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
                    .with_attribute(KeyValue::new("deployment.environment.name", config.environment.as_str()))
                    .build(),
            )
            .build();
        Ok(Some(Self(provider)))
    }

    /// What makes traces of our spans, down to those of the stores; those of libraries are none of its business, least of
    /// all the ones that sending makes. The rounds of the background make none of their own.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let ours = Targets::new().with_target("scheduling", Level::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_filter(ours.and(dynamic_filter_fn(|of, within| {
                of.is_span() && (ROOTS.contains(&of.name()) || within.lookup_current().is_some())
            })))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// The header that a trace travels in (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";

/// The headers that a trace travels in.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Lets a request's span continue the trace that its client began; answers the trace's id where there is a trace.
pub(crate) fn continue_trace(span: &Span, headers: &HeaderMap) -> Option<String> {
    if headers.contains_key(TRACEPARENT) {
        set_parent(span, &Headers(headers));
    }
    let context = span.context();
    let trace = context.span().span_context().trace_id();
    (trace != opentelemetry::TraceId::INVALID).then(|| trace.to_string())
}

/// What goes on with the trace of this moment, where there is one.
pub(crate) fn here() -> Option<String> {
    let context = Span::current().context();
    if !context.span().span_context().is_valid() {
        return None;
    }
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&context, &mut carrier);
    carrier.remove(TRACEPARENT)
}

/// Lets a span go on with the trace that [`here`] told of.
pub(crate) fn join(span: &Span, traceparent: &str) {
    set_parent(span, &HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]));
}

fn set_parent(span: &Span, carrier: &dyn Extractor) {
    let begun = TraceContextPropagator::new().extract_with_context(&Context::new(), carrier);
    // Nothing to set where nothing is traced.
    let _ = span.set_parent(begun);
}

/// Says what became of a request, in the words of OpenTelemetry's conventions for HTTP servers.
pub(crate) fn conclude(span: &Span, method: &'static str, route: Option<&'static str>, status: StatusCode) {
    let context = span.context();
    let traced = context.span();
    if !traced.is_recording() {
        return;
    }
    traced.update_name(route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}")));
    traced.set_attribute(KeyValue::new("http.request.method", method));
    traced.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if let Some(route) = route {
        traced.set_attribute(KeyValue::new("http.route", route));
    }
    if status.is_server_error() {
        traced.set_status(Status::error(""));
    }
}
