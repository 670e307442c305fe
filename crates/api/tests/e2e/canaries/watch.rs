//! Stand-ins for those who listen to the service: they keep all that they are told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::support::Backend;

/// A Sentry that takes every envelope.
pub(super) struct SentryServer {
    address: String,
    envelopes: Arc<Mutex<Vec<String>>>,
}

impl SentryServer {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let envelopes = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&envelopes);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || {
                    if let Ok(envelope) = take(connection) {
                        kept.lock().unwrap().push(envelope);
                    }
                });
            }
        });
        Self { address, envelopes }
    }

    pub(super) fn dsn(&self, key: &str) -> String {
        format!("http://{key}@{}/1", self.address)
    }

    /// Errors, and everything else. The service has sent what it had before it ended.
    pub(super) fn received(&self) -> (Vec<String>, Vec<String>) {
        self.envelopes.lock().unwrap().iter().cloned().partition(|envelope| envelope.contains("\"type\":\"event\""))
    }
}

/// One request: its body, answered once it is kept.
fn take(connection: TcpStream) -> std::io::Result<String> {
    let mut reader = BufReader::new(connection);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    reader.get_mut().write_all(answer.as_bytes())?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// Hears every command that the backend's Redis is given; but not passwords, which Redis leaves out.
pub(super) struct RedisMonitor {
    /// Its address with a user and password of its own.
    pub(super) url: String,
    server: String,
    heard: JoinHandle<Vec<String>>,
}

const LAST: &str = "that was the last canary";

impl RedisMonitor {
    /// Nothing where the backend has no Redis.
    pub(super) fn start(backend: &Backend, user: &str, password: &str) -> Option<Self> {
        let (server, database) = backend.setting("REDIS_URL")?.strip_prefix("redis://")?.split_once('/')?;
        ask(server, &format!("ACL SETUSER {user} on >{password} ~* &* +@all"));
        let mut monitor = TcpStream::connect(server).unwrap();
        monitor.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        monitor.write_all(b"MONITOR\r\n").unwrap();
        let mut lines = BufReader::new(monitor).lines().map_while(Result::ok);
        assert_eq!(lines.next().as_deref(), Some("+OK"));
        let heard = std::thread::spawn(move || lines.take_while(|line| !line.contains(LAST)).collect());
        let url = format!("redis://{user}:{password}@{server}/{database}");
        Some(Self { url, server: server.to_owned(), heard })
    }

    /// All that was heard.
    pub(super) fn stop(self) -> Vec<String> {
        ask(&self.server, &format!("ECHO \"{LAST}\""));
        self.heard.join().unwrap()
    }
}

/// Sends one command and waits for its answer.
fn ask(server: &str, command: &str) {
    let mut connection = TcpStream::connect(server).unwrap();
    connection.write_all(format!("{command}\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(connection).read_line(&mut answer).unwrap();
    assert!(!answer.starts_with('-'), "{answer}");
}
