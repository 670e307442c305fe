use std::time::Duration;

/// What stands between the store and its server, in the words of PgBouncer's `pool_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pooling {
    /// Nothing, or a pooler that lends a session for as long as the connection lasts.
    #[default]
    Session,
    /// A pooler that lends a session for a transaction. Nothing is left in sessions, and so each read is a transaction.
    Transaction,
}

/// How the store reaches its database.
#[derive(Clone)]
pub struct PgSettings {
    /// `postgres://user:password@host:port/database`, with `sslmode=disable|prefer|require|verify-ca|verify-full` and
    /// `sslrootcert=FILE` as further parameters; `prefer` where none is given.
    pub url: String,
    /// The most connections that are open at once.
    pub max_connections: u32,
    /// The longest a request waits for a connection; keep it below the request's own time-out.
    pub acquire_timeout: Duration,
    /// The longest a statement runs before the server ends it.
    pub statement_timeout: Duration,
    /// Whose sessions the connections work in.
    pub pooling: Pooling,
}

impl PgSettings {
    /// For `url`: 16 connections, 10 s to get one, 15 s for a statement.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            acquire_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(15),
            pooling: Pooling::Session,
        }
    }
}

impl std::fmt::Debug for PgSettings {
    /// Without the address, which holds a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PgSettings")
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("pooling", &self.pooling)
            .finish_non_exhaustive()
    }
}
