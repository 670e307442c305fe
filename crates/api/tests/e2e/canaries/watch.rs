//! What others hear of the service.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::support::{Backend, StandIn};

/// What a Sentry was sent: errors, and everything else.
pub(super) fn envelopes(sentry: &StandIn) -> (Vec<String>, Vec<String>) {
    let bodies = sentry.received().into_iter().map(|request| String::from_utf8_lossy(&request.body).into_owned());
    bodies.partition(|envelope| envelope.contains("\"type\":\"event\""))
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
