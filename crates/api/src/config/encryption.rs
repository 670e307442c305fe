//! What leaves this machine is encrypted, for somebody who has proved who they are.

use std::net::IpAddr;

use url::Url;

use super::{Config, Database, Environment, Gathered, Secret};

/// Adds a fault for every server that would be reached in the clear. Development may; elsewhere its host has to be one
/// that the configuration names as reached through a network that nobody else sees.
pub(super) fn check(config: &Config, gathered: &Gathered, faults: &mut Vec<String>) {
    if config.environment == Environment::Development {
        return;
    }
    let database = match &config.database {
        Database::Postgres(url) => Some(url),
        Database::Embedded(_) => None,
    };
    for (key, address, instead) in [
        (
            "database.url",
            database.map(Secret::reveal),
            "sslmode=verify-full and, for an authority of your own, sslrootcert=FILE",
        ),
        (
            "redis.url",
            config.redis_url.as_ref().map(Secret::reveal),
            "REDIS_URL with rediss:// and, for an authority of your own, sslrootcert=FILE",
        ),
        ("traces.endpoint", config.traces_endpoint.as_deref(), "OTEL_EXPORTER_OTLP_ENDPOINT with https://"),
    ] {
        let Some(url) = address.and_then(|address| Url::parse(address).ok()) else { continue };
        if is_encrypted(&url) || is_near(&url, &config.plaintext_hosts) {
            continue;
        }
        let (environment, host) = (config.environment.as_str(), url.host_str().unwrap_or_default());
        let origin = gathered.get(key).map_or_else(String::new, |given| format!(" ({})", given.origin));
        faults.push(format!(
            "{key}{origin} reaches {host} in the clear, or whoever answers there: {environment} needs {instead}; or name \
             {host} in HR_PLAINTEXT_HOSTS, where nobody else sees the network between"
        ));
    }
}

/// Below `verify-ca`, PostgreSQL's certificate is not looked at.
fn is_encrypted(url: &Url) -> bool {
    match url.scheme() {
        "postgres" | "postgresql" => {
            url.query_pairs().any(|(name, value)| name == "sslmode" && value.starts_with("verify-"))
        }
        scheme => matches!(scheme, "rediss" | "https"),
    }
}

/// On this machine, or named.
fn is_near(url: &Url, named: &[String]) -> bool {
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return true };
    let is_loopback = || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    // A socket's path stands percent-encoded where a host would.
    host == "localhost" || host.starts_with("%2F") || is_loopback() || named.iter().any(|name| name == host)
}
