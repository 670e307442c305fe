//! A request's trace, as a collector receives it.

use reqwest::Method;
use serde_json::json;

use crate::support::{Backend, Client, StandIn, on_each_backend};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// All that a collector was sent, one after the other.
fn sent(collector: &StandIn) -> Vec<u8> {
    let received = collector.received();
    for request in &received {
        let head = request.head.to_ascii_lowercase();
        assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
        assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
    }
    received.into_iter().flat_map(|request| request.body).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn count(body: &[u8], part: &[u8]) -> usize {
    body.windows(part.len()).filter(|window| *window == part).count()
}

async fn a_clients_trace_goes_on_to_the_store(backend: Backend) {
    let collector = StandIn::start();
    let backend = backend
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", collector.address))
        .with("HR_TRACES_SAMPLE_RATE", "1")
        .with("HR_LOG_FORMAT", "json");
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    let site = json!({"name": "Site", "time_zone": "Asia/Shanghai"});
    let request = admin.request(Method::GET, "/api/sites/?search=secret-of-a-query");
    let request = request.header("traceparent", format!("00-{TRACE}-{PARENT}-01"));
    Client::send(request).await.expect(200);
    let request = admin.request(Method::POST, "/api/sites/").json(&site);
    let request = request.header("traceparent", format!("00-{TRACE}-{PARENT}-01"));
    Client::send(request).await.expect(201);
    let log = server.stop();

    let traces = sent(&collector);
    for name in
        ["hr-scheduling", "GET /api/sites/", "POST /api/sites/", "http.response.status_code", "read", "transaction"]
    {
        assert!(0 < count(&traces, name.as_bytes()), "{name} was not sent");
    }
    // Two requests, and at least the transaction of one of them; two of them are children of the client's span.
    assert!(3 <= count(&traces, &bytes(TRACE)), "{}", count(&traces, &bytes(TRACE)));
    assert_eq!(count(&traces, &bytes(PARENT)), 2);
    assert_eq!(count(&traces, b"secret-of-a-query"), 0);
    assert!(log.contains(&format!("\"trace_id\":\"{TRACE}\"")), "{log}");
    assert!(!log.contains("otel.kind") && !log.contains("\"msg\":\"[TRANSACTION"), "{log}");
}

/// Whether a span of this name belongs to the client's trace: in a span's message, the name follows the ids.
fn is_span_of_the_trace(body: &[u8], name: &str) -> bool {
    let field = [&[0x2a, u8::try_from(name.len()).unwrap()], name.as_bytes()].concat();
    let ends = (0..body.len()).filter(|at| body[*at..].starts_with(&field));
    ends.into_iter().any(|at| 0 < count(&body[at.saturating_sub(64)..at], &bytes(TRACE)))
}

async fn a_clients_trace_goes_on_to_the_worker(backend: Backend) {
    let collector = StandIn::start();
    let backend = backend
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", collector.address))
        .with("HR_TRACES_SAMPLE_RATE", "1")
        .with("HR_LOG_FORMAT", "json")
        .with("HR_LOG_FILTER", "info,scheduling_app=debug");
    backend.prepare_demo();
    let server = backend.serve();
    let admin = server.admin().await;
    let schedule = admin.schedule_of_a_day().await;
    let new = json!({"schedule_id": schedule, "max_seconds": 10, "max_steps": 1000});
    let request = admin.request(Method::POST, "/api/optimizations/").json(&new);
    let request =
        request.header("traceparent", format!("00-{TRACE}-{PARENT}-01")).header("X-Request-Id", "asks-for-it");
    let run = format!("/api/optimizations/{}", Client::send(request).await.expect(202).id());
    admin.until(&run, |run| run["state"] == "done").await;
    server.stop();
    let traces = sent(&collector);
    assert!(is_span_of_the_trace(&traces, "POST /api/optimizations/"));
    assert!(is_span_of_the_trace(&traces, "run"));
    assert!(0 < count(&traces, b"asks-for-it"));
}

on_each_backend!(a_clients_trace_goes_on_to_the_store, a_clients_trace_goes_on_to_the_worker);

#[tokio::test(flavor = "multi_thread")]
async fn the_background_makes_no_traces_of_its_own() {
    let collector = StandIn::start();
    let backend = Backend::embedded()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", collector.address))
        .with("HR_TRACES_SAMPLE_RATE", "1");
    backend.prepare();
    let server = backend.serve();
    server.anonymous().get("/health").await.expect(200);
    server.stop();
    let traces = sent(&collector);
    assert_eq!(count(&traces, b"GET /health"), 1);
    let spans_that_begin_a_trace = count(&traces, b"transaction") + count(&traces, b"wait for a connection");
    assert!(spans_that_begin_a_trace <= 2, "only the request's own look at the store");
}
