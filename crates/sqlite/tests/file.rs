//! What is the file's own: how it is opened and refused, and what its schema promises.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use scheduling_conformance::build::a_publication;
use scheduling_conformance::store::TestStore;
use scheduling_conformance::world::World;
use scheduling_domain::ports::Store;
use scheduling_domain::site::SiteFilter;
use scheduling_domain::skill::SkillFilter;
use scheduling_sqlite::{OpenError, SqliteOptions, SqliteStore};
use tempfile::TempDir;

/// A migrated file and its folder, which vanishes when dropped.
async fn migrated() -> (SqliteStore, PathBuf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data").join("hr.sqlite3");
    let store = open(&path).await.unwrap();
    store.migrate().await.unwrap();
    (store, path, folder)
}

async fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, SqliteOptions::default()).await
}

async fn refusal(path: &Path) -> OpenError {
    match open(path).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

/// The file as somebody else sees it.
fn beside(path: &Path) -> SqliteConnection {
    SqliteConnection::establish(path.to_str().unwrap()).unwrap()
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

fn names(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    diesel::sql_query(sql).load::<Named>(connection).unwrap().into_iter().map(|row| row.name).collect()
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[tokio::test]
async fn a_missing_folder_is_made_and_the_file_belongs_to_its_owner_alone() {
    let (_store, path, _folder) = migrated().await;
    assert!(path.is_file());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[tokio::test]
async fn migrating_again_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("hr.sqlite3")).await.unwrap();
    let before = store.schema_state().await.unwrap();
    assert_eq!(before.current, None);
    assert!(!before.pending.is_empty());
    assert_eq!(store.migrate().await.unwrap(), before.pending);
    assert_eq!(store.migrate().await.unwrap(), [""; 0]);
    let after = store.schema_state().await.unwrap();
    assert_eq!(after.current.as_ref(), before.pending.last());
    assert_eq!((after.pending, after.unknown), (Vec::new(), Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_migrate_at_once_do_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hr.sqlite3");
    let (one, two) = (open(&path).await.unwrap(), open(&path).await.unwrap());
    let one = tokio::spawn(async move { one.migrate().await.unwrap().len() });
    let two = tokio::spawn(async move { two.migrate().await.unwrap().len() });
    let (one, two) = (one.await.unwrap(), two.await.unwrap());
    assert!((one == 0) != (two == 0), "{one} and {two} migrations ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_there_when_the_file_is_opened_again() {
    let (store, path, _folder) = migrated().await;
    let test = TestStore::new(store);
    let world = World::build(&test.store, "ours").await;
    let again = open(&path).await.unwrap();
    let found = again.sites().find(world.organization, world.site.id).await.unwrap();
    assert_eq!(found, Some(world.site));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    match refusal(&in_the_way.join("hr.sqlite3")).await {
        OpenError::Folder { path, .. } => assert_eq!(path, in_the_way),
        error => panic!("expected the folder to be refused, got {error:?}"),
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    let text = "Dear Sir or Madam, ".repeat(500);
    fs::write(&path, &text).unwrap();
    let error = refusal(&path).await;
    assert!(matches!(error, OpenError::NotADatabase { .. }), "{error:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_folder_in_place_of_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = refusal(folder.path()).await;
    assert!(matches!(error, OpenError::File { .. }), "{error:?}");
}

#[tokio::test]
async fn a_schema_newer_than_the_binary_is_refused() {
    let (store, path, _folder) = migrated().await;
    drop(store);
    beside(&path).batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')").unwrap();
    match refusal(&path).await {
        OpenError::NewerSchema { migration } => assert_eq!(migration, "9999"),
        error => panic!("expected the schema to be refused, got {error:?}"),
    }
}

#[tokio::test]
async fn commits_are_journaled_ahead() {
    let (_store, path, _folder) = migrated().await;
    let mode = names(&mut beside(&path), "SELECT journal_mode AS name FROM pragma_journal_mode");
    assert_eq!(mode, ["wal"]);
    assert!(SqliteOptions::default().durable);
}

#[tokio::test(flavor = "multi_thread")]
async fn publications_cannot_be_changed_by_anybody() {
    let (store, path, _folder) = migrated().await;
    let test = TestStore::new(store);
    let world = World::build(&test.store, "ours").await;
    let mut uow = world.begin().await;
    uow.publications().insert(&a_publication(world.schedule.id, 1, world.user.id)).await.unwrap();
    uow.commit().await.unwrap();
    let mut connection = beside(&path);
    for change in ["UPDATE publications SET number = 2", "DELETE FROM publications"] {
        let refused = connection.batch_execute(change).unwrap_err();
        assert_eq!(refused.to_string(), "immutable: publications");
    }
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_an_error_and_no_value() {
    let (store, path, _folder) = migrated().await;
    let organization = store.create_organization("ours", "Ours").await.unwrap().id;
    beside(&path)
        .batch_execute(
            "INSERT INTO sites VALUES (1, -7, 1, 0, 0, 'Negative', 'UTC', '[]', '');
             INSERT INTO skills VALUES (1, 1, 1, 9223372036854775807, 0, 'Late', '');",
        )
        .unwrap();
    assert!(store.sites().list_all(organization, &SiteFilter::default()).await.is_err());
    assert!(store.skills().list_all(organization, &SkillFilter::default()).await.is_err());
}

/// So that the schema can be split by organization as it stands: mend the key, not this test.
#[tokio::test]
async fn the_organization_leads_every_key() {
    let (_store, path, _folder) = migrated().await;
    let mut connection = beside(&path);
    let tables = "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'
        AND name NOT IN ('organizations', 'id_sequences', 'installation', '__diesel_schema_migrations') AND name NOT LIKE 'sqlite_%'";
    assert_eq!(names(&mut connection, tables).len(), 29);
    let keys = names(
        &mut connection,
        &format!(
            "SELECT list.name FROM ({tables}) AS tables, pragma_index_list(tables.name) AS list,
                pragma_index_info(list.name) AS part
             WHERE part.seqno = 0 AND part.name <> 'organization_id'"
        ),
    );
    assert_eq!(keys, [""; 0]);
    let references = names(
        &mut connection,
        &format!(
            "SELECT tables.name || ' ' || key.\"table\" AS name
             FROM ({tables}) AS tables, pragma_foreign_key_list(tables.name) AS key
             WHERE key.seq = 0 AND key.\"from\" <> 'organization_id'"
        ),
    );
    assert_eq!(references, [""; 0]);
}

/// A removed parent looks for its children: without an index that is a walk through the whole table.
#[tokio::test]
async fn every_reference_has_an_index() {
    let (_store, path, _folder) = migrated().await;
    let unindexed = diesel::sql_query(
        "SELECT count(*) AS count FROM pragma_table_list AS tables, pragma_foreign_key_list(tables.name) AS key
         WHERE tables.schema = 'main' AND key.seq = 1 AND NOT EXISTS (
            SELECT 1 FROM pragma_index_list(tables.name) AS list, pragma_index_info(list.name) AS part
            WHERE part.seqno = 1 AND part.name = key.\"from\"
         )",
    );
    assert_eq!(unindexed.get_result::<Counted>(&mut beside(&path)).unwrap().count, 0);
}

/// The planner goes by statistics that a migration wrote; they have to speak of indexes that are there.
#[tokio::test]
async fn statistics_speak_of_indexes_that_exist() {
    let (_store, path, _folder) = migrated().await;
    let mut connection = beside(&path);
    let unknown = names(
        &mut connection,
        "SELECT idx AS name FROM sqlite_stat1
         WHERE idx <> tbl AND idx NOT IN (SELECT name FROM pragma_index_list(tbl))",
    );
    assert_eq!(unknown, [""; 0]);
    for table in ["shifts", "assignments", "employees", "users"] {
        let missing = names(
            &mut connection,
            &format!(
                "SELECT name FROM pragma_index_list('{table}')
                 WHERE origin <> 'pk' AND name NOT IN (SELECT idx FROM sqlite_stat1)"
            ),
        );
        assert_eq!(missing, [""; 0]);
    }
}
