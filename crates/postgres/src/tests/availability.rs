//! Servers that are away, busy or restarted.

use std::time::Duration;

use diesel_async::SimpleAsyncConnection;
use scheduling_domain::ports::{Store, StoreError};

use super::world::World;
use crate::settings::PgSettings;
use crate::store::PgStore;
use crate::testing::TestDatabase;
use crate::{ConnectError, error};

#[tokio::test]
async fn an_unreachable_server_is_named_without_its_password() {
    // Port 1 is reserved, and nothing listens there.
    let settings = PgSettings::new("postgres://app:secret@127.0.0.1:1/hr");
    let error = PgStore::connect(&settings).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable { .. }));
    assert_eq!(error.to_string(), "no connection to the database at 127.0.0.1:1");
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_refused() {
    let error = PgStore::connect(&PgSettings::new("mysql://db/hr")).await.unwrap_err();
    assert!(matches!(error, ConnectError::Url(_)), "{error:?}");
}

#[tokio::test]
async fn connections_that_the_server_closed_are_replaced() {
    let database = TestDatabase::create().await;
    let store = database.store().await;
    let world = World::create(&store, "restart").await;
    database
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    // The news travels; until it has come, a request may still be told that the store is away.
    let mut answered = false;
    for _ in 0..50 {
        match store.sites().find(world.organization, world.site).await {
            Ok(site) => {
                assert!(site.is_some());
                answered = true;
                break;
            }
            Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(answered);
}

#[tokio::test]
async fn a_pool_without_a_free_connection_says_so() {
    let database = TestDatabase::create().await;
    let mut settings = database.settings();
    settings.max_connections = 1;
    settings.acquire_timeout = Duration::from_millis(50);
    let store = PgStore::connect(&settings).await.unwrap();
    let organization = store.create_organization("busy", "busy").await.unwrap().id;
    let uow = store.begin(organization).await.unwrap();
    assert_eq!(store.pool_status().active, 1);
    let error = store.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    uow.rollback().await.unwrap();
    assert_eq!(store.pool_status().active, 0);
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_unavailable() {
    let database = TestDatabase::create().await;
    let mut settings = database.settings();
    settings.statement_timeout = Duration::from_millis(20);
    let store = PgStore::connect(&settings).await.unwrap();
    let connection = store.connection().await.unwrap();
    let mut pg = connection.pg();
    let slow = pg.batch_execute("SELECT pg_sleep(5)").await;
    let error = error::failure(slow.unwrap_err());
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}
