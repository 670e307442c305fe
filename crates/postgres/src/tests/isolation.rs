//! What the database holds against the store itself: whose rows are whose, and what never changes.

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::Store;
use scheduling_domain::record::Entity;
use scheduling_domain::schedule::PublishedContent;
use scheduling_domain::site::{Site, SiteFilter};

use super::world::{World, now};
use crate::connection::Connector;
use crate::settings::PgSettings;
use crate::testing::TestDatabase;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn open(database: &TestDatabase) -> AsyncPgConnection {
    Connector::try_new(&PgSettings::new(database.url())).unwrap().open().await.unwrap()
}

async fn count(pg: &mut AsyncPgConnection, query: &str) -> i64 {
    let row: Count = diesel::sql_query(query).get_result(pg).await.unwrap();
    row.count
}

#[tokio::test]
async fn statements_without_a_condition_see_the_named_organization_only() {
    let database = TestDatabase::create().await;
    let store = database.store().await;
    let ours = World::create(&store, "ours").await;
    World::create(&store, "theirs").await;
    let mut pg = open(&database).await;
    let query = "SELECT count(*) AS count FROM sites";
    assert_eq!(count(&mut pg, query).await, 0);
    let name = format!("SELECT set_config('app.organization_id', '{}', false)", ours.organization);
    pg.batch_execute(&name).await.unwrap();
    assert_eq!(count(&mut pg, query).await, 1);
    let steal = "UPDATE sites SET organization_id = organization_id + 1";
    assert!(pg.batch_execute(steal).await.is_err());
}

#[tokio::test]
async fn every_table_of_an_organization_has_a_forced_policy() {
    let database = TestDatabase::create().await;
    let mut pg = open(&database).await;
    let unprotected = count(
        &mut pg,
        "SELECT count(*) AS count FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         WHERE a.attname = 'organization_id' AND c.relkind = 'r' \
         AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    )
    .await;
    assert_eq!(unprotected, 0);
}

#[tokio::test]
async fn reads_on_one_connection_follow_the_organization_that_asks() {
    let database = TestDatabase::create().await;
    let mut settings = database.settings();
    settings.max_connections = 1;
    let store = crate::PgStore::connect(&settings).await.unwrap();
    let first = World::create(&store, "first").await;
    let second = World::create(&store, "second").await;
    for world in [first, second, first, first, second] {
        let sites = Site::queries(&store).list_all(world.organization, &SiteFilter::default()).await.unwrap();
        assert_eq!(sites.iter().map(|site| site.id).collect::<Vec<_>>(), [world.site]);
        let other = if world.site == first.site { second } else { first };
        let found = Site::queries(&store).find(world.organization, other.site).await.unwrap();
        assert!(found.is_none());
    }
}

#[tokio::test]
async fn the_database_refuses_to_change_what_was_published() {
    let database = TestDatabase::create().await;
    let store = database.store().await;
    let world = World::create(&store, "published").await;
    let content = PublishedContent {
        schedule_id: world.schedule,
        number: 1,
        published_at: now(),
        published_by: world.user,
        audience: vec![world.employee],
        shifts: vec![],
    };
    let mut uow = store.begin(world.organization).await.unwrap();
    uow.publications().insert(&content).await.unwrap();
    uow.commit().await.unwrap();
    let mut pg = open(&database).await;
    for statement in ["UPDATE publications SET number = 2", "DELETE FROM publications", "TRUNCATE publications"] {
        assert!(pg.batch_execute(statement).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn a_unit_of_work_that_is_dropped_leaves_nothing_and_the_pool_goes_on() {
    let database = TestDatabase::create().await;
    let mut settings = database.settings();
    settings.max_connections = 1;
    let store = crate::PgStore::connect(&settings).await.unwrap();
    let world = World::create(&store, "dropped").await;
    let mut uow = store.begin(world.organization).await.unwrap();
    uow.sites().insert(&super::world::site("Left open"), now()).await.unwrap();
    drop(uow);
    let sites = store.sites().list(world.organization, &SiteFilter::default(), PageRequest::default()).await.unwrap();
    assert_eq!(sites.total, 1);
}
