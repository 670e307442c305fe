//! A few multiplexed connections, and what to do when they break.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bb8_redis::bb8::{ErrorSink, ManageConnection, Pool, RunError};
use bb8_redis::redis::aio::MultiplexedConnection;
use bb8_redis::redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, IntoConnectionInfo, RedisError, ServerErrorKind,
    TlsCertificates, cmd, pipe,
};
use scheduling_domain::ports::{PoolWaits, SharedPoolStatus};
use thiserror::Error;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::scripts::{self, Call, Script};

/// The longest wait for a connection, and for an answer on it.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long after a failure nobody asks again: an outage must not slow requests down.
const COOL_OFF: Duration = Duration::from_secs(1);
/// Each connection carries any number of requests at once; several only spread the work of reading and writing.
const POOL_SIZE: u32 = 4;

/// The address is none that Redis can be reached at.
#[derive(Debug, Error)]
pub enum InvalidRedisUrl {
    /// It cannot be read.
    #[error("not a Redis address (redis://[:password@]host:port/database, or rediss:// for an encrypted one)")]
    Address(#[source] RedisError),
    /// The authority that it names cannot be trusted.
    #[error("sslrootcert names {path}, which is not a file of PEM certificates for an address of rediss://")]
    Authority {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: RedisError,
    },
}

/// Reads an address. As in one of PostgreSQL, `sslrootcert=FILE` in its query names the authority whose certificates alone
/// are trusted, in place of the machine's.
fn client(url: &str) -> Result<Client, InvalidRedisUrl> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut authority = None;
    let others: Vec<&str> = query
        .split('&')
        .filter(|pair| match pair.split_once('=') {
            Some(("sslrootcert", path)) => {
                authority = Some(path);
                false
            }
            _ => !pair.is_empty(),
        })
        .collect();
    let bare = if others.is_empty() { address.to_owned() } else { format!("{address}?{}", others.join("&")) };
    let Some(path) = authority else { return Client::open(bare).map_err(InvalidRedisUrl::Address) };
    let bare = bare.into_connection_info().map_err(InvalidRedisUrl::Address)?;
    std::fs::read(path)
        .map_err(RedisError::from)
        .and_then(|pem| Client::build_with_tls(bare, TlsCertificates { client_tls: None, root_cert: Some(pem) }))
        .map_err(|source| InvalidRedisUrl::Authority { path: path.to_owned(), source })
}

/// Why a command has no answer.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("Redis could not be reached a moment ago")]
    CoolingOff,
    #[error("no connection to Redis")]
    NoConnection(#[source] Arc<RedisError>),
    #[error("no connection to Redis within {} s", PATIENCE.as_secs())]
    TimedOut,
    #[error("Redis did not answer in time")]
    Late,
    #[error("Redis did not answer a command")]
    Command(#[source] RedisError),
}

/// The pool. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pool: Pool<Manager>,
    outage: Arc<Outage>,
    waits: Arc<PoolWaits>,
    in_flight: Arc<AtomicU32>,
}

impl Connections {
    /// Prepares connections to `url` without opening one.
    pub(crate) fn new(url: &str) -> Result<Self, InvalidRedisUrl> {
        let client = client(url)?;
        // `rediss://` asks for the process's provider; whoever set one before has set the same.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let outage = Arc::new(Outage::default());
        let pool = Pool::builder()
            .max_size(POOL_SIZE)
            .test_on_check_out(false)
            .retry_connection(false)
            .connection_timeout(PATIENCE)
            .error_sink(Box::new(Sink(Arc::clone(&outage))))
            .build_unchecked(Manager { client });
        Ok(Self { pool, outage, waits: Arc::default(), in_flight: Arc::default() })
    }

    /// How busy they are.
    pub(crate) fn status(&self) -> SharedPoolStatus {
        SharedPoolStatus {
            is_available: !self.outage.is_on(),
            open: self.pool.state().connections,
            max: POOL_SIZE,
            in_flight: self.in_flight.load(Ordering::Relaxed),
            waiters: self.waits.waiters(),
            waited: self.waits.waited(),
        }
    }

    /// Asks what may safely be asked twice: a time-out or a broken connection is met with one more try.
    pub(crate) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Failure> {
        self.try_twice(&Question::Command(command), &mut None).await
    }

    /// The same for somebody who has little time.
    pub(crate) async fn ask_within<T: FromRedisValue>(
        &self,
        budget: Duration,
        question: Question<'_>,
    ) -> Result<T, Failure> {
        let mut last = None;
        let answered = timeout(budget, self.try_twice(&question, &mut last)).await;
        answered.unwrap_or_else(|_| {
            // Whether the server or the network is at fault, a new connection tells sooner than this one.
            if let Some(line) = last {
                line.broken.store(true, Ordering::Relaxed);
            }
            Err(Failure::Late)
        })
    }

    /// `last` becomes the connection that was asked last.
    async fn try_twice<T: FromRedisValue>(
        &self,
        question: &Question<'_>,
        last: &mut Option<Line>,
    ) -> Result<T, Failure> {
        match self.ask_on(last.insert(self.line().await?), question).await {
            Err(error) if is_worth_another_try(&error) => {
                self.ask_on(last.insert(self.line().await?), question).await.map_err(Failure::Command)
            }
            answer => answer.map_err(Failure::Command),
        }
    }

    async fn ask_on<T: FromRedisValue>(&self, line: &mut Line, question: &Question<'_>) -> Result<T, RedisError> {
        let _in_flight = InFlight::begin(&self.in_flight);
        line.ask(question).await
    }

    /// A share of a sound connection; the pool has it back at once.
    async fn line(&self) -> Result<Line, Failure> {
        if self.outage.is_cooling_off() {
            return Err(Failure::CoolingOff);
        }
        let failed = self.outage.failed.notified();
        tokio::pin!(failed);
        failed.as_mut().enable();
        loop {
            let (wait, since) = (self.waits.begin(), Instant::now());
            let pooled = tokio::select! {
                biased;
                pooled = self.pool.get() => Some(pooled),
                // The pool itself would let us wait for all of its patience after a refused connection.
                () = failed.as_mut() => None,
            };
            wait.end(since.elapsed());
            match pooled.ok_or_else(|| self.outage.failure())? {
                Ok(line) if line.is_broken() => drop(line),
                Ok(line) => {
                    self.outage.end();
                    return Ok(line.clone());
                }
                Err(RunError::User(error)) => return Err(Failure::NoConnection(Arc::new(error))),
                Err(RunError::TimedOut) => {
                    self.outage.begin(None);
                    return Err(Failure::TimedOut);
                }
            }
        }
    }
}

fn is_worth_another_try(error: &RedisError) -> bool {
    error.is_timeout() || error.is_unrecoverable_error()
}

/// What is asked of the server.
pub(crate) enum Question<'a> {
    /// A command.
    Command(&'a Cmd),
    /// One that depends on the server's lineage.
    OfLineage(&'a (dyn Fn(&str) -> Cmd + Sync)),
    /// A script, whose keys and arguments depend on it.
    Script(&'a Script, &'a (dyn Fn(&str) -> Call + Sync)),
}

/// A multiplexed connection, what is known of the server behind it, and whether someone found it broken.
#[derive(Clone)]
struct Line {
    connection: MultiplexedConnection,
    server: Arc<Server>,
    broken: Arc<AtomicBool>,
}

/// What a connection's server said when it was opened.
struct Server {
    /// The id of its replication history, which changes whenever a server starts or takes over.
    lineage: String,
    /// What it calls the scripts, by their index.
    digests: Vec<String>,
}

impl Line {
    fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    async fn ask<T: FromRedisValue>(&mut self, question: &Question<'_>) -> Result<T, RedisError> {
        match question {
            Question::Command(command) => self.query(command).await,
            Question::OfLineage(command) => self.query(&command(&self.server.lineage)).await,
            Question::Script(script, call) => {
                let call = call(&self.server.lineage);
                let digest = self.server.digests.get(script.index).map_or("", String::as_str);
                match self.query(&call.by_digest(digest)).await {
                    Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                        self.query(&call.by_text(script)).await
                    }
                    answer => answer,
                }
            }
        }
    }

    async fn query<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, RedisError> {
        let answer = command.query_async(&mut self.connection).await;
        if let Err(error) = &answer
            && is_worth_another_try(error)
        {
            self.broken.store(true, Ordering::Relaxed);
        }
        answer
    }
}

/// Something that was asked and has no answer yet, until this is dropped.
struct InFlight<'a>(&'a AtomicU32);

impl<'a> InFlight<'a> {
    fn begin(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Manager {
    client: Client,
}

impl ManageConnection for Manager {
    type Connection = Line;
    type Error = RedisError;

    async fn connect(&self) -> Result<Line, RedisError> {
        let limits =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let mut connection = self.client.get_multiplexed_async_connection_with_config(&limits).await?;
        let info: String = cmd("INFO").arg("replication").query_async(&mut connection).await?;
        let mut load = pipe();
        for script in scripts::ALL {
            load.cmd("SCRIPT").arg("LOAD").arg(script.text);
        }
        let digests = load.query_async(&mut connection).await?;
        Ok(Line { connection, server: Arc::new(Server { lineage: lineage(&info), digests }), broken: Arc::default() })
    }

    async fn is_valid(&self, line: &mut Line) -> Result<(), RedisError> {
        Cmd::new().arg("PING").exec_async(&mut line.connection).await
    }

    fn has_broken(&self, line: &mut Line) -> bool {
        line.is_broken()
    }
}

/// The replication id in what `INFO replication` answers; enough of it to be unique.
fn lineage(info: &str) -> String {
    let id = info.lines().find_map(|line| line.strip_prefix("master_replid:")).unwrap_or_default();
    id.chars().take(16).collect()
}

/// Remembers that Redis is away, so that it is logged once and waited for by nobody.
#[derive(Debug, Default)]
struct Outage {
    state: Mutex<Option<Away>>,
    failed: Notify,
    log: Seldom,
}

#[derive(Debug)]
struct Away {
    asked_at: Instant,
    cause: Option<Arc<RedisError>>,
}

impl Outage {
    fn begin(&self, cause: Option<RedisError>) {
        let cause = cause.map(Arc::new);
        let earlier = self.lock().replace(Away { asked_at: Instant::now(), cause });
        if earlier.is_none() {
            self.log.warn(&self.failure(), "Redis is unavailable");
        }
        self.failed.notify_waiters();
    }

    fn end(&self) {
        if self.lock().take().is_some() {
            tracing::info!("Redis is back");
        }
    }

    fn is_on(&self) -> bool {
        self.lock().is_some()
    }

    fn is_cooling_off(&self) -> bool {
        self.lock().as_ref().is_some_and(|away| away.asked_at.elapsed() < COOL_OFF)
    }

    fn failure(&self) -> Failure {
        match self.lock().as_ref().and_then(|away| away.cause.clone()) {
            Some(cause) => Failure::NoConnection(cause),
            None => Failure::TimedOut,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Away>> {
        // Nothing that holds the lock can panic half way, so a poisoned one is as good as new.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a line a second at the most, however often it is asked to.
#[derive(Debug, Default)]
pub(crate) struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    pub(crate) fn warn(&self, failure: &Failure, message: &str) {
        let now = Instant::now();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| Duration::from_secs(1) <= now.duration_since(last)) {
            *last = Some(now);
            let failure: &(dyn std::error::Error + 'static) = failure;
            tracing::warn!(failure, cause = failure.source(), "{message}");
        }
    }
}

/// Hears from the pool about connections that could not be opened.
#[derive(Debug)]
struct Sink(Arc<Outage>);

impl ErrorSink<RedisError> for Sink {
    fn sink(&self, error: RedisError) {
        self.0.begin(Some(error));
    }

    fn boxed_clone(&self) -> Box<dyn ErrorSink<RedisError>> {
        Box::new(Self(Arc::clone(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lineage_is_the_replication_id() {
        let info = "# Replication\r\nrole:master\r\nmaster_replid:8c1f5e7ab2d04c3f9e6a7b8c9d0e1f2a3b4c5d6e\r\n";
        assert_eq!(lineage(info), "8c1f5e7ab2d04c3f");
        assert_eq!(lineage(""), "");
    }
}
