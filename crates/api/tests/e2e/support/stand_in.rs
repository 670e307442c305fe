//! A program that the service sends something to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Answers every request the same, and keeps what it was told.
pub(crate) struct StandIn {
    pub(crate) address: String,
    received: Arc<Mutex<Vec<Received>>>,
}

/// A request.
#[derive(Clone, Default)]
pub(crate) struct Received {
    /// Its first line and its headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl StandIn {
    /// One that is content with all it is told.
    pub(crate) fn start() -> Self {
        Self::answering("200 OK", "")
    }

    /// Its answers have this status, and these headers, each with its end of line.
    pub(crate) fn answering(status: &str, headers: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answer = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n");
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (kept, answer) = (Arc::clone(&kept), answer.clone());
                std::thread::spawn(move || take(connection, &answer, &kept));
            }
        });
        Self { address, received }
    }

    /// All that came. The service has sent what it had before it ended.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

/// One request, answered once it is kept; of one that breaks off, what came.
fn take(connection: TcpStream, answer: &str, kept: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    let mut received = Received::default();
    let read = read(&mut reader, &mut received);
    kept.lock().unwrap().push(received);
    read?;
    reader.get_mut().write_all(answer.as_bytes())
}

fn read(reader: &mut BufReader<TcpStream>, Received { head, body }: &mut Received) -> std::io::Result<()> {
    let (mut begun, mut length) = (0, 0);
    while reader.read_line(head)? > 2 {
        if let Some(value) = head[begun..].to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        begun = head.len();
    }
    body.resize(length, 0);
    reader.read_exact(body)
}
