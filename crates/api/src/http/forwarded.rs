//! A client's address when proxies stand between it and us.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use ipnet::IpNet;

/// The proxies whose `X-Forwarded-For` is believed; nobody's unless they are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

/// Text that is no list of networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotNetworks;

impl FromStr for TrustedProxies {
    type Err = NotNetworks;

    /// Addresses and networks (`10.0.0.0/8`), separated by commas.
    fn from_str(text: &str) -> Result<Self, NotNetworks> {
        let network = |text: &str| {
            let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| NotNetworks)
        };
        text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Where a request comes from: the nearest hop that is none of the trusted. What stands further left in the header
    /// was written by somebody whom nobody vouches for.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let values: Vec<&str> = headers.get_all(X_FORWARDED_FOR).map_while(|value| value.to_str().ok()).collect();
        for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            if !self.0.iter().any(|network| network.contains(&client)) {
                break;
            }
            match address(hop.trim()) {
                Ok(hop) => client = hop.to_canonical(),
                // A trusted proxy that writes no address vouches for nobody but itself.
                Err(_) => break,
            }
        }
        client
    }
}

/// An address, which some proxies write with its port.
fn address(hop: &str) -> Result<IpAddr, std::net::AddrParseError> {
    hop.parse::<SocketAddr>().map(|hop| hop.ip()).or_else(|_| hop.trim_matches(['[', ']']).parse())
}

/// The address of the client of this request, by the application's [`TrustedProxies`]. None where it came through no
/// network.
pub(super) fn client_address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let trusted = request.app_data::<TrustedProxies>();
    Some(trusted.map_or_else(|| peer.to_canonical(), |trusted| trusted.client(peer, request.headers())))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let trusted: TrustedProxies = trusted.parse().unwrap();
        trusted.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        assert_eq!(client("", "127.0.0.1", &["192.0.2.7"]), "127.0.0.1");
        assert_eq!(client("10.0.0.0/8", "198.51.100.1", &["192.0.2.7"]), "198.51.100.1");
    }

    #[test]
    fn the_nearest_hop_that_is_not_trusted_is_the_client() {
        for (forwarded, expected) in [
            (&["192.0.2.7"][..], "192.0.2.7"),
            (&["203.0.113.9, 192.0.2.7"], "192.0.2.7"),
            (&["203.0.113.9, 192.0.2.7, 10.1.1.1"], "192.0.2.7"),
            (&["203.0.113.9", "192.0.2.7, 10.1.1.1"], "192.0.2.7"),
            (&["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
            (&["192.0.2.7:4711"], "192.0.2.7"),
            (&["[2001:db8::7]:4711"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["::ffff:192.0.2.7"], "192.0.2.7"),
            (&["192.0.2.7, unknown"], "10.0.0.1"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", forwarded), expected, "{forwarded:?}");
        }
        assert_eq!(client("10.0.0.0/8", "::ffff:10.0.0.1", &["192.0.2.7"]), "192.0.2.7");
    }

    #[test]
    fn networks_and_addresses_are_read() {
        let read = "10.0.0.0/8, ::1,192.0.2.1".parse::<TrustedProxies>().unwrap();
        assert_eq!(read.0.len(), 3);
        assert_eq!("".parse(), Ok(TrustedProxies::default()));
        for bad in ["10.0.0.0/33", "proxy.example", "10.0.0.0/8;::1"] {
            assert_eq!(bad.parse::<TrustedProxies>(), Err(NotNetworks), "{bad}");
        }
    }
}
