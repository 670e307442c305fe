//! Organizations, and the store as a whole.

use std::sync::Arc;

use scheduling_domain::ports::{Store, StoreError};

use crate::store::assert_refused;
use crate::world::World;

/// Organizations are listed in order of id, as they were made.
pub async fn organizations_are_listed_in_order(store: &Arc<dyn Store>) {
    assert_eq!(store.organizations().await.unwrap(), []);
    let first = store.create_organization("zulu", "祖鲁").await.unwrap();
    let second = store.create_organization("alpha", "Alpha").await.unwrap();
    assert_eq!((first.slug.as_str(), first.name.as_str()), ("zulu", "祖鲁"));
    assert!(first.id < second.id);
    assert_eq!(store.organizations().await.unwrap(), [first, second]);
}

/// An organization is found by its slug, exactly.
pub async fn an_organization_is_found_by_its_slug(store: &Arc<dyn Store>) {
    let made = store.create_organization("default", "Default").await.unwrap();
    assert_eq!(store.find_organization("default").await.unwrap(), Some(made));
    for slug in ["Default", "defaul", "default ", ""] {
        assert_eq!(store.find_organization(slug).await.unwrap(), None);
    }
}

/// A taken slug is a duplicate, and nothing is stored; a name may be used twice.
pub async fn a_taken_slug_is_a_duplicate(store: &Arc<dyn Store>) {
    store.create_organization("taken", "One").await.unwrap();
    assert_refused!(store.create_organization("taken", "Two").await, StoreError::Duplicate("slug"));
    store.create_organization("free", "One").await.unwrap();
    assert_eq!(store.organizations().await.unwrap().len(), 2);
}

/// A store that works answers a ping.
pub async fn the_store_answers_a_ping(store: &Arc<dyn Store>) {
    store.ping().await.unwrap();
}

/// An open unit of work counts as a connection in use, until it ends.
pub async fn the_pool_counts_its_connections(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let idle = store.pool_status();
    assert!(idle.active == 0 && idle.open <= idle.max && idle.max > 0, "{idle:?}");
    let uow = world.begin().await;
    let busy = store.pool_status();
    assert!(busy.active == 1 && busy.open >= 1, "{busy:?}");
    uow.rollback().await.unwrap();
    assert_eq!(store.pool_status().active, 0);
}

/// Whoever needs a connection waits for it a while, and then no more.
pub async fn the_pool_counts_who_waits(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let before = store.pool_status();
    assert_eq!(before.waiters, 0);
    for _ in 0..100 {
        world.begin().await.rollback().await.unwrap();
    }
    let after = store.pool_status();
    assert!(after.waiters == 0 && before.waited < after.waited, "{before:?}, then {after:?}");
}

/// The store's name is the same at every look; a random one, so that no other store has it.
pub async fn an_installation_has_a_name_of_its_own(store: &Arc<dyn Store>) {
    let name = store.installation().await.unwrap();
    assert!(32 <= name.len(), "{name}");
    assert_eq!(store.installation().await.unwrap(), name);
}
