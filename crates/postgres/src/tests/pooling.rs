//! Behind a pooler that lends transactions: nothing is left in a session, whichever one that is.

use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::record::Entity;
use scheduling_domain::site::{Site, SiteFilter};

use super::world::{World, now, site};
use crate::settings::{PgSettings, Pooling};
use crate::testing::TestDatabase;
use crate::{MigrateError, PgStore, error};

/// One connection, so that each caller meets what the one before has left.
fn lent(database: &TestDatabase) -> PgSettings {
    PgSettings { max_connections: 1, pooling: Pooling::Transaction, ..database.settings() }
}

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = Text)]
    organization: String,
    #[diesel(sql_type = Text)]
    statement_timeout: String,
}

async fn session(store: &PgStore) -> (String, String) {
    let connection = store.connection().await.unwrap();
    let found: Session = diesel::sql_query(
        "SELECT coalesce(current_setting('app.organization_id', true), '') AS organization, \
         current_setting('statement_timeout') AS statement_timeout",
    )
    .get_result(&mut connection.pg())
    .await
    .unwrap();
    (found.organization, found.statement_timeout)
}

#[tokio::test]
async fn reads_follow_the_organization_that_asks_and_leave_nothing_behind() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(&lent(&database)).await.unwrap();
    let untouched = session(&store).await;
    let first = World::create(&store, "first").await;
    let second = World::create(&store, "second").await;
    for world in [first, second, first, first, second] {
        let sites = Site::queries(&store).list_all(world.organization, &SiteFilter::default()).await.unwrap();
        assert_eq!(sites.iter().map(|site| site.id).collect::<Vec<_>>(), [world.site]);
        assert_eq!(session(&store).await, untouched);
    }
}

#[tokio::test]
async fn a_unit_of_work_leaves_nothing_behind() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(&lent(&database)).await.unwrap();
    let untouched = session(&store).await;
    let world = World::create(&store, "ours").await;
    let mut uow = store.begin(world.organization).await.unwrap();
    uow.sites().insert(&site("Second"), now()).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(session(&store).await, untouched);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_unavailable_and_the_connection_goes_on() {
    let database = TestDatabase::create().await;
    let settings = PgSettings { statement_timeout: Duration::from_millis(20), ..lent(&database) };
    let store = PgStore::connect(&settings).await.unwrap();
    let organization = store.create_organization("slow", "slow").await.unwrap().id;
    let connection = store.connection().await.unwrap();
    let mut pg = connection.pg();
    let slow = async { pg.batch_execute("SELECT pg_sleep(5)").await.map_err(error::failure) };
    let error = connection.within(organization, slow).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    drop(connection);
    assert!(Site::queries(&store).list_all(organization, &SiteFilter::default()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_read_that_is_dropped_costs_its_connection() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(&lent(&database)).await.unwrap();
    let world = World::create(&store, "dropped").await;
    let connection = store.connection().await.unwrap();
    let never = connection.within(world.organization, std::future::pending::<Result<(), StoreError>>());
    tokio::time::timeout(Duration::from_millis(20), never).await.unwrap_err();
    drop(connection);
    let sites = Site::queries(&store).list_all(world.organization, &SiteFilter::default()).await.unwrap();
    assert_eq!(sites.len(), 1);
    assert_eq!(session(&store).await.0, "");
}

#[tokio::test]
async fn migrations_are_refused() {
    let database = TestDatabase::create().await;
    let error = crate::migrate(&lent(&database)).await.unwrap_err();
    assert!(matches!(error, MigrateError::Pooled), "{error:?}");
}
