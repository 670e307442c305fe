//! Reports and traces go where the configuration says, and nowhere that an answer says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::Backend;

/// Answers every request the same, and counts them.
struct Server {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Server {
    fn start(status: &'static str, location: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let location = location.map(|to| format!("Location: http://{to}/elsewhere\r\n")).unwrap_or_default();
        let answer = format!("HTTP/1.1 {status}\r\n{location}Content-Length: 0\r\nConnection: close\r\n\r\n");
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                count.fetch_add(1, Ordering::SeqCst);
                // Whoever was asked for nothing has been counted all the same.
                let _ = reply(connection, &answer);
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn reply(connection: TcpStream, answer: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    reader.read_exact(&mut vec![0; length])?;
    reader.get_mut().write_all(answer.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_and_traces_follow_no_redirect() {
    for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let elsewhere = Server::start("200 OK", None);
        let [sentry, collector] = [(); 2].map(|()| Server::start(status, Some(&elsewhere.address)));
        let backend = Backend::embedded()
            .with("SENTRY_DSN", format!("http://5e417ca9a7c64d0c8d1f37a2b6e09c11@{}/1", sentry.address))
            .with("HR_SENTRY_TRACES_SAMPLE_RATE", "1")
            .with("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", collector.address))
            .with("HR_TRACES_SAMPLE_RATE", "1");
        backend.prepare();
        let server = backend.serve();
        server.anonymous().get("/health").await.expect(200);
        // The service has sent what it had before it ended.
        server.stop();
        assert!(0 < sentry.asked() && 0 < collector.asked(), "{} and {}", sentry.asked(), collector.asked());
        assert_eq!(elsewhere.asked(), 0, "{status} was followed");
    }
}
