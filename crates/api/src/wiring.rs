//! Which adapter stands behind which port. This is the only file that names adapters.

mod backup;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use scheduling_app::auth::{DerivedKeys, PasswordHasher, Throttle, TokenKeys};
use scheduling_app::caching::Caching;
use scheduling_app::load::{measure_load, shared_pools};
use scheduling_app::mail::Post;
use scheduling_app::optimizations::Wake;
use scheduling_app::{ActiveAccounts, App, Limits};
use scheduling_domain::ports::{
    Cache, Load, Mailer, Presence, RateLimiter, SchedulingMetrics, SessionStore, SignInThrottle, Store, Waiting,
};
use scheduling_domain::rate::RateQuota;
use scheduling_memory::{MemoryCache, MemoryPresence, MemoryRateLimiter, MemoryThrottle};
use scheduling_postgres::{PgSettings, PgStore, Pooling, SchemaState};
use scheduling_prometheus::{Metrics, NewestBackup, Readings, ReadingsFailed, refresh_forever};
use scheduling_redis::{
    InvalidRedisUrl, RedisCache, RedisPresence, RedisRateLimiter, RedisSessionStore, RedisThrottle,
};
use scheduling_smtp::{SmtpMailer, SmtpSettings, SmtpTls};
use scheduling_sqlite::{OpenError, SqliteOptions, SqliteStore};
use thiserror::Error;

use crate::backup::newest_archive;
use crate::causes::with_causes;
use crate::clock::SystemClock;
use crate::config::{Config, Database, DatabasePooling, Environment, MailTls, Secret, masked_url};
use crate::http::{Probe, RateLimits, RequestMetrics, SessionCookie};
use crate::mail::{CatalogueWriter, LogMailer};

pub use backup::BackupStore;

/// How many seconds' requests can be saved up: a page that asks for many things at once is no flood.
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
/// How often the gauges are read.
const GAUGE_PERIOD: Duration = Duration::from_secs(30);

/// Why a part of the service is not there: what, where, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct WiringError(String);

impl WiringError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// The opened store, before it is only a port.
#[derive(Clone)]
pub struct Storage {
    kind: Kind,
    place: String,
}

#[derive(Clone)]
enum Kind {
    Embedded(SqliteStore),
    /// The pool is opened once the schema is known to be one that this program can work on.
    Postgres(PgSettings),
}

impl Storage {
    /// Opens what the configuration names.
    pub async fn open(config: &Config) -> Result<Self, WiringError> {
        match &config.database {
            Database::Embedded(path) => {
                let options = SqliteOptions { readers: config.database_pool_size, ..SqliteOptions::default() };
                let store = SqliteStore::open(path.clone(), options).await.map_err(|error| embedded_refusal(&error))?;
                Ok(Self { kind: Kind::Embedded(store), place: path.display().to_string() })
            }
            Database::Postgres(url) => {
                let settings = PgSettings {
                    max_connections: config.database_pool_size,
                    pooling: pooling(config),
                    ..PgSettings::new(url.reveal())
                };
                let place = masked_url(url.reveal());
                let state = scheduling_postgres::schema_state(&settings).await;
                if let SchemaState::Newer(unknown) = state.map_err(|error| server_refusal(&place, &error))? {
                    return Err(WiringError::new(format!(
                        "the database {place} has migration {}, which this version of the program does not know; \
                         start the newer version, or restore a backup made with this one",
                        unknown.join(", ")
                    )));
                }
                Ok(Self { kind: Kind::Postgres(settings), place })
            }
        }
    }

    /// Where it is, without credentials.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether it belongs to this process alone.
    pub fn is_embedded(&self) -> bool {
        matches!(self.kind, Kind::Embedded(_))
    }

    /// Applies the migrations that are pending and answers their names.
    pub async fn migrate(&self) -> Result<Vec<String>, WiringError> {
        match &self.kind {
            Kind::Embedded(store) => store.migrate().await.map_err(|error| embedded_refusal(&error)),
            Kind::Postgres(settings) => {
                scheduling_postgres::migrate(settings).await.map_err(|error| server_refusal(&self.place, &error))
            }
        }
    }

    /// The migrations that are pending.
    pub async fn pending(&self) -> Result<Vec<String>, WiringError> {
        match &self.kind {
            Kind::Embedded(store) => Ok(store.schema_state().await.map_err(|error| embedded_refusal(&error))?.pending),
            Kind::Postgres(settings) => {
                let state = scheduling_postgres::schema_state(settings).await;
                match state.map_err(|error| server_refusal(&self.place, &error))? {
                    SchemaState::Pending(pending) => Ok(pending),
                    SchemaState::Current | SchemaState::Newer(_) => Ok(Vec::new()),
                }
            }
        }
    }

    /// The ports. The schema has to be up to date.
    pub async fn ports(&self) -> Result<StoragePorts, WiringError> {
        match &self.kind {
            Kind::Embedded(store) => Ok(StoragePorts::of(store)),
            Kind::Postgres(settings) => match PgStore::connect(settings).await {
                Ok(store) => Ok(StoragePorts::of(&store)),
                Err(error) => Err(server_refusal(&self.place, &error)),
            },
        }
    }
}

fn pooling(config: &Config) -> Pooling {
    match config.database_pooling {
        DatabasePooling::Session => Pooling::Session,
        DatabasePooling::Transaction => Pooling::Transaction,
    }
}

/// What a store is to the use cases.
#[derive(Clone)]
pub struct StoragePorts {
    /// Everything that is kept.
    pub store: Arc<dyn Store>,
    /// The sessions of browsers, where no Redis keeps them.
    pub sessions: Arc<dyn SessionStore>,
}

impl StoragePorts {
    fn of<S: Store + SessionStore + Clone + 'static>(store: &S) -> Self {
        Self { store: Arc::new(store.clone()), sessions: Arc::new(store.clone()) }
    }
}

fn server_refusal(place: &str, error: &(dyn std::error::Error + 'static)) -> WiringError {
    WiringError::new(format!(
        "the database {place} cannot be used: {}; check that it runs and that DATABASE_URL names it and its user",
        with_causes(error)
    ))
}

fn embedded_refusal(error: &OpenError) -> WiringError {
    let advice = match error {
        OpenError::Folder { .. } => "make it writable, or choose another with --data-dir",
        OpenError::File { .. } => "check its owner and permissions, or choose another folder with --data-dir",
        OpenError::NotADatabase { .. } => "move it away, or choose another folder with --data-dir",
        OpenError::NewerSchema { .. } => "start the newer version, or restore a backup made with this one",
        OpenError::Migration(_) => "nothing was changed; the cause stands above",
    };
    WiringError::new(format!("{}; {advice}", with_causes(error)))
}

/// The cache that the configuration names: shared on Redis, else in this process where the database is its own. Several
/// processes on one database and without Redis would not hear of one another's writes, so they have none.
fn cache(config: &Config, installation: &str) -> Result<Option<Arc<dyn Cache>>, WiringError> {
    match (&config.redis_url, &config.database) {
        (None, Database::Embedded(_)) => Ok(Some(Arc::new(MemoryCache::new()))),
        (None, Database::Postgres(_)) => Ok(None),
        (Some(url), _) => match RedisCache::new(url.reveal(), installation) {
            Ok(cache) => Ok(Some(Arc::new(cache))),
            Err(error) => Err(redis_refusal(url, &error)),
        },
    }
}

/// What counts tries to sign in: on Redis for all instances, and in this process where there is none or it is away.
fn throttle(config: &Config) -> Result<Throttle, WiringError> {
    let local: Arc<dyn SignInThrottle> = Arc::new(MemoryThrottle::new());
    let shared: Arc<dyn SignInThrottle> = match &config.redis_url {
        None => Arc::clone(&local),
        Some(url) => match RedisThrottle::new(url.reveal()) {
            Ok(throttle) => Arc::new(throttle),
            Err(error) => return Err(redis_refusal(url, &error)),
        },
    };
    Ok(Throttle::new(shared, local))
}

/// The way out for mails: the server that the configuration names; in development, without one, the log.
fn post(config: &Config) -> Result<Option<Post>, WiringError> {
    let mailer: Arc<dyn Mailer> = match &config.mail_server {
        Some(server) => {
            let settings = SmtpSettings {
                host: server.host.clone(),
                port: server.port,
                tls: match server.tls {
                    MailTls::StartTls => SmtpTls::StartTls,
                    MailTls::Implicit => SmtpTls::Implicit,
                    MailTls::None => SmtpTls::None,
                },
                credentials: server.user.clone().zip(server.password.as_ref().map(|text| text.reveal().to_owned())),
                from: server.from.clone(),
            };
            let mailer = SmtpMailer::try_new(&settings)
                .map_err(|error| WiringError::new(format!("smtp.host {}: {}", server.host, with_causes(&error))))?;
            Arc::new(mailer)
        }
        None if config.environment == Environment::Development => Arc::new(LogMailer),
        None => return Ok(None),
    };
    let public_url = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    Ok(Some(Post::new(mailer, Arc::new(CatalogueWriter { public_url }))))
}

/// How often somebody may ask: counted by all instances together on Redis, else in this process.
pub fn rate_limits(config: &Config) -> Result<RateLimits, WiringError> {
    let limiter: Arc<dyn RateLimiter> = match &config.redis_url {
        None => Arc::new(MemoryRateLimiter::new()),
        Some(url) => Arc::new(RedisRateLimiter::new(url.reveal()).map_err(|error| redis_refusal(url, &error))?),
    };
    let quota = |per_second: u32| {
        let per_second = NonZeroU32::new(per_second)?;
        Some(RateQuota { per_second, burst: per_second.saturating_mul(BURST) })
    };
    Ok(RateLimits {
        limiter: Some(limiter),
        users: quota(config.requests_per_second),
        addresses: quota(config.anonymous_requests_per_second),
    })
}

/// The sessions of browsers: on Redis where one is configured, else in the database.
fn sessions(config: &Config, in_database: Arc<dyn SessionStore>) -> Result<Arc<dyn SessionStore>, WiringError> {
    match &config.redis_session_url {
        None => Ok(in_database),
        Some(url) => match RedisSessionStore::new(url.reveal()) {
            Ok(sessions) => Ok(Arc::new(sessions)),
            Err(error) => Err(redis_refusal(url, &error)),
        },
    }
}

/// The count of active people: over all instances on Redis, else in this process.
fn presence(config: &Config) -> Result<Arc<dyn Presence>, WiringError> {
    match &config.redis_session_url {
        None => Ok(Arc::new(MemoryPresence::new())),
        Some(url) => match RedisPresence::new(url.reveal(), "hr_presence") {
            Ok(presence) => Ok(Arc::new(presence)),
            Err(error) => Err(redis_refusal(url, &error)),
        },
    }
}

fn redis_refusal(url: &Secret, error: &InvalidRedisUrl) -> WiringError {
    WiringError::new(format!("redis.url {}: {}", masked_url(url.reveal()), with_causes(error)))
}

/// The keys that sign and seal; what the secret before made can still be verified and opened.
fn keys(config: &Config) -> Result<(TokenKeys, DerivedKeys), WiringError> {
    let weak = |key: &'static str| move |error| WiringError::new(format!("{key}: {error}"));
    let secret = config.jwt_key().map_err(|error| WiringError::new(error.to_string()))?;
    let made = |secret: &[u8]| Ok((TokenKeys::try_new(secret)?, DerivedKeys::try_new(secret)?));
    let (tokens, derived) = made(secret.reveal().as_bytes()).map_err(weak("jwt.secret_key"))?;
    let Some(previous) = &config.jwt_previous_secret_key else { return Ok((tokens, derived)) };
    let previous = previous.reveal().as_bytes();
    let made = tokens.with_previous(previous).and_then(|tokens| Ok((tokens, derived.with_previous(previous)?)));
    made.map_err(weak("jwt.previous_secret_key"))
}

/// What the use cases work with.
pub async fn app(
    config: &Config,
    StoragePorts { store, sessions: in_database }: StoragePorts,
    metrics: Arc<dyn SchedulingMetrics>,
) -> Result<App, WiringError> {
    let (tokens, keys) = keys(config)?;
    // Half of the cores, so that requests are answered while many people sign in.
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let passwords = PasswordHasher::try_new(NonZeroUsize::new(cores.get() / 2).unwrap_or(NonZeroUsize::MIN))
        .map_err(|error| WiringError::new(with_causes(&error)))?;
    let limits = Limits {
        access_token: SignedDuration::from_mins(config.access_token_minutes.into()),
        sign_in: SignedDuration::from_hours(config.sign_in_hours.into()),
        remembered_sign_in: SignedDuration::from_hours(i64::from(config.remembered_days) * 24),
        session_idle: SignedDuration::from_mins(config.session_idle_minutes.into()),
        ..Limits::default()
    };
    let installation = store.installation().await.map_err(|error| WiringError::new(with_causes(&error)))?;
    let caching = Caching::new(cache(config, &installation)?, Arc::clone(&metrics));
    let clock = Arc::new(SystemClock);
    Ok(App {
        store: caching.store(store, clock.clone()),
        sessions: sessions(config, in_database)?,
        active: Arc::new(ActiveAccounts::new(presence(config)?)),
        caching,
        clock,
        tokens: Arc::new(tokens),
        passwords,
        keys: Arc::new(keys),
        throttle: throttle(config)?,
        post: post(config)?,
        second_factor_required_of: config.second_factor_required_of,
        metrics,
        wake: Wake::default(),
        limits,
    })
}

/// Everything that is measured.
pub fn metrics() -> Result<Metrics, WiringError> {
    Metrics::new().map_err(|error| WiringError::new(format!("the metrics do not fit together: {error}")))
}

/// How the cookies of browsers are set: guarded by TLS anywhere but on a developer's machine.
pub fn session_cookie(config: &Config) -> SessionCookie {
    SessionCookie::new(config.environment != Environment::Development)
}

/// Keeps the gauges of the system fresh, for as long as it is polled.
pub async fn keep_gauges(metrics: Metrics, app: App, backups: PathBuf) {
    refresh_forever(metrics, &Gauges { app, backups }, GAUGE_PERIOD).await;
}

struct Gauges {
    app: App,
    backups: PathBuf,
}

#[async_trait]
impl Readings for Gauges {
    async fn active_users(&self) -> Result<i64, ReadingsFailed> {
        let failed = |cause| ReadingsFailed { what: "the number of active users", cause: Box::new(cause) };
        let count = self.app.active.count(self.app.now()).await.map_err(failed)?;
        Ok(i64::try_from(count).unwrap_or(i64::MAX))
    }

    async fn load(&self) -> Result<Load, ReadingsFailed> {
        let failed = |cause| ReadingsFailed { what: "what waits in the store", cause: Box::new(cause) };
        measure_load(&self.app, self.app.now()).await.map_err(failed)
    }

    fn newest_backup(&self) -> Result<NewestBackup, ReadingsFailed> {
        if !self.backups.is_dir() {
            return Ok(NewestBackup::NoFolder);
        }
        let newest = newest_archive(&self.backups);
        let newest =
            newest.map_err(|cause| ReadingsFailed { what: "the folder of backups", cause: Box::new(cause) })?;
        let since_1970 = |time: Timestamp| Duration::try_from(time.as_duration()).unwrap_or_default();
        Ok(newest.map_or(NewestBackup::None, |time| NewestBackup::At(since_1970(time))))
    }

    fn age(&self, waiting: Waiting) -> Duration {
        waiting.age(self.app.now())
    }
}

/// Counts requests into the Prometheus registry.
pub struct CountedRequests {
    /// The registry.
    pub metrics: Metrics,
    /// Whose connections are looked at whenever somebody asks.
    pub app: App,
    /// What counts requests, over connections of its own.
    pub limiter: Option<Arc<dyn RateLimiter>>,
}

impl RequestMetrics for CountedRequests {
    fn answered(&self, method: &str, endpoint: &str, status: u16, took: Duration) {
        self.metrics.answered(method, endpoint, status, took);
    }

    fn render(&self) -> String {
        self.metrics.set_pool(self.app.store.pool_status());
        let rates = self.limiter.as_ref().and_then(|limiter| Some(("rates", limiter.shared_pool_status()?)));
        for (name, pool) in shared_pools(&self.app).chain(rates) {
            self.metrics.set_shared_pool(name, pool);
        }
        self.metrics.render().unwrap_or_else(|error| {
            tracing::error!(%error, "the metrics cannot be rendered");
            String::new()
        })
    }
}

/// Asks the store.
pub struct StoreProbe(pub Arc<dyn Store>);

#[async_trait]
impl Probe for StoreProbe {
    fn name(&self) -> &'static str {
        "database"
    }

    async fn check(&self) -> Result<(), String> {
        self.0.ping().await.map_err(|error| with_causes(&error))
    }
}
