//! The whole database as a stream of tables, and back, over the service's own role: no dump program, no superuser.
//!
//! Reading is one repeatable-read transaction, so it sees one moment. Row-level security binds the role, so tables are read
//! organization by organization, each named as it is for requests.
//!
//! Restoring is one transaction as well: the schema as the backup knew it, its rows, the comparison, and the migrations
//! since then come to be together or not at all. A backup is verified the same way, in a schema of its own that is rolled
//! back, so that nobody ever sees it.

mod catalogue;
mod lines;
mod load;

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use diesel_async::{
    AnsiTransactionManager, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection,
    TransactionManager,
};
use diesel_migrations::MigrationHarness;
use scheduling_domain::backup::{BackupError, BackupPart, RestoreInto};
use scheduling_domain::ports::StoreError;
use tokio::sync::mpsc::{Receiver, Sender};

use crate::connection::{ConnectError, Connector};
use crate::error::failure;
use crate::migrations::{MIGRATION_LOCK, MIGRATIONS, applied_versions};
use crate::settings::{PgSettings, Pooling};

type BackupResult<T> = Result<T, BackupError>;

/// Values look the same on every server, whatever it is set to.
const PLAIN_VALUES: &str = "SET LOCAL timezone TO 'UTC'; SET LOCAL datestyle TO 'ISO, YMD'; \
     SET LOCAL intervalstyle TO 'postgres'; SET LOCAL extra_float_digits TO 1; SET LOCAL bytea_output TO 'hex'";

/// Where a backup is verified; exists only within a transaction that is rolled back.
const PRIVATE_SCHEMA: &str = "hr_scheduling_verified_backup";

/// Sends all that is kept, as it is at this moment. Requests go on meanwhile; migrations wait.
pub async fn back_up(settings: &PgSettings, parts: &Sender<BackupPart>) -> BackupResult<()> {
    let mut pg = open(settings).await?;
    // Ahead of the transaction: its first statement settles which moment it sees.
    sql_query("SELECT pg_advisory_lock_shared($1)")
        .bind::<BigInt, _>(MIGRATION_LOCK)
        .execute(&mut pg)
        .await
        .map_err(broken)?;
    begin(&mut pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let schema = applied_versions(&mut pg).await.map_err(broken)?;
    if schema.is_empty() {
        return Err(BackupError::Unmigrated);
    }
    send(parts, BackupPart::Schema(schema)).await?;
    let digests = lines::read_tables(&mut pg, Some(parts)).await?;
    send(parts, BackupPart::End(digests)).await?;
    AnsiTransactionManager::commit_transaction(&mut pg).await.map_err(broken)
}

/// Makes what comes the database's content. Nothing has changed where this fails: what is not committed ends with the
/// connection.
pub async fn restore(settings: &PgSettings, mut parts: Receiver<BackupPart>, into: RestoreInto) -> BackupResult<()> {
    let mut pg = open(settings).await?;
    sql_query("SELECT pg_advisory_lock($1)")
        .bind::<BigInt, _>(MIGRATION_LOCK)
        .execute(&mut pg)
        .await
        .map_err(broken)?;
    begin(&mut pg, "BEGIN").await?;
    let Some(BackupPart::Schema(schema)) = parts.recv().await else { return Err(BackupError::BrokenOff) };
    check_schema(&schema)?;
    make_room(&mut pg, into).await?;

    let then = schema.clone();
    let mut pg = apply(pg, move |version| then.iter().any(|one| one == version)).await?;
    load::load(&mut pg, &mut parts).await?;
    // Whoever shares a cache with the database of before must not take its entries for this one's.
    run(&mut pg, "UPDATE installation SET id = gen_random_uuid()::text").await?;
    let mut pg = apply(pg, move |version| !schema.iter().any(|one| one == version)).await?;

    if into == RestoreInto::Nothing {
        AnsiTransactionManager::rollback_transaction(&mut pg).await.map_err(broken)
    } else {
        AnsiTransactionManager::commit_transaction(&mut pg).await.map_err(broken)
    }
}

async fn open(settings: &PgSettings) -> BackupResult<AsyncPgConnection> {
    if settings.pooling == Pooling::Transaction {
        return Err(BackupError::Pooled);
    }
    Connector::try_new(settings).map_err(unreachable)?.open().await.map_err(unreachable)
}

async fn begin(pg: &mut AsyncPgConnection, statement: &str) -> BackupResult<()> {
    AnsiTransactionManager::begin_transaction_sql(pg, statement).await.map_err(broken)?;
    run(pg, PLAIN_VALUES).await
}

/// Refuses what a newer program made.
fn check_schema(schema: &[String]) -> BackupResult<()> {
    let known: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(failed)?;
    let is_known = |version: &String| known.iter().any(|one| one.name().version().to_string() == *version);
    match schema.iter().find(|version| !is_known(version)) {
        Some(unknown) => Err(BackupError::NewerSchema(unknown.clone())),
        None => Ok(()),
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Leaves a schema without tables, unless something would be lost that nobody gave up.
async fn make_room(pg: &mut AsyncPgConnection, into: RestoreInto) -> BackupResult<()> {
    if into == RestoreInto::Nothing {
        let statements = format!("CREATE SCHEMA {PRIVATE_SCHEMA}; SET LOCAL search_path TO {PRIVATE_SCHEMA}");
        return run(pg, &statements).await;
    }
    // A service that is still running would be in the way, and it in ours.
    run(pg, "SET LOCAL lock_timeout = '10s'").await?;
    let names = catalogue::names(pg).await?;
    let is_ours = names.iter().any(|name| name == "organizations");
    if let Some(foreign) = names.iter().find(|_| !is_ours) {
        return Err(BackupError::Foreign(foreign.clone()));
    }
    if into == RestoreInto::Empty && is_ours {
        let count: Count =
            sql_query("SELECT count(*) AS rows FROM organizations").get_result(pg).await.map_err(broken)?;
        if 0 < count.rows {
            return Err(BackupError::NotEmpty { organizations: count.rows });
        }
    }
    check_schema(&applied_versions(pg).await.map_err(broken)?)?;
    catalogue::drop_everything(pg).await
}

/// Runs the migrations whose versions are `wanted`, in order, within the transaction that is open.
async fn apply(
    pg: AsyncPgConnection,
    wanted: impl Fn(&str) -> bool + Send + 'static,
) -> BackupResult<AsyncPgConnection> {
    // Diesel's harness blocks, and owns the connection meanwhile.
    tokio::task::spawn_blocking(move || {
        let mut migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(failed)?;
        migrations.retain(|migration| wanted(&migration.name().version().to_string()));
        migrations.sort_by_key(|migration| migration.name().version().as_owned());
        let mut harness = AsyncMigrationHarness::new(pg);
        harness.applied_migrations().map_err(failed)?; // makes the table of migrations
        for migration in &migrations {
            harness.run_migration(migration.as_ref()).map_err(failed)?;
        }
        Ok(harness.into_inner())
    })
    .await
    .map_err(|error| failed(error.into()))?
}

async fn send(parts: &Sender<BackupPart>, part: BackupPart) -> BackupResult<()> {
    parts.send(part).await.map_err(|_| BackupError::BrokenOff)
}

async fn run(pg: &mut AsyncPgConnection, statement: &str) -> BackupResult<()> {
    pg.batch_execute(statement).await.map_err(broken)
}

fn broken(error: diesel::result::Error) -> BackupError {
    BackupError::Store(failure(error))
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> BackupError {
    BackupError::Store(StoreError::Backend(error))
}

fn unreachable(error: ConnectError) -> BackupError {
    BackupError::Store(StoreError::Unavailable(Box::new(error)))
}
