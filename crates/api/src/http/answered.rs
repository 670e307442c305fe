//! What is kept of a request once it is answered: a count, and one log line.

use std::error::Error;
use std::time::Duration;

use actix_web::http::StatusCode;
use tracing::Span;

use super::edge::RequestMetrics;
use super::problem::Problem;
use crate::telemetry::traces;

/// A request and its answer.
///
/// Nothing that a client wrote freely is among it: no path, no query, no body, no header.
pub(super) struct Answered {
    pub(super) method: &'static str,
    /// The documented path of the route; none where no route matched.
    pub(super) route: Option<&'static str>,
    pub(super) status: StatusCode,
    pub(super) took: Duration,
    pub(super) refusal: Option<Refusal>,
}

/// Why a request was not done.
pub(super) struct Refusal {
    code: &'static str,
    /// The chain of causes of a failure of ours, which nobody but the log is told.
    error: Option<String>,
}

impl From<&Problem> for Refusal {
    fn from(problem: &Problem) -> Self {
        let code = problem.code();
        Self { code: code.name(), error: code.status().is_server_error().then(|| causes(problem)) }
    }
}

fn causes(problem: &Problem) -> String {
    let mut chain = Vec::new();
    let mut cause = problem.source();
    while let Some(error) = cause {
        chain.push(error.to_string());
        cause = error.source();
    }
    chain.join(": ")
}

impl Answered {
    /// Counts it and writes its line. The rest of the line is in the request's span.
    pub(super) fn tell(self, metrics: Option<&dyn RequestMetrics>) {
        let route = self.route.unwrap_or("unknown");
        let status = self.status.as_u16();
        if let Some(metrics) = metrics {
            metrics.answered(self.method, route, status, self.took);
        }
        // As fields of the span they stand in reports, too; as fields of the line they would stand in it twice.
        let span = Span::current();
        span.record("route", route).record("status", status);
        traces::conclude(&span, self.method, self.route, self.status);
        let elapsed_ms = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX);
        let code = self.refusal.as_ref().map(|refusal| refusal.code);
        match self.refusal.and_then(|refusal| refusal.error) {
            Some(error) => tracing::error!(elapsed_ms, code, error, "a request failed"),
            // `/health` says on purpose that the service is not ready.
            None if self.status.is_server_error() => tracing::warn!(elapsed_ms, code, "answered"),
            None => tracing::info!(elapsed_ms, code, "answered"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use actix_web::http::Method;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, HttpResponse};
    use serde_json::{Value, json};
    use tracing_actix_web::TracingLogger;
    use tracing_subscriber::layer::SubscriberExt;

    use super::super::code::Code;
    use super::super::edge::{edge, unknown_route};
    use super::super::resource::undocumented;
    use super::super::span::RequestSpan;
    use super::*;
    use crate::telemetry::lines;

    /// What was written.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    async fn fine() -> HttpResponse {
        Span::current().record("user_id", 7).record("organization_id", 1);
        tracing::info!(rows = 3, "something was done");
        HttpResponse::Ok().finish()
    }

    async fn refused() -> Result<HttpResponse, Problem> {
        Err(Code::Forbidden.into())
    }

    async fn broken() -> Result<HttpResponse, Problem> {
        let cause = io::Error::new(io::ErrorKind::TimedOut, "the disk is gone");
        Err(Problem::internal(cause))
    }

    async fn panics() -> HttpResponse {
        panic!("on purpose");
    }

    async fn not_ready() -> HttpResponse {
        HttpResponse::ServiceUnavailable().json(json!({ "status": "down" }))
    }

    /// The lines of one request, without what differs from run to run.
    async fn lines_of(method: &str, uri: &str) -> Vec<Value> {
        let log = Log::default();
        let written = log.clone();
        let subscriber = tracing_subscriber::registry().with(lines::json(move || log.clone()));
        let _guard = tracing::subscriber::set_default(subscriber);
        let app = App::new()
            .wrap(from_fn(edge))
            .wrap(TracingLogger::<RequestSpan>::new())
            .configure(|config| {
                undocumented(config, "/fine/{id}", fine);
                undocumented(config, "/refused", refused);
                undocumented(config, "/broken", broken);
                undocumented(config, "/panics", panics);
                undocumented(config, "/health", not_ready);
            })
            .default_service(actix_web::web::to(unknown_route));
        let app = init_service(app).await;
        let request = TestRequest::default()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(uri)
            .insert_header(("x-request-id", "test-1"))
            .insert_header(("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        drop(actix_web::dev::Service::call(&app, request.to_request()).await);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &mut lines {
            let fields = line.as_object_mut().unwrap();
            for name in ["v", "name", "hostname", "pid", "time", "target", "line", "file"] {
                fields.remove(name).unwrap();
            }
            if let Some(elapsed) = fields.remove("elapsed_ms") {
                assert!(elapsed.is_u64());
            }
        }
        lines
    }

    #[actix_web::test]
    async fn a_request_has_one_line_and_what_happens_within_bears_its_id() {
        insta::assert_json_snapshot!(lines_of("GET", "/fine/4711?token=secret").await);
    }

    #[actix_web::test]
    async fn a_refusal_says_which_and_a_failure_says_why_in_the_one_line() {
        let mut lines = Vec::new();
        for (method, uri) in
            [("GET", "/refused"), ("BREW", "/nowhere"), ("GET", "/broken"), ("GET", "/panics"), ("GET", "/health")]
        {
            let of_this_one = lines_of(method, uri).await;
            assert_eq!(of_this_one.len(), 1, "{of_this_one:#?}");
            lines.extend(of_this_one);
        }
        insta::assert_json_snapshot!(lines);
    }
}
