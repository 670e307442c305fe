//! Rows come back as they were given.

use std::sync::Arc;

use jiff::ToSpan;
use scheduling_domain::id::TypedId;
use scheduling_domain::ports::Store;
use scheduling_domain::record::Version;
use scheduling_domain::skill::Skill;

use crate::build::a_skill;
use crate::sample::Sample;
use crate::store::for_every_entity;
use crate::world::World;

/// An insert starts at the first version with both times at `now`; the unit of work and the pool then find exactly it.
pub async fn insert_answers_what_is_stored(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(inserts(&world));
}

async fn inserts<T: Sample>(world: &World) {
    for n in 0..4 {
        let value = T::sample(world, n);
        let mut uow = world.begin().await;
        let inserted = T::repository(uow.as_mut()).insert(&value, world.now).await.unwrap();
        assert_eq!(inserted.value, value);
        assert_eq!(inserted.version, Version::FIRST);
        assert_eq!((inserted.created_at, inserted.updated_at), (world.now, world.now));
        assert_eq!(T::repository(uow.as_mut()).find(inserted.id).await.unwrap().as_ref(), Some(&inserted));
        uow.commit().await.unwrap();
        assert_eq!(world.find::<T>(inserted.id).await, Some(inserted));
    }
}

/// An update replaces every field, raises the version by one, sets `updated_at` and leaves `created_at`.
pub async fn update_replaces_every_field(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(updates(&world));
}

async fn updates<T: Sample>(world: &World) {
    // From plain to full and back, so that what is optional is both set and unset.
    let mut record = world.add(&T::sample(world, 0)).await;
    for (n, minutes) in [(1, 1), (0, 2)] {
        let (value, now) = (T::sample(world, n), world.now + minutes.minutes());
        let mut uow = world.begin().await;
        let updated = T::repository(uow.as_mut()).update(record.id, record.version, &value, now).await.unwrap();
        uow.commit().await.unwrap();
        assert_eq!(updated.value, value);
        assert_eq!((updated.id, updated.version), (record.id, record.version.next()));
        assert_eq!((updated.created_at, updated.updated_at), (world.now, now));
        assert_eq!(world.find::<T>(record.id).await.as_ref(), Some(&updated));
        record = updated;
    }
}

/// A delete removes one row and no other.
pub async fn delete_removes_the_row(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(deletes(&world));
}

async fn deletes<T: Sample>(world: &World) {
    let (first, second) = (world.add(&T::sample(world, 0)).await, world.add(&T::sample(world, 2)).await);
    let mut uow = world.begin().await;
    T::repository(uow.as_mut()).delete(first.id, first.version).await.unwrap();
    assert_eq!(T::repository(uow.as_mut()).find(first.id).await.unwrap(), None);
    uow.commit().await.unwrap();
    assert_eq!(world.find::<T>(first.id).await, None);
    assert_eq!(world.find::<T>(second.id).await, Some(second));
}

/// An id that no row has is not found, however large.
pub async fn an_unknown_id_is_not_found(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(finds_nothing(&world));
}

async fn finds_nothing<T: Sample>(world: &World) {
    for raw in [987_654_321, i64::MAX] {
        let id = T::Id::try_new(raw).unwrap();
        assert_eq!(world.find::<T>(id).await, None);
        let mut uow = world.begin().await;
        assert_eq!(T::repository(uow.as_mut()).find(id).await.unwrap(), None);
        uow.rollback().await.unwrap();
    }
}

/// An id that was given to a row is not given to another one after its removal.
pub async fn ids_are_not_used_again(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let last = world.add(&a_skill("last")).await;
    world.try_remove(&last).await.unwrap();
    let next = world.add(&a_skill("next")).await;
    assert!(next.id > last.id);
    assert_eq!(world.find::<Skill>(last.id).await, None);
}
