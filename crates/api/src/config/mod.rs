//! Configuration: flags beat the environment, which beats the TOML file, which beats the defaults.
//!
//! [`settings::SETTINGS`] is the one list of what can be set; [`layers`] finds each setting's winning text and where it
//! came from; here the texts become a [`Config`], and everything wrong with them is reported at once. To add a setting:
//! a line in the list, a field here, and `make pages`, which writes `docs/configuration.md`.

mod encryption;
mod file;
mod jwt_key;
mod layers;
mod mail;
#[cfg(test)]
mod page;
mod role;
mod secret;
mod settings;
mod show;
mod strength;
#[cfg(test)]
mod tests;
mod tls;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use scheduling_app::second_factor::RequiredOf;
use url::Url;

use crate::http::TrustedProxies;

pub use jwt_key::JwtKeyError;
pub use layers::{Flag, Gathered, Origin, Sources};
pub use mail::{MailServer, MailTls};
pub use role::Role;
pub use secret::Secret;
pub use settings::{SETTINGS, Setting};
pub use show::{Shown, masked_url};
pub use tls::TlsFiles;

/// Where the service runs; production and staging refuse what is fine on a developer's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine: secrets are made up and kept where none are given.
    Development,
    /// Like production.
    Staging,
    /// Weak or missing secrets are refused.
    Production,
}

impl Environment {
    /// The name, as configured and reported.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// Who needs a second factor where nothing else is said.
    fn second_factor_required_of(self) -> RequiredOf {
        match self {
            Self::Development | Self::Staging => RequiredOf::Nobody,
            Self::Production => RequiredOf::Administrators,
        }
    }
}

impl FromStr for Environment {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Development, Self::Staging, Self::Production].into_iter().find(|one| one.as_str() == text).ok_or(())
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One bunyan JSON object a line.
    Json,
    /// For people at a terminal.
    Pretty,
}

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// One SQLite file.
    Embedded(PathBuf),
    /// A PostgreSQL server.
    Postgres(Secret),
}

/// What a pooler between the service and PostgreSQL lends, in PgBouncer's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabasePooling {
    /// There is none, or it lends whole sessions.
    Session,
    /// Transactions.
    Transaction,
}

impl FromStr for DatabasePooling {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "session" => Ok(Self::Session),
            "transaction" => Ok(Self::Transaction),
            _ => Err(()),
        }
    }
}

/// Everything that can be set, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the service runs.
    pub environment: Environment,
    /// What a serving process does.
    pub role: Role,
    /// Host and port to listen on.
    pub listen: String,
    /// Host and port at which `/metrics` alone is answered; none for beside everything else.
    pub metrics_listen: Option<String>,
    /// The certificate with which both answer; none for in the clear.
    pub tls_files: Option<TlsFiles>,
    /// Whom the health check trusts to have signed it; none for those that the machine trusts.
    pub tls_ca_file: Option<PathBuf>,
    /// Where the embedded database and generated keys are kept.
    pub data_dir: PathBuf,
    /// Where everything is kept.
    pub database: Database,
    /// Most connections to the database.
    pub database_pool_size: u32,
    /// What stands between it and the service.
    pub database_pooling: DatabasePooling,
    /// The shared cache; none for one in this process.
    pub redis_url: Option<Secret>,
    /// Hosts that are reached in the clear on purpose.
    pub plaintext_hosts: Vec<String>,
    /// Where the sessions of browsers are kept; none for the database.
    pub redis_session_url: Option<Secret>,
    /// What access tokens are signed with, if given; [`Config::jwt_key`] always has one.
    pub jwt_secret_key: Option<Secret>,
    /// What they were signed with before, if that is to be verified still.
    pub jwt_previous_secret_key: Option<Secret>,
    /// Life of an access token.
    pub access_token_minutes: u32,
    /// Life of a sign-in.
    pub sign_in_hours: u32,
    /// Life of a sign-in that asked to be remembered.
    pub remembered_days: u32,
    /// Where people reach the service; none where nobody said.
    pub public_url: Option<String>,
    /// The mail server, if there is one.
    pub mail_server: Option<MailServer>,
    /// Who may do nothing before they have set up a second factor.
    pub second_factor_required_of: RequiredOf,
    /// How long a browser's session that is not remembered waits for its holder.
    pub session_idle_minutes: u32,
    /// Where errors are reported; none for nowhere.
    pub sentry_dsn: Option<Secret>,
    /// Share of requests that are traced to Sentry, 0 to 1.
    pub sentry_traces_sample_rate: f32,
    /// The collector that traces are sent to; none for none.
    pub traces_endpoint: Option<String>,
    /// Share of requests and runs that are sent there, 0 to 1.
    pub traces_sample_rate: f32,
    /// Which log lines are written, in the syntax of tracing's `EnvFilter`.
    pub log_filter: String,
    /// How they look; none for whatever suits where they go.
    pub log_format: Option<LogFormat>,
    /// Threads that answer requests; none for one a core.
    pub http_workers: Option<usize>,
    /// Requests that an account or key earns in a second; 0 for no limit.
    pub requests_per_second: u32,
    /// Requests that an address earns in a second before anybody signs in; 0 for no limit.
    pub anonymous_requests_per_second: u32,
    /// Whose word on a client's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// How long a stopping service waits for what is in flight.
    pub shutdown_seconds: u32,
    /// How long a stopping service still takes new requests.
    pub drain_seconds: u32,
    /// The folder of backups.
    pub backup_dir: PathBuf,
    /// What backups are encrypted with; none for not at all.
    pub backup_key: Option<Secret>,
    /// How many backups a new one leaves; none for all.
    pub backup_keep: Option<usize>,
    /// Threads of an optimiser run.
    pub optimizer_threads: NonZeroUsize,
}

/// Everything wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Vec<String>);

impl ConfigError {
    /// One sentence for each fault: what, where, why and what to do.
    pub fn faults(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is not usable:")?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  - {fault}"))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads all layers and checks everything that they say.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let (gathered, faults) = sources.gather();
        Self::check(&gathered, faults)
    }

    fn check(gathered: &Gathered, faults: Vec<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader { gathered, faults };
        let environment = reader.parse("env", "one of development, staging, production", Environment::Development);
        let data_dir = PathBuf::from(reader.text("data_dir").unwrap_or_default());
        let redis_url = reader.redis_url();
        let config = Self {
            environment,
            role: reader.parse("role", "one of all, api, worker", Role::All),
            listen: reader.address("listen").unwrap_or_default(),
            metrics_listen: reader.address("metrics.listen"),
            tls_files: reader.tls_files(),
            tls_ca_file: reader.text("tls.ca_file").map(PathBuf::from),
            database: reader.database(&data_dir),
            data_dir,
            database_pool_size: reader.number("database.pool_size", 1, 1_000),
            database_pooling: reader.parse("database.pooling", "one of session, transaction", DatabasePooling::Session),
            redis_session_url: reader.redis_session_url(redis_url.as_ref()),
            redis_url,
            plaintext_hosts: reader.names("plaintext_hosts"),
            jwt_secret_key: reader.secret("jwt.secret_key"),
            jwt_previous_secret_key: reader.secret("jwt.previous_secret_key"),
            access_token_minutes: reader.number("jwt.access_token_minutes", 1, 1_440),
            sign_in_hours: reader.number("jwt.sign_in_hours", 1, 168),
            remembered_days: reader.number("jwt.remembered_days", 1, 365),
            public_url: reader.public_url(),
            mail_server: reader.mail_server(),
            second_factor_required_of: reader.parse(
                "second_factor.required_of",
                "one of nobody, administrators, everyone",
                environment.second_factor_required_of(),
            ),
            session_idle_minutes: reader.number("sessions.idle_minutes", 1, 1_440),
            sentry_dsn: reader.secret("sentry.dsn"),
            sentry_traces_sample_rate: reader.share("sentry.traces_sample_rate"),
            traces_endpoint: reader.traces_endpoint(),
            traces_sample_rate: reader.share("traces.sample_rate"),
            log_filter: reader.text("log.filter").unwrap_or_default().to_owned(),
            log_format: reader.log_format(),
            http_workers: reader.optional_number("http.workers", 1, 1_024),
            requests_per_second: reader.number("http.requests_per_second", 0, 1_000_000),
            anonymous_requests_per_second: reader.number("http.anonymous_requests_per_second", 0, 1_000_000),
            trusted_proxies: reader.parse(
                "http.trusted_proxies",
                "a list of addresses and networks, such as 10.0.0.0/8,192.0.2.1",
                TrustedProxies::default(),
            ),
            shutdown_seconds: reader.number("http.shutdown_seconds", 0, 3_600),
            drain_seconds: reader.number("http.drain_seconds", 0, 300),
            backup_dir: PathBuf::from(reader.text("backup.dir").unwrap_or_default()),
            backup_key: reader.secret("backup.key"),
            backup_keep: reader.optional_number("backup.keep", 0, 100_000).filter(|keep| *keep != 0),
            optimizer_threads: reader.threads("optimizer.threads"),
        };
        let mut faults = reader.faults;
        strength::check(&config, gathered, &mut faults);
        mail::check(config.mail_server.as_ref(), config.public_url.as_deref(), environment, gathered, &mut faults);
        encryption::check(&config, gathered, &mut faults);
        role::check(&config, &mut faults);
        if faults.is_empty() { Ok(config) } else { Err(ConfigError(faults)) }
    }
}

/// Turns texts into values; a text that is none leaves a fault and any value in its place.
struct Reader<'a> {
    gathered: &'a Gathered,
    faults: Vec<String>,
}

impl<'a> Reader<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        self.gathered.get(key).map(|given| given.text.as_str())
    }

    fn secret(&self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret::new)
    }

    /// Names that commas separate.
    fn names(&self, key: &str) -> Vec<String> {
        let text = self.text(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    fn refuse(&mut self, key: &str, expected: &str) {
        if let Some(given) = self.gathered.get(key) {
            let is_secret = settings::find(key).is_some_and(|setting| setting.secret);
            let shown = if is_secret { "what is given".to_owned() } else { format!("{:?}", given.text) };
            self.faults.push(format!("{key} ({}): {shown} is not {expected}", given.origin));
        }
    }

    fn parse<T: FromStr>(&mut self, key: &str, expected: &str, otherwise: T) -> T {
        match self.text(key).map(str::parse) {
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.refuse(key, expected);
                otherwise
            }
            None => otherwise,
        }
    }

    fn optional_number<T: FromStr + Copy + PartialOrd + fmt::Display>(
        &mut self,
        key: &str,
        min: T,
        max: T,
    ) -> Option<T> {
        let value = self.text(key)?.parse().ok().filter(|value| (min..=max).contains(value));
        if value.is_none() {
            self.refuse(key, &format!("a whole number from {min} to {max}"));
        }
        value
    }

    fn number(&mut self, key: &str, min: u32, max: u32) -> u32 {
        self.optional_number(key, min, max).unwrap_or(min)
    }

    fn threads(&mut self, key: &str) -> NonZeroUsize {
        self.optional_number(key, 1, 256).and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN)
    }

    fn share(&mut self, key: &str) -> f32 {
        let value = self.text(key).and_then(|text| text.parse().ok()).filter(|value| (0.0..=1.0).contains(value));
        value.unwrap_or_else(|| {
            self.refuse(key, "a number from 0 to 1");
            0.0
        })
    }

    fn address(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        let is_address = text
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok() && !text.contains("//"));
        if !is_address {
            self.refuse(key, "an address to listen on, such as 127.0.0.1:8000");
        }
        Some(text.to_owned())
    }

    fn traces_endpoint(&mut self) -> Option<String> {
        let text = self.text("traces.endpoint")?;
        let is_address = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_address {
            self.refuse("traces.endpoint", "an address of the form http://host:4318");
        }
        Some(text.to_owned())
    }

    fn log_format(&mut self) -> Option<LogFormat> {
        match self.text("log.format")? {
            "json" => Some(LogFormat::Json),
            "pretty" => Some(LogFormat::Pretty),
            _ => {
                self.refuse("log.format", "one of json, pretty");
                None
            }
        }
    }

    fn database(&mut self, data_dir: &std::path::Path) -> Database {
        let Some(text) = self.text("database.url") else {
            return Database::Embedded(data_dir.join("hr-scheduling.db"));
        };
        if let Some(path) = text.strip_prefix("sqlite:") {
            return Database::Embedded(path.strip_prefix("//").unwrap_or(path).into());
        }
        if !Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql")) {
            self.refuse(
                "database.url",
                "an address of the form postgres://user:password@host:5432/database or sqlite:PATH",
            );
        }
        Database::Postgres(Secret::new(text))
    }

    /// `redis.url`, or an address made of the single settings where at least the host is given.
    fn redis_url(&mut self) -> Option<Secret> {
        if let Some(text) = self.text("redis.url") {
            if !Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "redis" | "rediss" | "unix" | "redis+unix")) {
                self.refuse("redis.url", "an address of the form redis://:password@host:6379/0");
            }
            return Some(Secret::new(text));
        }
        let host = self.text("redis.host")?;
        let port = self.number("redis.port", 1, 65_535);
        let db = self.number("redis.db", 0, 1_023);
        let url = Url::parse(&format!("redis://{host}:{port}/{db}")).map(|mut url| {
            // A password is percent-encoded here; the scheme has an authority, so this cannot be refused.
            let _ = url.set_password(self.text("redis.password"));
            url
        });
        if let Ok(url) = url {
            Some(Secret::new(url.as_str()))
        } else {
            self.refuse("redis.host", "a host name");
            None
        }
    }
    /// The same server with the database of sessions.
    fn redis_session_url(&mut self, redis_url: Option<&Secret>) -> Option<Secret> {
        let db = self.number("redis.session_db", 0, 1_023);
        let mut url = Url::parse(redis_url?.reveal()).ok()?;
        if matches!(url.scheme(), "unix" | "redis+unix") {
            let others = url.query_pairs().filter(|(name, _)| name != "db");
            let others: Vec<(String, String)> =
                others.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            url.query_pairs_mut().clear().extend_pairs(others).append_pair("db", &db.to_string());
        } else {
            url.set_path(&format!("/{db}"));
        }
        Some(Secret::new(url.as_str()))
    }
}
