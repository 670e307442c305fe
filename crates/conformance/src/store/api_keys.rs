//! Keys of integrations.

use std::sync::Arc;

use jiff::ToSpan;
use scheduling_domain::api_key::{ApiKey, ApiKeyFilter};
use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::record::Record;

use crate::build::{a_user, an_api_key};
use crate::store::assert_refused;
use crate::world::{References, World};

async fn found(world: &World, token_hash: &str) -> Option<Record<ApiKey>> {
    let found = world.store.api_keys().find_by_hash(world.organization, token_hash).await.unwrap();
    let (key, owner) = found?;
    assert_eq!((owner.id, &owner), (key.user_id, &world.user));
    Some(key)
}

/// A key is found by its hash, with the account whose it is; in its own organization only. A taken hash is a duplicate.
pub async fn a_key_is_found_by_its_hash_with_its_owner(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    let key = world.add(&an_api_key(world.user.id, "hash")).await;
    world.add(&an_api_key(world.user.id, "other")).await;
    assert_eq!(found(&world, "hash").await, Some(key));
    assert_eq!(found(&world, "HASH").await, None);
    assert_eq!(store.api_keys().find_by_hash(theirs.organization, "hash").await.unwrap(), None);
    let again = world.try_add(&an_api_key(world.user.id, "hash")).await;
    assert_refused!(again, StoreError::Duplicate("token_hash"));
}

/// The first use is noted, and one after the last noted one is old enough; the version stays. A key that is gone is passed
/// over.
pub async fn a_use_is_noted_unless_a_later_one_is(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let key = world.add(&an_api_key(world.user.id, "hash")).await;
    let (first, soon, later) = (world.now, world.now + 59.seconds(), world.now + 60.seconds());
    for (now, noted) in [(first, first), (soon, first), (later, later)] {
        let mut uow = world.begin().await;
        uow.api_keys().mark_used(key.id, now, now - 1.minute()).await.unwrap();
        uow.api_keys().mark_used(key.id, now, now - 1.minute()).await.unwrap();
        uow.commit().await.unwrap();
        let seen = found(&world, "hash").await.unwrap();
        assert_eq!((seen.last_used_at, seen.version), (Some(noted), key.version));
    }
    world.try_remove(&key).await.unwrap();
    let mut uow = world.begin().await;
    uow.api_keys().mark_used(key.id, later, first).await.unwrap();
    uow.commit().await.unwrap();
}

/// All keys of an account are removed together and counted, and those of others stay.
pub async fn the_keys_of_an_account_go_together(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let other = world.add(&a_user("other")).await.id;
    world.add(&an_api_key(other, "1")).await;
    world.add(&an_api_key(other, "2")).await;
    let kept = world.add(&an_api_key(world.user.id, "3")).await;
    let mut uow = world.begin().await;
    assert_eq!(uow.api_keys().delete_of(other).await.unwrap(), 2);
    assert_eq!(uow.api_keys().delete_of(References::missing().user).await.unwrap(), 0);
    uow.commit().await.unwrap();
    assert_eq!(world.list_all::<ApiKey>(&ApiKeyFilter::default()).await, [kept]);
}

/// A key goes with the account whose it is.
pub async fn a_key_goes_with_its_account(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let owner = world.add(&a_user("owner")).await;
    world.add(&an_api_key(owner.id, "hash")).await;
    world.try_remove(&owner).await.unwrap();
    assert_eq!(world.list_all::<ApiKey>(&ApiKeyFilter::default()).await, []);
}

/// Keys by account and by their end, which a key that ends at the moment itself does not outlive.
pub async fn keys_by_account_and_end(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let other = world.add(&a_user("other")).await.id;
    let theirs = world.add(&an_api_key(other, "1")).await;
    let ours = world.add(&an_api_key(world.user.id, "2")).await;
    let longer = ApiKey { expires_at: ours.expires_at + 1.second(), ..an_api_key(world.user.id, "3") };
    let longer = world.add(&longer).await;
    let filter = ApiKeyFilter { user_id: Some(world.user.id), ends_after: Some(ours.expires_at) };
    assert_eq!(world.list_all::<ApiKey>(&filter).await, std::slice::from_ref(&longer));
    let filter = ApiKeyFilter { ends_after: Some(ours.expires_at - 1.second()), ..filter };
    assert_eq!(world.list_all::<ApiKey>(&filter).await, [ours.clone(), longer.clone()]);
    world.try_remove(&longer).await.unwrap();
    let of = |user_id| ApiKeyFilter { user_id, ends_after: None };
    assert_eq!(world.list_all::<ApiKey>(&of(Some(other))).await, std::slice::from_ref(&theirs));
    assert_eq!(world.list_all::<ApiKey>(&of(None)).await, [theirs, ours]);
}
