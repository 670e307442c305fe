//! Backups of a database whose role sees one organization at a time.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use scheduling_domain::backup::{BackupError, BackupPart, RestoreInto, TableDigest};
use tokio::sync::mpsc;

use super::world::World;
use crate::backup::{back_up, restore};
use crate::connection::Connector;
use crate::settings::{PgSettings, Pooling};
use crate::testing::TestDatabase;

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

async fn parts_of(database: &TestDatabase) -> Result<Vec<BackupPart>, BackupError> {
    let (sender, mut receiver) = mpsc::channel(1_000);
    back_up(&database.settings(), &sender).await?;
    drop(sender);
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

async fn restored(database: &TestDatabase, parts: Vec<BackupPart>, into: RestoreInto) -> Result<(), BackupError> {
    let (sender, receiver) = mpsc::channel(1_000);
    for part in parts {
        sender.try_send(part).unwrap();
    }
    drop(sender);
    restore(&database.settings(), receiver, into).await
}

/// As a superuser, whom no policy binds.
async fn count_everything(database: &TestDatabase) -> BTreeMap<String, u64> {
    let mut pg: AsyncPgConnection =
        Connector::try_new(&PgSettings::new(database.superuser_url())).unwrap().open().await.unwrap();
    let tables = "SELECT table_name AS name FROM information_schema.tables \
                  WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    let names: Vec<Named> = sql_query(tables).load(&mut pg).await.unwrap();
    let mut counts = BTreeMap::new();
    for Named { name } in names {
        let count: Count = sql_query(format!("SELECT count(*) AS rows FROM {name}")).get_result(&mut pg).await.unwrap();
        counts.insert(name, u64::try_from(count.rows).unwrap());
    }
    counts.remove("__diesel_schema_migrations");
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_every_table_is_in_a_backup() {
    let database = TestDatabase::create().await;
    let store = database.store().await;
    World::create(&store, "ours").await;
    World::create(&store, "theirs").await;
    let digests = digests(&parts_of(&database).await.unwrap());
    let mut backed_up: BTreeMap<String, u64> =
        digests.into_iter().map(|table| (table.shape.name, table.rows)).collect();
    assert!(backed_up.remove("(sequences)").is_some_and(|rows| 20 < rows));
    let there = count_everything(&database).await;
    assert_eq!(backed_up, there);
    assert_eq!(there["sites"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_database_is_equal_and_guarded_as_before() {
    let source = TestDatabase::create().await;
    let store = source.store().await;
    World::create(&store, "ours").await;
    World::create(&store, "theirs").await;
    let parts = parts_of(&source).await.unwrap();
    let target = TestDatabase::create_empty().await;
    restored(&target, parts.clone(), RestoreInto::Empty).await.unwrap();
    let but_its_name = |parts: &[BackupPart]| {
        let mut digests = digests(parts);
        digests.retain(|table| table.shape.name != "installation");
        digests
    };
    assert_eq!(but_its_name(&parts_of(&target).await.unwrap()), but_its_name(&parts));

    let mut pg = Connector::try_new(&target.settings()).unwrap().open().await.unwrap();
    let unguarded = "SELECT count(*) AS rows FROM pg_class c \
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND ( \
             (NOT relforcerowsecurity AND EXISTS (SELECT FROM pg_attribute a \
                 WHERE a.attrelid = c.oid AND a.attname = 'organization_id')) \
             OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgenabled <> 'O'))";
    let count: Count = sql_query(unguarded).get_result(&mut pg).await.unwrap();
    assert_eq!(count.rows, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_backup_leaves_no_trace() {
    let database = TestDatabase::create().await;
    World::create(&database.store().await, "ours").await;
    let parts = parts_of(&database).await.unwrap();
    restored(&database, parts.clone(), RestoreInto::Nothing).await.unwrap();
    assert_eq!(digests(&parts_of(&database).await.unwrap()), digests(&parts));
    let mut pg = Connector::try_new(&database.settings()).unwrap().open().await.unwrap();
    let schemas = "SELECT count(*) AS rows FROM pg_namespace WHERE nspname LIKE 'hr\\_%'";
    let count: Count = sql_query(schemas).get_result(&mut pg).await.unwrap();
    assert_eq!(count.rows, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_or_differs_leaves_the_database_as_it_was() {
    let database = TestDatabase::create().await;
    World::create(&database.store().await, "ours").await;
    let parts = parts_of(&database).await.unwrap();
    let before = digests(&parts);

    let broken_off = parts[..parts.len() - 1].to_vec();
    let found = restored(&database, broken_off, RestoreInto::Replaced).await;
    assert!(matches!(found, Err(BackupError::BrokenOff)), "{found:?}");

    let mut other = parts.clone();
    if let Some(BackupPart::End(digests)) = other.last_mut() {
        digests[3].sha256 = "0".repeat(64);
    }
    let found = restored(&database, other, RestoreInto::Replaced).await;
    assert!(matches!(found, Err(BackupError::Differs { .. })), "{found:?}");
    assert_eq!(digests(&parts_of(&database).await.unwrap()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_cannot_be_whole_stops_the_backup() {
    let database = TestDatabase::create().await;
    TestDatabase::execute(&database, "CREATE TABLE notes (text text); ALTER TABLE notes OWNER TO hr_test").await;
    let found = parts_of(&database).await;
    assert!(matches!(&found, Err(BackupError::Uncovered { table, .. }) if table == "notes"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_database_is_refused_whatever_is_said() {
    let source = TestDatabase::create().await;
    let parts = parts_of(&source).await.unwrap();
    let foreign = TestDatabase::create_empty().await;
    TestDatabase::execute(&foreign, "CREATE TABLE invoices (id bigint PRIMARY KEY)").await;
    let found = restored(&foreign, parts, RestoreInto::Replaced).await;
    assert!(matches!(&found, Err(BackupError::Foreign(table)) if table == "invoices"), "{found:?}");
}

#[tokio::test]
async fn a_session_that_is_lent_for_a_transaction_is_refused() {
    let settings =
        PgSettings { pooling: Pooling::Transaction, ..PgSettings::new("postgres://nobody@127.0.0.1:1/none") };
    let (sender, receiver) = mpsc::channel(1);
    let found = back_up(&settings, &sender).await;
    assert!(matches!(found, Err(BackupError::Pooled)), "{found:?}");
    let found = restore(&settings, receiver, RestoreInto::Empty).await;
    assert!(matches!(found, Err(BackupError::Pooled)), "{found:?}");
}
