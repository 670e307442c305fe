//! A request's trace, as a collector receives it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::json;

use crate::support::{Backend, Client, on_each_backend};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A collector that keeps the bodies it is sent.
struct Collector {
    address: String,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bodies);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let body = take(connection).unwrap();
                kept.lock().unwrap().push(body);
            }
        });
        Self { address, bodies }
    }

    /// All that came, one after the other. The service has sent what it had before it ended.
    fn received(&self) -> Vec<u8> {
        self.bodies.lock().unwrap().concat()
    }
}

/// One request to `/v1/traces`, answered once it is read.
fn take(connection: TcpStream) -> std::io::Result<Vec<u8>> {
    let mut reader = BufReader::new(connection);
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line)?;
    assert_eq!(line.trim_end(), "POST /v1/traces HTTP/1.1");
    let mut is_protobuf = false;
    while reader.read_line(&mut line)? > 2 {
        let header = line.rsplit_terminator("\r\n").next().unwrap().to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        is_protobuf |= header == "content-type: application/x-protobuf";
        line.clear();
    }
    assert!(is_protobuf);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    Ok(body)
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn count(body: &[u8], part: &[u8]) -> usize {
    body.windows(part.len()).filter(|window| *window == part).count()
}

async fn a_clients_trace_goes_on_to_the_store(backend: Backend) {
    let collector = Collector::start();
    let backend = backend
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address)
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

    let traces = collector.received();
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
    let collector = Collector::start();
    let backend = backend
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address)
        .with("HR_TRACES_SAMPLE_RATE", "1")
        .with("HR_LOG_FORMAT", "json")
        .with("HR_LOG_FILTER", "info,scheduling_app=debug");
    backend.prepare_demo();
    let server = backend.serve();
    let admin = server.admin().await;
    let demand = admin.get("/api/demands/").await.expect(200).data()[0].clone();
    let (team, first) = (&demand["team_id"], &demand["valid_from"]);
    let schedule = json!({"team_id": team, "starts_on": first, "ends_on": first});
    let schedule = admin.post("/api/schedules/", &schedule).await.expect(201).id();
    let new = json!({"schedule_id": schedule, "max_seconds": 10, "max_steps": 1000});
    let request = admin.request(Method::POST, "/api/optimizations/").json(&new);
    let request =
        request.header("traceparent", format!("00-{TRACE}-{PARENT}-01")).header("X-Request-Id", "asks-for-it");
    let run = format!("/api/optimizations/{}", Client::send(request).await.expect(202).id());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while admin.get(&run).await.expect(200).data()["state"] != "done" {
        assert!(std::time::Instant::now() < deadline, "the run does not end");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    server.stop();
    let traces = collector.received();
    assert!(is_span_of_the_trace(&traces, "POST /api/optimizations/"));
    assert!(is_span_of_the_trace(&traces, "run"));
    assert!(0 < count(&traces, b"asks-for-it"));
}

on_each_backend!(a_clients_trace_goes_on_to_the_store, a_clients_trace_goes_on_to_the_worker);

#[tokio::test(flavor = "multi_thread")]
async fn the_background_makes_no_traces_of_its_own() {
    let collector = Collector::start();
    let backend =
        Backend::embedded().with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address).with("HR_TRACES_SAMPLE_RATE", "1");
    backend.prepare();
    let server = backend.serve();
    server.anonymous().get("/health").await.expect(200);
    server.stop();
    let traces = collector.received();
    assert_eq!(count(&traces, b"GET /health"), 1);
    let spans_that_begin_a_trace = count(&traces, b"transaction") + count(&traces, b"wait for a connection");
    assert!(spans_that_begin_a_trace <= 2, "only the request's own look at the store");
}
