//! `healthcheck`: what a container asks of the service inside it.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::args::HealthcheckArgs;
use super::failure::{Exit, Failure};
use super::output;
use crate::causes::with_causes;
use crate::config::{Config, Sources};
use crate::tls;

/// Where to ask, and how.
struct Target {
    address: String,
    tls: Option<Arc<ClientConfig>>,
}

impl Target {
    fn of(sources: &Sources, arguments: &HealthcheckArgs) -> Result<Self, Failure> {
        let (address, is_encrypted, authorities) = if let Some(given) = &arguments.address {
            let encrypted = given.strip_prefix("https://");
            (encrypted.unwrap_or(given).to_owned(), encrypted.is_some(), None)
        } else {
            let config = Config::load(sources)?;
            (reachable(&config.listen), config.tls_files.is_some(), config.tls_ca_file)
        };
        let authorities: Option<PathBuf> = arguments.ca_file.clone().or(authorities);
        let tls = if is_encrypted { Some(Arc::new(trusting(authorities.as_deref())?)) } else { None };
        Ok(Self { address, tls })
    }
}

fn trusting(authorities: Option<&Path>) -> Result<ClientConfig, Failure> {
    tls::client_config(authorities).map_err(|error| {
        Failure::usage(format!("{}; name another file with --ca-file or HR_TLS_CA_FILE", with_causes(&error)))
    })
}

/// Asks `/health/ready`; a service that says no, or says nothing, is a finding.
pub(super) fn run(sources: &Sources, arguments: &HealthcheckArgs) -> Result<Exit, Failure> {
    let target = Target::of(sources, arguments)?;
    let patience = Duration::from_secs(u64::from(arguments.timeout.max(1)));
    match status(&target, patience) {
        Ok(200) => {
            output::say("healthy");
            Ok(Exit::Ok)
        }
        Ok(code) => {
            output::complain(format_args!("{} is not healthy: it answers {code}", target.address));
            Ok(Exit::Finding)
        }
        Err(error) => {
            output::complain(format_args!("{} is not healthy: {error}", target.address));
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

/// The status code of the answer.
fn status(target: &Target, patience: Duration) -> io::Result<u16> {
    let Target { address, tls } = target;
    let resolved = address.to_socket_addrs()?.next().ok_or_else(|| io::Error::other("the host has no address"))?;
    let stream = TcpStream::connect_timeout(&resolved, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    match tls {
        None => ask(stream, address),
        Some(config) => {
            let host = address.rsplit_once(':').map_or(address.as_str(), |(host, _)| host);
            let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(io::Error::other)?;
            let connection = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
            ask(StreamOwned::new(connection, stream), address)
        }
    }
}

/// One request in the oldest dialect: no client library is worth its weight here.
fn ask(mut stream: impl Read + Write, address: &str) -> io::Result<u16> {
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
        let target = Target { address, tls: None };
        assert_eq!(status(&target, Duration::from_secs(5)).unwrap(), 503);
        server.join().unwrap();
    }
}
