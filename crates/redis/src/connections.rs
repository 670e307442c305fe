//! A few multiplexed connections, and what to do when they break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bb8_redis::bb8::{ErrorSink, ManageConnection, Pool, RunError};
use bb8_redis::redis::aio::MultiplexedConnection;
use bb8_redis::redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError};
use thiserror::Error;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The longest wait for a connection, and for an answer on it.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long after a failure nobody asks again: an outage must not slow requests down.
const COOL_OFF: Duration = Duration::from_secs(1);
/// Each connection carries any number of requests at once; several only spread the work of reading and writing.
const POOL_SIZE: u32 = 4;

/// The address is none that Redis can be reached at.
#[derive(Debug, Error)]
#[error("not a Redis address (redis://[:password@]host:port/database)")]
pub struct InvalidRedisUrl(#[source] RedisError);

/// Why a command has no answer.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("Redis could not be reached a moment ago")]
    CoolingOff,
    #[error("no connection to Redis")]
    NoConnection(#[source] Arc<RedisError>),
    #[error("no connection to Redis within {} s", PATIENCE.as_secs())]
    TimedOut,
    #[error("Redis did not answer a command")]
    Command(#[source] RedisError),
}

/// The pool. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pool: Pool<Manager>,
    outage: Arc<Outage>,
}

impl Connections {
    /// Prepares connections to `url` without opening one.
    pub(crate) fn new(url: &str) -> Result<Self, InvalidRedisUrl> {
        let client = Client::open(url).map_err(InvalidRedisUrl)?;
        let outage = Arc::new(Outage::default());
        let pool = Pool::builder()
            .max_size(POOL_SIZE)
            .test_on_check_out(false)
            .retry_connection(false)
            .connection_timeout(PATIENCE)
            .error_sink(Box::new(Sink(Arc::clone(&outage))))
            .build_unchecked(Manager { client });
        Ok(Self { pool, outage })
    }

    /// Runs a command that may safely run twice: a time-out or a broken connection is met with one more try.
    pub(crate) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Failure> {
        match self.try_once(command).await {
            Err(Failure::Command(error)) if error.is_timeout() || error.is_unrecoverable_error() => {
                self.try_once(command).await
            }
            other => other,
        }
    }

    async fn try_once<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Failure> {
        let mut line = self.line().await?;
        let answer = command.query_async(&mut line.connection).await;
        if let Err(error) = &answer
            && error.is_unrecoverable_error()
        {
            line.broken.store(true, Ordering::Relaxed);
        }
        answer.map_err(Failure::Command)
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
            let pooled = tokio::select! {
                biased;
                pooled = self.pool.get() => pooled,
                // The pool itself would let us wait for all of its patience after a refused connection.
                () = failed.as_mut() => return Err(self.outage.failure()),
            };
            match pooled {
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

/// A multiplexed connection and whether someone found it broken.
#[derive(Clone)]
struct Line {
    connection: MultiplexedConnection,
    broken: Arc<AtomicBool>,
}

impl Line {
    fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
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
        let connection = self.client.get_multiplexed_async_connection_with_config(&limits).await?;
        Ok(Line { connection, broken: Arc::default() })
    }

    async fn is_valid(&self, line: &mut Line) -> Result<(), RedisError> {
        Cmd::new().arg("PING").exec_async(&mut line.connection).await
    }

    fn has_broken(&self, line: &mut Line) -> bool {
        line.is_broken()
    }
}

/// Remembers that Redis is away, so that it is logged once and waited for by nobody.
#[derive(Debug, Default)]
struct Outage {
    state: std::sync::Mutex<Option<Away>>,
    failed: Notify,
}

#[derive(Debug)]
struct Away {
    asked_at: Instant,
    cause: Option<Arc<RedisError>>,
}

impl Outage {
    fn begin(&self, cause: Option<RedisError>) {
        let cause = cause.map(Arc::new);
        let earlier = self.lock().replace(Away { asked_at: Instant::now(), cause: cause.clone() });
        if earlier.is_none() {
            let cause = cause.map_or_else(|| "no answer".to_owned(), |error| error.to_string());
            tracing::warn!(cause, "Redis is unavailable: the cache answers misses until it is back");
        }
        self.failed.notify_waiters();
    }

    fn end(&self) {
        if self.lock().take().is_some() {
            tracing::info!("Redis is back");
        }
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
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
