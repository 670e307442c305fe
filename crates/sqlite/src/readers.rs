//! The connections that read.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::SqliteConnection;
use scheduling_domain::ports::{PoolWaits, StoreError};
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::connection::{SqliteOptions, open_reader};
use crate::errors::backend;
use crate::waits::waited;

/// A pool of connections that read; each sees the file as its last commit left it, whoever is writing.
///
/// A connection travels into the blocking task that uses it and is put back by that task. So a request that is given up
/// half-way neither loses a connection nor hands one on that is still at work.
#[derive(Clone)]
pub(crate) struct Readers(Arc<Pool>);

struct Pool {
    path: PathBuf,
    options: SqliteOptions,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<SqliteConnection>>,
    open: AtomicU32,
    waits: Arc<PoolWaits>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, options: SqliteOptions, waits: Arc<PoolWaits>) -> Self {
        let most = usize::try_from(options.readers.max(1)).unwrap_or(1);
        Self(Arc::new(Pool {
            path,
            options,
            permits: Arc::new(Semaphore::new(most)),
            idle: Mutex::new(Vec::with_capacity(most)),
            open: AtomicU32::new(0),
            waits,
        }))
    }

    /// Connections in use, and connections open.
    pub(crate) fn status(&self) -> (u32, u32) {
        let free = u32::try_from(self.0.permits.available_permits()).unwrap_or(u32::MAX);
        let active = self.0.options.readers.max(1).saturating_sub(free);
        (active, self.0.open.load(Ordering::Relaxed))
    }

    /// Reads something on a free connection.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        task: impl FnOnce(&mut SqliteConnection) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let pool = Arc::clone(&self.0);
        let acquire = Arc::clone(&pool.permits).acquire_owned();
        let permit = waited(&pool.waits, tokio::time::timeout(pool.options.acquire_timeout, acquire))
            .await
            .map_err(|elapsed| StoreError::Unavailable(Box::new(elapsed)))?
            .map_err(backend)?;
        let reading = tokio::task::spawn_blocking(move || {
            let mut connection = pool.take()?;
            let result = task(&mut connection);
            pool.put_back(connection);
            drop(permit);
            result
        });
        let read = tracing::debug_span!("read", otel.kind = "client", db.system.name = "sqlite");
        reading.instrument(read).await.map_err(backend)?
    }
}

impl Pool {
    fn take(&self) -> Result<SqliteConnection, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(connection) = idle {
            return Ok(connection);
        }
        let connection =
            open_reader(&self.path, &self.options).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        self.open.fetch_add(1, Ordering::Relaxed);
        Ok(connection)
    }

    fn put_back(&self, connection: SqliteConnection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}
