//! The one list of what can be set.

/// Something that can be set.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its dotted name, as in the TOML file.
    pub key: &'static str,
    /// Its environment variable. A secret can also be read from the file that `…_FILE` names.
    pub env: &'static str,
    /// What holds where nothing is given.
    pub default: Option<&'static str>,
    /// Whether its value is hidden wherever it would be shown.
    pub secret: bool,
    /// What it does, in a line.
    pub about: &'static str,
}

const fn plain(key: &'static str, env: &'static str, default: Option<&'static str>, about: &'static str) -> Setting {
    Setting { key, env, default, secret: false, about }
}

const fn secret(key: &'static str, env: &'static str, about: &'static str) -> Setting {
    Setting { key, env, default: None, secret: true, about }
}

/// Everything that can be set, in the order in which it is shown.
pub const SETTINGS: &[Setting] = &[
    plain("env", "HR_ENV", Some("development"), "development, staging or production"),
    plain("role", "HR_ROLE", Some("all"), "what serve does: api answers, worker runs the optimiser, all does both"),
    plain("listen", "HR_LISTEN", Some("127.0.0.1:8000"), "address to listen on"),
    plain(
        "tls.certificate_file",
        "HR_TLS_CERTIFICATE_FILE",
        None,
        "PEM file of the certificate with which listen and metrics.listen answer, read anew when it changes; without it, they \
         answer in the clear",
    ),
    plain("tls.key_file", "HR_TLS_KEY_FILE", None, "PEM file of its key"),
    plain(
        "tls.ca_file",
        "HR_TLS_CA_FILE",
        None,
        "PEM file of the authority by which healthcheck knows the service; without it, those that the machine trusts",
    ),
    plain("data_dir", "HR_DATA_DIR", Some("./data"), "folder of the embedded database and generated keys"),
    secret("database.url", "DATABASE_URL", "PostgreSQL to use; without it, an SQLite file in data_dir"),
    plain("database.pool_size", "HR_DATABASE_POOL_SIZE", Some("16"), "most connections to the database"),
    plain(
        "database.pooling",
        "HR_DATABASE_POOLING",
        Some("session"),
        "transaction behind a PgBouncer whose pool_mode is that, else session",
    ),
    secret("redis.url", "REDIS_URL", "Redis to use; without it and redis.host, a cache in this process"),
    plain("redis.host", "REDIS_HOST", None, "host of Redis, instead of redis.url"),
    plain("redis.port", "REDIS_PORT", Some("6379"), "port of Redis"),
    plain("redis.db", "REDIS_DB", Some("0"), "number of the Redis database"),
    plain("redis.session_db", "REDIS_SESSION_DB", Some("1"), "number of the Redis database of sessions"),
    secret("redis.password", "REDIS_PASSWORD", "password of Redis"),
    plain("plaintext_hosts", "HR_PLAINTEXT_HOSTS", None, "hosts that production may reach in the clear, by commas"),
    secret("jwt.secret_key", "JWT_SECRET_KEY", "signs access tokens; in development one is made and kept in data_dir"),
    secret(
        "jwt.previous_secret_key",
        "JWT_PREVIOUS_SECRET_KEY",
        "what signed before jwt.secret_key; goes on to verify while that runs out",
    ),
    plain("jwt.access_token_minutes", "HR_ACCESS_TOKEN_MINUTES", Some("15"), "life of an access token"),
    plain("jwt.sign_in_hours", "HR_SIGN_IN_HOURS", Some("8"), "life of a sign-in"),
    plain("jwt.remembered_days", "HR_REMEMBERED_DAYS", Some("30"), "life of a sign-in that asked to be remembered"),
    plain("public_url", "HR_PUBLIC_URL", None, "where people reach the service; links in mails begin with it"),
    plain("smtp.host", "HR_SMTP_HOST", None, "mail server; without it, development writes mails to the log"),
    plain("smtp.port", "HR_SMTP_PORT", Some("587"), "its port"),
    plain("smtp.tls", "HR_SMTP_TLS", Some("starttls"), "starttls, tls or none"),
    plain("smtp.user", "HR_SMTP_USER", None, "who we are there"),
    secret("smtp.password", "HR_SMTP_PASSWORD", "the password for it"),
    plain("smtp.from", "HR_SMTP_FROM", None, "sender of mails, such as HR <hr@example.com>"),
    plain(
        "second_factor.required_of",
        "HR_SECOND_FACTOR_REQUIRED_OF",
        None,
        "nobody, administrators or everyone; without it, administrators in production and nobody elsewhere",
    ),
    plain(
        "sessions.idle_minutes",
        "HR_SESSION_IDLE_MINUTES",
        Some("30"),
        "how long a browser's session waits for its holder, unless it is remembered",
    ),
    secret("sentry.dsn", "SENTRY_DSN", "where errors are reported"),
    plain("sentry.traces_sample_rate", "HR_SENTRY_TRACES_SAMPLE_RATE", Some("0.1"), "share of requests traced, 0 to 1"),
    plain(
        "traces.endpoint",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        None,
        "collector to send traces to over OTLP/HTTP, such as http://localhost:4318; without it, none are made",
    ),
    plain("traces.sample_rate", "HR_TRACES_SAMPLE_RATE", Some("0.1"), "share of requests and runs sent there, 0 to 1"),
    plain(
        "metrics.listen",
        "HR_METRICS_LISTEN",
        None,
        "address at which /metrics answers, and nothing else does; without it, beside everything else at listen",
    ),
    plain("log.filter", "HR_LOG", Some("info,actix_server=warn"), "which log lines are written, by module"),
    plain("log.format", "HR_LOG_FORMAT", None, "json (bunyan) or pretty; without it, pretty on a terminal"),
    plain("http.workers", "HR_HTTP_WORKERS", None, "threads that answer requests; without it, one a core"),
    plain(
        "http.requests_per_second",
        "HR_REQUESTS_PER_SECOND",
        Some("100"),
        "requests an account or key earns in a second, with a burst of five times that; 0 for no limit",
    ),
    plain(
        "http.anonymous_requests_per_second",
        "HR_ANONYMOUS_REQUESTS_PER_SECOND",
        Some("20"),
        "the same for an address from which nobody has signed in",
    ),
    plain(
        "http.trusted_proxies",
        "HR_TRUSTED_PROXIES",
        None,
        "addresses and networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8",
    ),
    plain("http.drain_seconds", "HR_DRAIN_SECONDS", Some("0"), "how long a stop still serves until proxies turn away"),
    plain("http.shutdown_seconds", "HR_SHUTDOWN_SECONDS", Some("30"), "how long a stop waits for what is in flight"),
    plain("backup.dir", "HR_BACKUP_DIR", Some("./backups"), "folder of backups"),
    secret(
        "backup.key",
        "HR_BACKUP_KEY",
        "encrypts backups, 32 bytes or more; without it, whoever has one can read it",
    ),
    plain("backup.keep", "HR_BACKUP_KEEP", Some("0"), "how many backups are left by a new one; 0 for all"),
    plain("optimizer.threads", "HR_OPTIMIZER_THREADS", Some("1"), "threads of an optimiser run"),
];

/// The setting of that name.
pub(super) fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The known name nearest to a misspelt one, where one is near.
pub(super) fn nearest<'a>(misspelt: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::osa_distance(misspelt, name), name))
        .filter(|(distance, name)| *distance <= (name.len() / 4).max(1))
        .min()
        .map(|(_, name)| name)
}
