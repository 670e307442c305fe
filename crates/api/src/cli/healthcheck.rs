//! `healthcheck`: what a container asks of the service inside it.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::args::HealthcheckArgs;
use super::failure::{Exit, Failure};
use super::output;
use crate::config::{Config, Sources};

/// Asks `/health/ready`; a service that says no, or says nothing, is a finding.
pub(super) fn run(sources: &Sources, arguments: &HealthcheckArgs) -> Result<Exit, Failure> {
    let address = match &arguments.address {
        Some(address) => address.clone(),
        None => reachable(&Config::load(sources)?.listen),
    };
    let patience = Duration::from_secs(u64::from(arguments.timeout.max(1)));
    match status(&address, patience) {
        Ok(200) => {
            output::say("healthy");
            Ok(Exit::Ok)
        }
        Ok(code) => {
            output::complain(format_args!("{address} is not healthy: it answers {code}"));
            Ok(Exit::Finding)
        }
        Err(error) => {
            output::complain(format_args!("{address} is not healthy: {error}"));
            Ok(Exit::Finding)
        }
    }
}

/// Where a service that listens everywhere can be reached from its own machine.
fn reachable(listen: &str) -> String {
    match listen.rsplit_once(':') {
        Some(("0.0.0.0", port)) => format!("127.0.0.1:{port}"),
        Some(("[::]", port)) => format!("[::1]:{port}"),
        _ => listen.to_owned(),
    }
}

/// The status code of the answer. One request in the oldest dialect: no client library is worth its weight here.
fn status(address: &str, patience: Duration) -> io::Result<u16> {
    let target = address.to_socket_addrs()?.next().ok_or_else(|| io::Error::other("the host has no address"))?;
    let mut stream = TcpStream::connect_timeout(&target, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    stream.write_all(format!("GET /health/ready HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes())?;
    let mut line = [0_u8; 12];
    stream.read_exact(&mut line)?;
    std::str::from_utf8(&line)
        .ok()
        .filter(|line| line.starts_with("HTTP/1."))
        .and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .ok_or_else(|| io::Error::other("the answer is no HTTP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_listens_everywhere_is_asked_on_the_loopback() {
        assert_eq!(reachable("0.0.0.0:8000"), "127.0.0.1:8000");
        assert_eq!(reachable("[::]:8000"), "[::1]:8000");
        assert_eq!(reachable("10.1.2.3:80"), "10.1.2.3:80");
    }

    #[test]
    fn the_status_is_read_from_the_first_line() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 16];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").unwrap();
        });
        assert_eq!(status(&address, Duration::from_secs(5)).unwrap(), 503);
        server.join().unwrap();
    }
}
