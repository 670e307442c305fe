//! Backups of the file.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use scheduling_conformance::store::TestStore;
use scheduling_conformance::world::World;
use scheduling_domain::backup::{BackupError, BackupPart, RestoreInto, TableDigest};
use scheduling_sqlite::{SqliteOptions, SqliteStore, restore};
use tempfile::TempDir;
use tokio::sync::mpsc;

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// A file with two organizations.
async fn filled() -> (SqliteStore, PathBuf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hr.sqlite3");
    let store = SqliteStore::open(&path, SqliteOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let test = TestStore::new(store.clone());
    World::build(&test.store, "ours").await;
    World::build(&test.store, "theirs").await;
    (store, path, folder)
}

async fn parts_of(store: &SqliteStore) -> Result<Vec<BackupPart>, BackupError> {
    let (sender, mut receiver) = mpsc::channel(1_000);
    store.back_up(sender).await?;
    let mut parts = Vec::new();
    while let Some(part) = receiver.recv().await {
        parts.push(part);
    }
    Ok(parts)
}

fn digests(parts: &[BackupPart]) -> Vec<TableDigest> {
    match parts.last() {
        Some(BackupPart::End(digests)) => digests.clone(),
        other => panic!("no end: {other:?}"),
    }
}

async fn restored(path: &Path, parts: Vec<BackupPart>, into: RestoreInto) -> Result<(), BackupError> {
    let (sender, receiver) = mpsc::channel(1_000);
    for part in parts {
        sender.try_send(part).unwrap();
    }
    drop(sender);
    restore(path.to_owned(), SqliteOptions::default(), receiver, into).await
}

fn connection(path: &Path) -> SqliteConnection {
    SqliteConnection::establish(path.to_str().unwrap()).unwrap()
}

#[tokio::test]
async fn every_row_of_every_table_is_in_a_backup() {
    let (store, path, _folder) = filled().await;
    let backed_up: BTreeMap<String, u64> =
        digests(&parts_of(&store).await.unwrap()).into_iter().map(|table| (table.shape.name, table.rows)).collect();
    let mut file = connection(&path);
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN \
                  ('sqlite_stat1', 'sqlite_stat4', '__diesel_schema_migrations')";
    let names: Vec<Named> = diesel::sql_query(tables).load(&mut file).unwrap();
    let there: BTreeMap<String, u64> = names
        .into_iter()
        .map(|Named { name }| {
            let count: Count =
                diesel::sql_query(format!("SELECT count(*) AS rows FROM {name}")).get_result(&mut file).unwrap();
            (name, u64::try_from(count.rows).unwrap())
        })
        .collect();
    assert_eq!(backed_up, there);
    assert_eq!(there["organizations"], 2);
}

#[tokio::test]
async fn what_breaks_off_or_differs_leaves_the_file_as_it_was() {
    let (store, path, _folder) = filled().await;
    let parts = parts_of(&store).await.unwrap();
    let before = digests(&parts);

    let broken_off = parts[..parts.len() - 1].to_vec();
    let found = restored(&path, broken_off, RestoreInto::Replaced).await;
    assert!(matches!(found, Err(BackupError::BrokenOff)), "{found:?}");

    let mut other = parts.clone();
    if let Some(BackupPart::End(digests)) = other.last_mut() {
        digests[3].sha256 = "0".repeat(64);
    }
    let found = restored(&path, other, RestoreInto::Replaced).await;
    assert!(matches!(found, Err(BackupError::Differs { .. })), "{found:?}");
    assert_eq!(digests(&parts_of(&store).await.unwrap()), before);
}

#[tokio::test]
async fn triggers_and_statistics_are_there_after_a_restore() {
    let (store, path, folder) = filled().await;
    let parts = parts_of(&store).await.unwrap();
    let target = folder.path().join("new").join("hr.sqlite3");
    restored(&target, parts, RestoreInto::Empty).await.unwrap();
    let schema = |path: &Path| -> Vec<String> {
        let query = "SELECT type || ' ' || name || ' ' || ifnull(sql, '') AS name FROM sqlite_schema ORDER BY 1";
        let rows: Vec<Named> = diesel::sql_query(query).load(&mut connection(path)).unwrap();
        rows.into_iter().map(|row| row.name).collect()
    };
    let statistics = |path: &Path| -> i64 {
        let count: Count =
            diesel::sql_query("SELECT count(*) AS rows FROM sqlite_stat1").get_result(&mut connection(path)).unwrap();
        count.rows
    };
    assert_eq!(schema(&target), schema(&path));
    assert_eq!(statistics(&target), statistics(&path));
}

#[tokio::test]
async fn a_table_that_cannot_be_whole_stops_the_backup() {
    let (store, path, _folder) = filled().await;
    connection(&path).batch_execute("CREATE TABLE weights (id INTEGER PRIMARY KEY, weight REAL) STRICT").unwrap();
    let found = parts_of(&store).await;
    assert!(matches!(&found, Err(BackupError::Uncovered { table, .. }) if table == "weights"), "{found:?}");
}

#[tokio::test]
async fn somebody_elses_file_is_refused_whatever_is_said() {
    let (store, _path, folder) = filled().await;
    let parts = parts_of(&store).await.unwrap();
    let foreign = folder.path().join("foreign.sqlite3");
    connection(&foreign).batch_execute("CREATE TABLE invoices (id INTEGER PRIMARY KEY)").unwrap();
    let found = restored(&foreign, parts, RestoreInto::Replaced).await;
    assert!(matches!(&found, Err(BackupError::Foreign(table)) if table == "invoices"), "{found:?}");
}
