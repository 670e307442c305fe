//! Migrations, and the schema that they make.

use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::SimpleAsyncConnection;

use crate::connection::Connector;
use crate::testing::TestDatabase;
use crate::{MigrateError, SchemaState, migrate, schema_state};

#[tokio::test]
async fn two_processes_that_migrate_at_once_run_each_migration_once() {
    let database = TestDatabase::create_empty().await;
    let settings = database.settings();
    let SchemaState::Pending(pending) = schema_state(&settings).await.unwrap() else {
        panic!("an empty database lacks every migration");
    };
    assert_eq!(pending.first().map(String::as_str), Some("0001_tables"));
    let (one, other) = tokio::join!(migrate(&settings), migrate(&settings));
    let mut ran = [one.unwrap().len(), other.unwrap().len()];
    ran.sort_unstable();
    assert_eq!(ran, [0, pending.len()]);
    assert_eq!(schema_state(&settings).await.unwrap(), SchemaState::Current);
}

#[tokio::test]
async fn a_schema_that_is_newer_than_the_program_is_left_alone() {
    let database = TestDatabase::create().await;
    let settings = database.settings();
    Connector::try_new(&settings)
        .unwrap()
        .open()
        .await
        .unwrap()
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')")
        .await
        .unwrap();
    assert_eq!(schema_state(&settings).await.unwrap(), SchemaState::Newer(vec!["9999".into()]));
    let error = migrate(&settings).await.unwrap_err();
    assert!(matches!(error, MigrateError::Newer(_)));
    assert_eq!(error.to_string(), "the database's schema is newer than this program: it has 9999");
}

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    name: String,
}

#[tokio::test]
async fn every_reference_has_an_index() {
    // Here alone: its `first` would shadow that of slices above.
    use diesel_async::RunQueryDsl;

    let database = TestDatabase::create().await;
    let mut pg = Connector::try_new(&database.settings()).unwrap().open().await.unwrap();
    // The organization leads each; what it refers to comes second.
    let unindexed: Vec<Reference> = diesel::sql_query(
        "SELECT conrelid::regclass || '.' || conname AS name FROM pg_constraint
         WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT 1 FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1]
            AND (cardinality(conkey) = 1 OR indkey[1] = conkey[2])
         ) ORDER BY 1",
    )
    .load(&mut pg)
    .await
    .unwrap();
    let names: Vec<_> = unindexed.iter().map(|reference| reference.name.as_str()).collect();
    assert!(names.is_empty(), "no index leads to {names:?}");
}
