//! The one connection that writes.

use std::path::PathBuf;
use std::sync::Arc;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::{QueryResult, SqliteConnection};
use scheduling_domain::ports::{PoolWaits, StoreError};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::connection::{SqliteOptions, open_writer};
use crate::errors::{backend, store_error};
use crate::waits::waited;

/// SQLite has one writer at a time. Units of work queue for it here, first come, first served, instead of trying
/// until the file is free.
#[derive(Clone)]
pub(crate) struct Writer {
    seat: Arc<Mutex<Seat>>,
    waits: Arc<PoolWaits>,
}

/// Where the writer sits.
struct Seat {
    path: PathBuf,
    options: SqliteOptions,
    /// None after a failure that leaves the connection's state in doubt; the next to sit down opens another.
    connection: Option<SqliteConnection>,
}

impl Writer {
    pub(crate) fn new(
        path: PathBuf,
        options: SqliteOptions,
        connection: SqliteConnection,
        waits: Arc<PoolWaits>,
    ) -> Self {
        Self { seat: Arc::new(Mutex::new(Seat { path, options, connection: Some(connection) })), waits }
    }

    /// Whether someone writes at this moment.
    pub(crate) fn is_busy(&self) -> bool {
        self.seat.try_lock().is_err()
    }

    async fn seat(&self) -> OwnedMutexGuard<Seat> {
        waited(&self.waits, Arc::clone(&self.seat).lock_owned()).await
    }

    /// Waits for the seat and opens a transaction that may write from its start.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        let seat = self.seat().await;
        tokio::task::spawn_blocking(move || {
            let mut transaction = Transaction { seat, open: false };
            AnsiTransactionManager::begin_transaction_sql(transaction.connection()?, "BEGIN IMMEDIATE")
                .map_err(|error| store_error(error, &[]))?;
            transaction.open = true;
            Ok(transaction)
        })
        .await
        .map_err(backend)?
    }

    /// Does something on the connection outside of a transaction.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        task: impl FnOnce(&mut SqliteConnection) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let seat = self.seat().await;
        tokio::task::spawn_blocking(move || {
            let mut transaction = Transaction { seat, open: false };
            task(transaction.connection()?)
        })
        .await
        .map_err(backend)?
    }
}

/// An open transaction. Dropped open, it rolls back on the spot: in write-ahead mode that only forgets what was not
/// written yet.
pub(crate) struct Transaction {
    seat: OwnedMutexGuard<Seat>,
    open: bool,
}

impl Transaction {
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        let seat = &mut *self.seat;
        match &mut seat.connection {
            Some(connection) => Ok(connection),
            none => {
                let connection =
                    open_writer(&seat.path, &seat.options).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
                Ok(none.insert(connection))
            }
        }
    }

    /// Ends the transaction. Blocks: call it where that is fine.
    pub(crate) fn end(mut self, how: fn(&mut SqliteConnection) -> QueryResult<()>) -> Result<(), StoreError> {
        let result = how(self.connection()?).map_err(|error| store_error(error, &[]));
        self.open = result.is_err();
        result
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let rolled_back = self
            .seat
            .connection
            .as_mut()
            .is_none_or(|connection| AnsiTransactionManager::rollback_transaction(connection).is_ok());
        if !rolled_back {
            tracing::warn!("a transaction could not be rolled back; its connection is closed");
            self.seat.connection = None;
        }
    }
}
