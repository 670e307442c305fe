//! Migrations.

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
