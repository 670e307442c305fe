//! A request that comes twice acts once.

use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use scheduling_domain::id::UserId;
use scheduling_domain::ports::{IdempotencyKey, KeyState, Store, StoredResponse};
use scheduling_domain::skill::{Skill, SkillFilter};

use crate::build::{a_skill, a_user};
use crate::world::World;

fn key(user_id: UserId) -> IdempotencyKey {
    IdempotencyKey { user_id, key: "key-1".to_owned(), fingerprint: "a1".repeat(32) }
}

fn response(status: u16) -> StoredResponse {
    StoredResponse {
        status,
        body: r#"{"success":true,"message":"已创建"}"#.to_owned(),
        etag: Some("\"1\"".to_owned()),
        location: None,
    }
}

async fn take(world: &World, key: &IdempotencyKey, now: Timestamp) -> KeyState {
    let mut uow = world.begin().await;
    let state = uow.idempotency().take(key, now).await.unwrap();
    uow.rollback().await.unwrap();
    state
}

async fn answer(world: &World, key: &IdempotencyKey, response: &StoredResponse) {
    let mut uow = world.begin().await;
    assert_eq!(uow.idempotency().take(key, world.now).await.unwrap(), KeyState::New);
    uow.idempotency().finish(key, response, world.now + 24.hours()).await.unwrap();
    uow.commit().await.unwrap();
}

/// A key that was never seen is new.
pub async fn a_new_key_is_new(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    assert_eq!(take(&world, &key(world.user.id), world.now).await, KeyState::New);
}

/// A key that was answered gives the same answer, every field of it, as often as it is asked.
pub async fn an_answered_key_gives_the_answer(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let second = IdempotencyKey { key: "key-2".to_owned(), ..key(world.user.id) };
    let bare = StoredResponse { etag: None, location: Some("/api/sites/1".to_owned()), ..response(422) };
    for (key, response) in [(key(world.user.id), response(201)), (second, bare)] {
        answer(&world, &key, &response).await;
        for _ in 0..2 {
            assert_eq!(take(&world, &key, world.now + 1.hour()).await, KeyState::Done(response.clone()));
        }
    }
}

/// The same key for another request is a mismatch.
pub async fn a_key_with_another_fingerprint_is_a_mismatch(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    answer(&world, &key(world.user.id), &response(201)).await;
    let other = IdempotencyKey { fingerprint: "b2".repeat(32), ..key(world.user.id) };
    assert_eq!(take(&world, &other, world.now).await, KeyState::Mismatch);
}

/// The same key of another account, or in another organization, is another key.
pub async fn keys_of_accounts_do_not_meet(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    answer(&world, &key(world.user.id), &response(201)).await;
    let other = world.add(&a_user("other")).await.id;
    assert_eq!(take(&world, &key(other), world.now).await, KeyState::New);
    assert_eq!(take(&theirs, &key(theirs.user.id), theirs.now).await, KeyState::New);
}

/// A key that expired is as if it had never been, also for another request, and can be answered anew.
pub async fn an_expired_key_is_new(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let first = key(world.user.id);
    answer(&world, &first, &response(201)).await;
    let later = world.now + 24.hours() + 1.microsecond();
    let other = IdempotencyKey { fingerprint: "b2".repeat(32), ..first.clone() };
    assert_eq!(take(&world, &other, later).await, KeyState::New);
    let mut uow = world.begin().await;
    assert_eq!(uow.idempotency().take(&other, later).await.unwrap(), KeyState::New);
    uow.idempotency().finish(&other, &response(200), later + 24.hours()).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(take(&world, &other, later).await, KeyState::Done(response(200)));
    assert_eq!(take(&world, &first, later).await, KeyState::Mismatch);
}

/// A key that was taken and answered in a unit of work that rolled back, or was dropped, is as if it had never been.
pub async fn a_rolled_back_key_is_new(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let key = key(world.user.id);
    for is_dropped in [false, true] {
        let mut uow = world.begin().await;
        assert_eq!(uow.idempotency().take(&key, world.now).await.unwrap(), KeyState::New);
        uow.idempotency().finish(&key, &response(201), world.now + 24.hours()).await.unwrap();
        if is_dropped {
            drop(uow);
        } else {
            uow.rollback().await.unwrap();
            assert_eq!(take(&world, &key, world.now).await, KeyState::New);
        }
    }
    // A server hears of a dropped unit of work a moment later.
    let is_new = async { while take(&world, &key, world.now).await != KeyState::New {} };
    tokio::time::timeout(Duration::from_secs(10), is_new).await.unwrap();
    answer(&world, &key, &response(201)).await;
}

/// Keys that expired before an instant are removed and counted, no more at a time than asked for; no other
/// organization's.
pub async fn expired_keys_are_removed_so_many_at_a_time(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    answer(&theirs, &key(theirs.user.id), &response(201)).await;
    for name in ["a", "b", "c"] {
        answer(&world, &IdempotencyKey { key: name.to_owned(), ..key(world.user.id) }, &response(201)).await;
    }
    let ends = world.now + 24.hours();
    let later = ends + 1.microsecond();
    let mut uow = world.begin().await;
    for (before, at_most, removed) in [(ends, 9, 0), (later, 2, 2), (later, 2, 1), (later, 2, 0)] {
        assert_eq!(uow.idempotency().delete_expired(before, at_most).await.unwrap(), removed);
    }
    uow.commit().await.unwrap();
    assert_eq!(take(&theirs, &key(theirs.user.id), theirs.now).await, KeyState::Done(response(201)));
}

/// Of many requests with one key that arrive at once, one acts. The others are told that it is under way, or its answer.
pub async fn racing_requests_act_once(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let requests: Vec<_> = (0..16)
        .map(|n| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                let key = key(world.user.id);
                let mut uow = world.begin().await;
                let state = uow.idempotency().take(&key, world.now).await.unwrap();
                if state == KeyState::New {
                    uow.skills().insert(&a_skill(&format!("made by {n}")), world.now).await.unwrap();
                    uow.idempotency().finish(&key, &response(201), world.now + 1.hour()).await.unwrap();
                    uow.commit().await.unwrap();
                } else {
                    uow.rollback().await.unwrap();
                }
                state
            })
        })
        .collect();
    let mut acted = 0;
    for request in requests {
        match request.await.unwrap() {
            KeyState::New => acted += 1,
            KeyState::InFlight => {}
            state => assert_eq!(state, KeyState::Done(response(201))),
        }
    }
    assert_eq!(acted, 1);
    assert_eq!(world.list_all::<Skill>(&SkillFilter::default()).await.len(), 2);
}
