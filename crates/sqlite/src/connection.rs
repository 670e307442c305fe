//! One connection, set up.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, ConnectionError, SqliteConnection};

/// How connections to a file are set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Connections that read. Writes go through one more.
    pub readers: u32,
    /// How long a statement waits for another process that writes.
    pub busy_timeout: Duration,
    /// How long a request waits for a free connection that reads.
    pub acquire_timeout: Duration,
    /// Whether a commit is on the disk when it is answered. Only tests do without.
    pub durable: bool,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            readers: 8,
            busy_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(5),
            durable: true,
        }
    }
}

/// Opens the connection that writes: sets the journal, which stays with the file.
pub(crate) fn open_writer(path: &Path, options: &SqliteOptions) -> Result<SqliteConnection, ConnectionError> {
    let synchronous = if options.durable { "FULL" } else { "OFF" };
    open(
        path,
        options,
        &format!("PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON;"),
    )
}

/// Opens a connection that can only read.
pub(crate) fn open_reader(path: &Path, options: &SqliteOptions) -> Result<SqliteConnection, ConnectionError> {
    open(path, options, "PRAGMA query_only = ON; PRAGMA mmap_size = 268435456;")
}

fn open(path: &Path, options: &SqliteOptions, pragmas: &str) -> Result<SqliteConnection, ConnectionError> {
    let mut connection = SqliteConnection::establish(&address(path))?;
    let busy_timeout = options.busy_timeout.as_millis();
    connection
        .batch_execute(&format!("PRAGMA busy_timeout = {busy_timeout}; {pragmas}"))
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// The path as a URI, so that no file name is mistaken for one.
fn address(path: &Path) -> String {
    let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}")
}
