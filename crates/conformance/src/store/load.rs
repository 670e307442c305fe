//! What operators watch is what waits.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use scheduling_domain::mail::{MailKind, PendingMail};
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::{Load, Store, Waiting};

use crate::build::{a_session, an_optimization};
use crate::world::World;

async fn load(world: &World, now: Timestamp) -> Load {
    world.store.load().measure(world.organization, now).await.unwrap()
}

/// One more of everything, at `now`.
async fn add(world: &World, now: Timestamp) {
    let mail =
        PendingMail { kind: MailKind::Invitation, identifier: Personal::new("lina"), language: "zh-CN".to_owned() };
    let mut uow = world.begin().await;
    uow.optimizations().insert(&an_optimization(world.schedule.id, world.user.id), now).await.unwrap();
    uow.outbox().append("cache", "{}", now).await.unwrap();
    uow.pending_mails().insert(&mail, now).await.unwrap();
    uow.sessions().insert(&a_session(world.user.id), now).await.unwrap();
    let beside = load(world, now).await;
    uow.commit().await.unwrap();
    let after = load(world, now).await;
    assert_eq!((beside.outbox.count + 1, beside.sessions + 1), (after.outbox.count, after.sessions));
}

/// Everything that waits is counted once it is committed, with the time since which the oldest has waited.
pub async fn the_load_is_what_waits(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let run = Waiting { count: 1, oldest: Some(world.now) };
    assert_eq!(load(&world, world.now).await, Load { queued_runs: run, ..Load::default() });
    let later = world.now + 1.minute();
    add(&world, later).await;
    add(&world, later + 1.second()).await;
    let two = Waiting { count: 2, oldest: Some(later) };
    let queued_runs = Waiting { count: 3, oldest: Some(world.now) };
    assert_eq!(load(&world, later).await, Load { queued_runs, outbox: two, mails: two, sessions: 2 });
}

/// A run that a worker has taken, a session that has ended and one of an earlier epoch count no more.
pub async fn the_load_leaves_out_what_is_done_with(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut uow = world.begin().await;
    uow.optimizations().claim_next(world.now, world.now + 1.minute()).await.unwrap().unwrap();
    let grant = a_session(world.user.id);
    let end = grant.span.expires_at;
    uow.sessions().insert(&grant, world.now).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(load(&world, world.now).await, Load { sessions: 1, ..Load::default() });
    assert_eq!(load(&world, end).await, Load::default());
    let mut uow = world.begin().await;
    uow.users().raise_token_epoch(world.user.id).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(load(&world, world.now).await, Load::default());
}

/// What waits elsewhere is not counted.
pub async fn each_organization_has_a_load_of_its_own(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    let before = load(&world, world.now).await;
    add(&theirs, theirs.now).await;
    assert_eq!(load(&world, world.now).await, before);
}
