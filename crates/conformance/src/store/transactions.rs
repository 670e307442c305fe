//! All or nothing.

use std::sync::Arc;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use scheduling_domain::ports::Store;
use scheduling_domain::skill::{Skill, SkillFilter};

use crate::build::a_skill;
use crate::world::World;

async fn skill_names(world: &World) -> Vec<String> {
    world.list_all::<Skill>(&SkillFilter::default()).await.into_iter().map(|skill| skill.value.name).collect()
}

/// Others see a unit of work's writes at its commit, all at once, and are not held up by it before.
pub async fn nothing_is_seen_before_the_commit(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut uow = world.begin().await;
    uow.skills().insert(&a_skill("first"), world.now).await.unwrap();
    uow.skills().insert(&a_skill("second"), world.now).await.unwrap();
    assert_eq!(skill_names(&world).await, ["Skill"]);
    uow.commit().await.unwrap();
    assert_eq!(skill_names(&world).await, ["Skill", "first", "second"]);
}

/// A rollback undoes inserts, updates and deletes.
pub async fn rollback_leaves_nothing(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let kept = world.add(&a_skill("kept")).await;
    let mut uow = world.begin().await;
    uow.skills().insert(&a_skill("new"), world.now).await.unwrap();
    uow.skills().update(world.skill.id, world.skill.version, &a_skill("renamed"), world.now).await.unwrap();
    uow.skills().delete(kept.id, kept.version).await.unwrap();
    uow.rollback().await.unwrap();
    assert_eq!(world.list_all::<Skill>(&SkillFilter::default()).await, [world.skill.clone(), kept]);
}

/// A unit of work that is dropped open leaves nothing, and the next one can write.
pub async fn dropping_leaves_nothing_and_the_next_one_works(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for _ in 0..3 {
        let mut uow = world.begin().await;
        uow.skills().insert(&a_skill("dropped"), world.now).await.unwrap();
        drop(uow);
    }
    assert_eq!(skill_names(&world).await, ["Skill"]);
    world.add(&a_skill("dropped")).await;
    assert_eq!(skill_names(&world).await, ["Skill", "dropped"]);
}

/// Within a unit of work, reads see what it wrote.
pub async fn a_unit_of_work_sees_its_own_writes(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut uow = world.begin().await;
    let inserted = uow.skills().insert(&a_skill("own"), world.now).await.unwrap();
    let updated = uow.skills().update(inserted.id, inserted.version, &a_skill("still own"), world.now).await.unwrap();
    let listed = uow.skills().list_all(&SkillFilter::default()).await.unwrap();
    assert_eq!(listed, [world.skill.clone(), updated]);
    uow.rollback().await.unwrap();
}

/// A caller that goes away in the middle of a call, as a client that hangs up does, takes its unit of work with it and
/// nothing else.
pub async fn a_cancelled_call_leaves_the_store_usable(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for _ in 0..8 {
        let mut uow = world.begin().await;
        {
            let skill = a_skill("abandoned");
            let mut call = pin!(uow.skills().insert(&skill, world.now));
            // Asked once, then given up.
            let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        drop(uow);
        let filter = SkillFilter::default();
        let mut read = pin!(store.skills().list_all(world.organization, &filter));
        let _ = read.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    assert_eq!(skill_names(&world).await, ["Skill"]);
    world.add(&a_skill("abandoned")).await;
}

/// Units of work that are open at once all get their turn.
pub async fn many_units_of_work_at_once_all_commit(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let writers: Vec<_> = (0..50)
        .map(|n| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.add(&a_skill(&format!("written by {n}"))).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(skill_names(&world).await.len(), 51);
}
