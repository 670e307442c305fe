//! The schema, and how far a file has come.

use std::error::Error;

use diesel::SqliteConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

type BoxedError = Box<dyn Error + Send + Sync>;

/// How far a database's schema has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaState {
    /// The newest migration applied; none in an empty database.
    pub current: Option<String>,
    /// Migrations of this binary that are not applied, in order.
    pub pending: Vec<String>,
    /// Migrations applied that this binary does not know: a newer one has been here.
    pub unknown: Vec<String>,
}

/// Compares what is applied with what this binary knows.
pub(crate) fn schema_state(connection: &mut SqliteConnection) -> Result<SchemaState, BoxedError> {
    let known = MigrationSource::<Sqlite>::migrations(&MIGRATIONS)?;
    let mut applied: Vec<String> = connection.applied_migrations()?.iter().map(ToString::to_string).collect();
    applied.sort_unstable();
    let version = |migration: &dyn Migration<Sqlite>| migration.name().version().to_string();
    let name = |migration: &dyn Migration<Sqlite>| migration.name().to_string();
    Ok(SchemaState {
        current: applied.last().map(|newest| {
            known
                .iter()
                .find(|migration| version(migration.as_ref()) == *newest)
                .map_or_else(|| newest.clone(), |migration| name(migration.as_ref()))
        }),
        pending: known
            .iter()
            .filter(|migration| !applied.contains(&version(migration.as_ref())))
            .map(|migration| name(migration.as_ref()))
            .collect(),
        unknown: applied
            .iter()
            .filter(|applied| !known.iter().any(|migration| version(migration.as_ref()) == **applied))
            .cloned()
            .collect(),
    })
}

/// Applies what is pending: all of it or none, also when two processes start at once. Answers the names.
pub(crate) fn migrate(connection: &mut SqliteConnection) -> Result<Vec<String>, BoxedError> {
    let outcome: Result<Vec<String>, MigrationFailure> = connection.immediate_transaction(|connection| {
        let pending = schema_state(connection).map_err(MigrationFailure)?.pending;
        connection.run_pending_migrations(MIGRATIONS).map_err(MigrationFailure)?;
        Ok(pending)
    });
    outcome.map_err(|failure| failure.0)
}

/// What rolls the transaction back: a migration's own error is boxed, and a transaction wants one made from diesel's.
struct MigrationFailure(BoxedError);

impl From<diesel::result::Error> for MigrationFailure {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.into())
    }
}
