//! What is good enough for a developer's machine and for no other.

use std::collections::BTreeSet;

use url::Url;

use super::{Config, Database, Environment, Gathered};

/// The least length of a key that signs or encrypts: either is as strong as 32 random bytes.
const MIN_KEY_BYTES: usize = 32;
/// Random text of that length has more different bytes than this.
const MIN_KEY_VARIETY: usize = 10;
/// What examples, images and guessers use.
const WELL_KNOWN: &[&str] = &[
    "123456",
    "admin",
    "change-me",
    "changeme",
    "change_me",
    "default",
    "hr",
    "hr_scheduling",
    "hunter2",
    "jwt-secret",
    "password",
    "postgres",
    "redis",
    "root",
    "secret",
    "test",
    "your-secret-key",
];

/// Adds a fault for every weak or missing secret. Development may go without, but what it has must be long enough to
/// sign with.
pub(super) fn check(config: &Config, gathered: &Gathered, faults: &mut Vec<String>) {
    let strict = config.environment != Environment::Development;
    let origin = |key: &str| gathered.get(key).map_or_else(String::new, |given| format!(" ({})", given.origin));
    let make_one = "make one with: openssl rand -base64 48";

    match config.jwt_secret_key.as_ref().map(super::Secret::reveal) {
        None if strict => {
            let environment = config.environment.as_str();
            faults.push(format!("jwt.secret_key is missing: {environment} needs JWT_SECRET_KEY; {make_one}"));
        }
        None => {}
        Some(key) => {
            if let Some(weakness) = weakness_of_key(key, strict) {
                faults.push(format!("jwt.secret_key{} {weakness}; {make_one}", origin("jwt.secret_key")));
            }
        }
    }
    if let Some(weakness) = config.backup_key.as_ref().and_then(|key| weakness_of_key(key.reveal(), strict)) {
        faults.push(format!("backup.key{} {weakness}; {make_one}", origin("backup.key")));
    }
    if !strict {
        return;
    }
    let addresses = [
        (
            "database.url",
            match &config.database {
                Database::Postgres(url) => Some(url),
                Database::Embedded(_) => None,
            },
        ),
        ("redis.url", config.redis_url.as_ref()),
    ];
    for (key, address) in addresses {
        let password = address.and_then(|address| Some(Url::parse(address.reveal()).ok()?.password()?.to_owned()));
        if password.is_some_and(|password| is_well_known(&password)) {
            faults.push(format!("{key}{} has a password that everybody knows: set another one", origin(key)));
        }
    }
}

fn weakness_of_key(key: &str, strict: bool) -> Option<String> {
    let variety = key.bytes().collect::<BTreeSet<_>>().len();
    let is_known = || WELL_KNOWN.iter().any(|known| known.len() > 5 && key.to_lowercase().contains(known));
    if key.len() < MIN_KEY_BYTES {
        Some(format!("has {} bytes, and fewer than {MIN_KEY_BYTES} can be guessed", key.len()))
    } else if strict && is_known() {
        Some("contains a text that everybody knows".to_owned())
    } else if strict && variety < MIN_KEY_VARIETY {
        Some(format!("has only {variety} different bytes, so it can be guessed"))
    } else {
        None
    }
}

fn is_well_known(secret: &str) -> bool {
    WELL_KNOWN.contains(&secret.to_lowercase().as_str())
}
