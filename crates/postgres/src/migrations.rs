//! The schema, embedded in the binary. Every migration runs in a transaction of its own.

use std::error::Error;

use diesel::QueryableByName;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

use crate::connection::{ConnectError, Connector};
use crate::settings::{PgSettings, Pooling};

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Processes that start at once take this lock (an arbitrary number) and so migrate one after another.
pub(crate) const MIGRATION_LOCK: i64 = 4_711_202_611;

/// How the database's schema stands to this binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// The two belong together.
    Current,
    /// These migrations have to run first, in this order.
    Pending(Vec<String>),
    /// A newer binary has run migrations of these versions, which this one does not know.
    Newer(Vec<String>),
}

/// Why the schema could not be looked at or brought up to date.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A newer binary was here.
    #[error("the database's schema is newer than this program: it has {}", .0.join(", "))]
    Newer(Vec<String>),
    /// The lock that keeps others out would stay in a session that is not ours.
    #[error("migrations need a session of their own, which a pooler that lends transactions does not give")]
    Pooled,
    /// A statement failed; what its migration had done is undone.
    #[error("a migration failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl From<diesel::result::Error> for MigrateError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Brings the schema up to date; answers the names of the migrations that ran. Processes that do so at once wait for
/// one another.
pub async fn migrate(settings: &PgSettings) -> Result<Vec<String>, MigrateError> {
    if settings.pooling == Pooling::Transaction {
        return Err(MigrateError::Pooled);
    }
    let mut pg = Connector::try_new(settings)?.open().await?;
    diesel::sql_query("SELECT pg_advisory_lock($1)")
        .bind::<diesel::sql_types::BigInt, _>(MIGRATION_LOCK)
        .execute(&mut pg)
        .await?;
    let pending = match state_of(&mut pg).await? {
        SchemaState::Current => return Ok(Vec::new()),
        SchemaState::Pending(names) => names,
        SchemaState::Newer(unknown) => return Err(MigrateError::Newer(unknown)),
    };
    // Diesel's harness blocks. The connection, and with it the lock, ends with the task.
    tokio::task::spawn_blocking(move || AsyncMigrationHarness::new(pg).run_pending_migrations(MIGRATIONS).map(|_| ()))
        .await
        .map_err(|error| MigrateError::Failed(error.into()))?
        .map_err(MigrateError::Failed)?;
    Ok(pending)
}

/// How the schema stands to this binary, without changing anything.
pub async fn schema_state(settings: &PgSettings) -> Result<SchemaState, MigrateError> {
    let mut pg = Connector::try_new(settings)?.open().await?;
    state_of(&mut pg).await
}

#[derive(QueryableByName)]
struct Existence {
    #[diesel(sql_type = Bool)]
    exists: bool,
}

#[derive(QueryableByName)]
struct AppliedVersion {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The versions of the migrations that made the schema, in order.
pub(crate) async fn applied_versions(pg: &mut AsyncPgConnection) -> diesel::QueryResult<Vec<String>> {
    let table: Existence = diesel::sql_query("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS exists")
        .get_result(pg)
        .await?;
    if !table.exists {
        return Ok(Vec::new());
    }
    let applied: Vec<AppliedVersion> =
        diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version").load(pg).await?;
    Ok(applied.into_iter().map(|row| row.version).collect())
}

async fn state_of(pg: &mut AsyncPgConnection) -> Result<SchemaState, MigrateError> {
    let applied = applied_versions(pg).await?;
    let migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(MigrateError::Failed)?;
    let is_known = |version: &str| migrations.iter().any(|migration| migration.name().version().to_string() == version);
    let unknown: Vec<String> = applied.iter().filter(|version| !is_known(version)).cloned().collect();
    if !unknown.is_empty() {
        return Ok(SchemaState::Newer(unknown));
    }
    let is_applied = |version: String| applied.contains(&version);
    let mut pending: Vec<String> = migrations
        .iter()
        .filter(|migration| !is_applied(migration.name().version().to_string()))
        .map(|migration| migration.name().to_string())
        .collect();
    pending.sort_unstable();
    Ok(if pending.is_empty() { SchemaState::Current } else { SchemaState::Pending(pending) })
}
