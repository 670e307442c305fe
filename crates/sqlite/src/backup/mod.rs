//! The whole file as a stream of tables, and back.
//!
//! Reading is one transaction, so it sees one moment, whoever writes beside it. Restoring is one transaction as well: the
//! schema as the backup knew it, its rows, the comparison, and the migrations since then come to be together or not at
//! all.

mod catalogue;
mod lines;

use std::io;
use std::path::{Path, PathBuf};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::migration::{Migration, MigrationSource};
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, SqliteConnection};
use diesel_migrations::MigrationHarness;
use scheduling_domain::backup::{BackupDigest, BackupError, BackupPart, RestoreInto, TableDigest, compare};
use scheduling_domain::ports::StoreError;
use tempfile::TempDir;
use tokio::sync::mpsc::{Receiver, Sender};

use crate::connection::{SqliteOptions, open_reader, open_writer};
use crate::errors::{backend, store_error};
use crate::migrations::{MIGRATIONS, schema_state};
use crate::store::SqliteStore;
use catalogue::{Table, tables};
use lines::{Lines, write_rows};

type BackupResult<T> = Result<T, BackupError>;

impl SqliteStore {
    /// Sends all that is kept, as it is at this moment.
    pub async fn back_up(&self, parts: Sender<BackupPart>) -> BackupResult<()> {
        let path = self.path.clone();
        let options = self.options;
        off_thread(move || {
            let mut connection = open_reader(&path, &options).map_err(unavailable)?;
            let connection = &mut connection;
            in_transaction(connection, "BEGIN", |connection| {
                let applied = connection.applied_migrations().map_err(failed)?;
                let mut applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
                applied.sort_unstable();
                if applied.is_empty() {
                    return Err(BackupError::Unmigrated);
                }
                send(&parts, BackupPart::Schema(applied))?;
                let digests = read_tables(connection, &mut |part| send(&parts, part))?;
                send(&parts, BackupPart::End(digests))
            })
        })
        .await
    }
}

/// Makes what comes the content of the file at `path`, which is made where it is not there. Nothing has changed where this
/// fails.
pub async fn restore(
    path: PathBuf,
    options: SqliteOptions,
    parts: Receiver<BackupPart>,
    into: RestoreInto,
) -> BackupResult<()> {
    if into == RestoreInto::Nothing {
        return off_thread(move || {
            let folder = private_folder(&path).map_err(|error| StoreError::Backend(error.into()))?;
            let options = SqliteOptions { durable: false, ..options };
            restore_file(&folder.path().join("verified.sqlite3"), &options, parts, into)
        })
        .await;
    }
    // Says at once, and clearly, what is wrong with the file or its folder.
    SqliteStore::open(path.clone(), options).await.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    off_thread(move || restore_file(&path, &options, parts, into)).await
}

/// Beside the database, where there is one: a container may have no folder for what is temporary.
fn private_folder(path: &Path) -> io::Result<TempDir> {
    match path.parent() {
        Some(folder) if folder.is_dir() => tempfile::tempdir_in(folder),
        _ => tempfile::tempdir(),
    }
}

async fn off_thread<R: Send + 'static>(task: impl FnOnce() -> BackupResult<R> + Send + 'static) -> BackupResult<R> {
    tokio::task::spawn_blocking(task).await.map_err(|error| BackupError::Store(backend(error)))?
}

fn send(parts: &Sender<BackupPart>, part: BackupPart) -> BackupResult<()> {
    parts.blocking_send(part).map_err(|_| BackupError::BrokenOff)
}

/// Every table with its rows; answers what they came to.
fn read_tables(
    connection: &mut SqliteConnection,
    emit: &mut dyn FnMut(BackupPart) -> BackupResult<()>,
) -> BackupResult<Vec<TableDigest>> {
    let mut digest = BackupDigest::default();
    for table in tables(connection)? {
        digest.table(table.shape.clone());
        emit(BackupPart::Table(table.shape.clone()))?;
        lines::read_rows(connection, &table, &mut |rows| {
            digest.rows(&rows);
            emit(BackupPart::Rows(rows))
        })?;
    }
    Ok(digest.finish())
}

fn restore_file(
    path: &Path,
    options: &SqliteOptions,
    mut parts: Receiver<BackupPart>,
    into: RestoreInto,
) -> BackupResult<()> {
    let mut connection = open_writer(path, options).map_err(unavailable)?;
    // As SQLite advises for rebuilding tables: references are looked at once, when all rows are there.
    run(&mut connection, "PRAGMA foreign_keys = OFF")?;
    in_transaction(&mut connection, "BEGIN EXCLUSIVE", |connection| {
        check_target(connection, into)?;
        let Some(BackupPart::Schema(schema)) = parts.blocking_recv() else { return Err(BackupError::BrokenOff) };
        let known = MigrationSource::<Sqlite>::migrations(&MIGRATIONS).map_err(failed)?;
        let version = |migration: &dyn Migration<Sqlite>| migration.name().version().to_string();
        if let Some(unknown) = schema.iter().find(|name| !known.iter().any(|one| version(one.as_ref()) == **name)) {
            return Err(BackupError::NewerSchema(unknown.clone()));
        }
        drop_everything(connection)?;
        connection.applied_migrations().map_err(failed)?; // makes the table of migrations
        let (then, since): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|migration| schema.contains(&version(migration.as_ref())));
        for migration in &then {
            connection.run_migration(migration.as_ref()).map_err(failed)?;
        }
        load(connection, &mut parts)?;
        // Whoever shares a cache with the database of before must not take its entries for this one's.
        run(connection, "UPDATE installation SET id = lower(hex(randomblob(16)))")?;
        for migration in &since {
            connection.run_migration(migration.as_ref()).map_err(failed)?;
        }
        Ok(())
    })
}

/// Fills the tables from what comes, and compares them with what they should be.
fn load(connection: &mut SqliteConnection, parts: &mut Receiver<BackupPart>) -> BackupResult<()> {
    let all = tables(connection)?;
    let triggers = catalogue::triggers(connection)?;
    for trigger in &triggers {
        run(connection, &format!("DROP TRIGGER {}", catalogue::quoted(&trigger.name)))?;
    }
    for table in &all {
        // Migrations leave rows of their own, such as the installation's name.
        run(connection, &format!("DELETE FROM {}", catalogue::quoted(&table.shape.name)))?;
    }
    let mut current: Option<&Table> = None;
    let expected = loop {
        match parts.blocking_recv() {
            Some(BackupPart::Table(shape)) => {
                let table = all.iter().find(|table| table.shape == shape);
                current = Some(
                    table.ok_or_else(|| BackupError::Misfit(format!("no table {} with its columns", shape.name)))?,
                );
            }
            Some(BackupPart::Rows(lines)) => {
                let table = current.ok_or_else(|| BackupError::Misfit("rows without a table".to_owned()))?;
                write_rows(connection, table, &Lines::parse(&lines)?)?;
            }
            Some(BackupPart::End(digests)) => break digests,
            Some(BackupPart::Schema(_)) => return Err(BackupError::Misfit("two schemas".to_owned())),
            None => return Err(BackupError::BrokenOff),
        }
    };
    for trigger in &triggers {
        run(connection, &trigger.sql)?;
    }
    if let Some(table) = catalogue::dangling(connection)? {
        return Err(BackupError::Misfit(format!("a reference of {table} leads nowhere")));
    }
    compare(&expected, &read_tables(connection, &mut |_| Ok(()))?)
}

/// Refuses a target whose content would be lost without anybody having said so.
fn check_target(connection: &mut SqliteConnection, into: RestoreInto) -> BackupResult<()> {
    let names = catalogue::names(connection)?;
    let is_ours = names.iter().any(|name| name == "organizations");
    if let Some(foreign) = names.iter().find(|_| !is_ours) {
        return Err(BackupError::Foreign(foreign.clone()));
    }
    if into == RestoreInto::Empty && is_ours {
        let organizations = catalogue::count(connection, "organizations")?;
        if 0 < organizations {
            return Err(BackupError::NotEmpty { organizations });
        }
    }
    let unknown = schema_state(connection).map_err(failed)?.unknown;
    unknown.into_iter().next().map_or(Ok(()), |migration| Err(BackupError::NewerSchema(migration)))
}

fn drop_everything(connection: &mut SqliteConnection) -> BackupResult<()> {
    for trigger in catalogue::triggers(connection)? {
        run(connection, &format!("DROP TRIGGER {}", catalogue::quoted(&trigger.name)))?;
    }
    for name in catalogue::names(connection)?.iter().map(String::as_str).chain(["__diesel_schema_migrations"]) {
        run(connection, &format!("DROP TABLE IF EXISTS {}", catalogue::quoted(name)))?;
    }
    Ok(())
}

/// Does `work` in a transaction that is undone where the work fails.
fn in_transaction<R>(
    connection: &mut SqliteConnection,
    begin: &str,
    work: impl FnOnce(&mut SqliteConnection) -> BackupResult<R>,
) -> BackupResult<R> {
    AnsiTransactionManager::begin_transaction_sql(connection, begin).map_err(broken)?;
    match work(connection) {
        Ok(done) => {
            AnsiTransactionManager::commit_transaction(connection).map_err(broken)?;
            Ok(done)
        }
        Err(error) => {
            // What is not committed is gone with the connection, so a failure here loses nothing.
            let _ = AnsiTransactionManager::rollback_transaction(connection);
            Err(error)
        }
    }
}

fn run(connection: &mut SqliteConnection, statement: &str) -> BackupResult<()> {
    connection.batch_execute(statement).map_err(broken)
}

fn rows_of<R>(connection: &mut SqliteConnection, query: &str) -> BackupResult<Vec<R>>
where
    R: diesel::QueryableByName<Sqlite> + 'static,
{
    diesel::sql_query(query).load(connection).map_err(broken)
}

fn broken(error: diesel::result::Error) -> BackupError {
    BackupError::Store(store_error(error, &[]))
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> BackupError {
    BackupError::Store(StoreError::Backend(error))
}

fn unavailable(error: diesel::ConnectionError) -> BackupError {
    BackupError::Store(StoreError::Unavailable(Box::new(error)))
}
