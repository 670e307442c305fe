//! Events are told if their write is committed, at least once and in order.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use scheduling_domain::id::OutboxEventId;
use scheduling_domain::ports::Store;
use scheduling_domain::site::SiteFilter;

use crate::build::a_site;
use crate::world::World;

async fn append(world: &World, topic: &str, payloads: &[&str]) -> Vec<OutboxEventId> {
    let mut ids = Vec::new();
    let mut uow = world.begin().await;
    for payload in payloads {
        ids.push(uow.outbox().append(topic, payload, world.now).await.unwrap());
    }
    uow.commit().await.unwrap();
    ids
}

async fn waiting(world: &World, topic: &str) -> Vec<String> {
    let events = world.store.outbox().waiting(world.organization, topic).await.unwrap();
    events.into_iter().map(|event| event.payload).collect()
}

fn later(world: &World) -> Timestamp {
    world.now + 1.second()
}

/// What is appended waits once the unit of work commits, and is claimed in the order in which it was appended.
pub async fn events_are_claimed_in_order(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let ids = append(&world, "mail", &["1", r#"{"to":"李娜"}"#, "3"]).await;
    let mut uow = world.begin().await;
    let claimed = uow.outbox().claim("mail", later(&world), 2).await.unwrap();
    assert_eq!(claimed.iter().map(|event| event.id).collect::<Vec<_>>(), ids[..2]);
    assert_eq!(claimed[1].payload, r#"{"to":"李娜"}"#);
    assert_eq!((claimed[1].topic.as_str(), claimed[1].created_at), ("mail", world.now));
    assert_eq!(uow.outbox().remove(&ids[..2]).await.unwrap(), 2);
    uow.commit().await.unwrap();
    assert_eq!(waiting(&world, "mail").await, ["3"]);
}

/// Nobody sees an event before its write is committed, and none is left of a write that is not.
pub async fn events_share_the_fate_of_their_write(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut uow = world.begin().await;
    uow.sites().insert(&a_site("Second"), world.now).await.unwrap();
    uow.outbox().append("mail", "1", world.now).await.unwrap();
    assert_eq!(waiting(&world, "mail").await, [""; 0]);
    uow.rollback().await.unwrap();
    assert_eq!(waiting(&world, "mail").await, [""; 0]);
    assert_eq!(world.list_all::<scheduling_domain::site::Site>(&SiteFilter::default()).await.len(), 1);
}

/// An event that was claimed and not told waits again.
pub async fn a_claim_that_is_rolled_back_leaves_its_events(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    append(&world, "mail", &["1", "2"]).await;
    for _ in 0..2 {
        let mut uow = world.begin().await;
        let claimed = uow.outbox().claim("mail", later(&world), 10).await.unwrap();
        assert_eq!(claimed.len(), 2);
        let ids: Vec<_> = claimed.iter().map(|event| event.id).collect();
        uow.outbox().remove(&ids).await.unwrap();
        uow.rollback().await.unwrap();
    }
    assert_eq!(waiting(&world, "mail").await, ["1", "2"]);
}

/// A claim takes what is older than it says, of its own topic and organization.
pub async fn a_claim_keeps_to_its_topic_age_and_organization(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    append(&world, "cache", &["ours"]).await;
    append(&theirs, "mail", &["theirs"]).await;
    let mut uow = world.begin().await;
    assert_eq!(uow.outbox().claim("mail", later(&world), 10).await.unwrap(), []);
    assert_eq!(uow.outbox().claim("cache", world.now, 10).await.unwrap(), []);
    assert_eq!(uow.outbox().claim("cache", later(&world), 10).await.unwrap().len(), 1);
    uow.rollback().await.unwrap();
    assert_eq!(waiting(&world, "mail").await, [""; 0]);
    assert_eq!(waiting(&theirs, "mail").await, ["theirs"]);
}

/// Of units of work that claim at once, one at a time has a topic's events, and each event is told once.
pub async fn racing_relays_tell_each_event_once_and_in_order(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let payloads: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    append(&world, "mail", &payloads.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let relays: Vec<_> = (0..4)
        .map(|_| {
            let (world, told) = (Arc::clone(&world), Arc::clone(&told));
            tokio::spawn(async move {
                while !waiting(&world, "mail").await.is_empty() {
                    let mut uow = world.begin().await;
                    let claimed = uow.outbox().claim("mail", later(&world), 5).await.unwrap();
                    told.lock().unwrap().extend(claimed.iter().map(|event| event.payload.clone()));
                    let ids: Vec<_> = claimed.iter().map(|event| event.id).collect();
                    uow.outbox().remove(&ids).await.unwrap();
                    uow.commit().await.unwrap();
                }
            })
        })
        .collect();
    for relay in relays {
        relay.await.unwrap();
    }
    assert_eq!(*told.lock().unwrap(), payloads);
}

/// Removing passes over what is not there, and over what another unit of work has claimed.
pub async fn removing_passes_over_what_is_not_there(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let ids = append(&world, "mail", &["1"]).await;
    for removed in [1, 0] {
        let mut uow = world.begin().await;
        assert_eq!(uow.outbox().remove(&ids).await.unwrap(), removed);
        uow.commit().await.unwrap();
    }
}
