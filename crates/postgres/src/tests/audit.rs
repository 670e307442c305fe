//! What was done: what the database refuses, and what a walk finds where somebody had their way all the same.

use std::sync::Arc;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use scheduling_conformance::store::audit::walk;
use scheduling_conformance::tampering::{TAKEN_BACK, TAMPERINGS, a_chain_of_eight};
use scheduling_domain::audit::Tampering;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::Store;

use crate::connection::Connector;
use crate::settings::PgSettings;
use crate::testing::TestDatabase;

/// As the tables' owner, for one organization.
async fn owner(database: &TestDatabase, organization: OrganizationId) -> AsyncPgConnection {
    let mut pg = Connector::try_new(&PgSettings::new(database.url())).unwrap().open().await.unwrap();
    let name = format!("SELECT set_config('app.organization_id', '{organization}', false)");
    pg.batch_execute(&name).await.unwrap();
    pg
}

const GUARDS_OFF: &str = "ALTER TABLE audit_events DISABLE TRIGGER USER; ALTER TABLE audit_heads DISABLE TRIGGER USER";

#[tokio::test]
async fn the_database_refuses_to_change_what_was_done() {
    let database = TestDatabase::create().await;
    let store: Arc<dyn Store> = Arc::new(database.store().await);
    let world = a_chain_of_eight(&store, "ours").await;
    let mut pg = owner(&database, world.organization).await;
    for (statement, _) in TAMPERINGS.iter().chain([&("TRUNCATE audit_events", Tampering::Altered { sequence: 1 })]) {
        // A head that moves on is what every commit does; what it says then is found by a walk.
        if *statement != "UPDATE audit_heads SET sequence = 9" {
            assert!(pg.batch_execute(statement).await.is_err(), "{statement}");
        }
    }
    assert_eq!(walk(&store, world.organization, None).await.map(|end| end.sequence), Ok(8));
}

#[tokio::test]
async fn a_walk_finds_whatever_was_changed_behind_the_guards() {
    let database = TestDatabase::create().await;
    let store: Arc<dyn Store> = Arc::new(database.store().await);
    for (number, (statement, expected)) in TAMPERINGS.iter().enumerate() {
        let world = a_chain_of_eight(&store, &format!("organization-{number}")).await;
        assert_eq!(walk(&store, world.organization, None).await.map(|end| end.sequence), Ok(8));
        let mut pg = owner(&database, world.organization).await;
        pg.batch_execute(GUARDS_OFF).await.unwrap();
        pg.batch_execute(statement).await.unwrap();
        assert_eq!(walk(&store, world.organization, None).await, Err(*expected), "{statement}");
    }
}

#[tokio::test]
async fn a_noted_link_tells_of_a_chain_that_was_taken_back() {
    let database = TestDatabase::create().await;
    let store: Arc<dyn Store> = Arc::new(database.store().await);
    let world = a_chain_of_eight(&store, "ours").await;
    let noted = walk(&store, world.organization, None).await.unwrap();
    let mut pg = owner(&database, world.organization).await;
    pg.batch_execute(GUARDS_OFF).await.unwrap();
    pg.batch_execute(TAKEN_BACK).await.unwrap();
    assert_eq!(walk(&store, world.organization, None).await.map(|end| end.sequence), Ok(7));
    let found = walk(&store, world.organization, Some(noted)).await;
    assert_eq!(found, Err(Tampering::Truncated { last: 7, known: 8 }));
}
