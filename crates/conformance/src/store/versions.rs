//! Whoever writes over something they have not seen is told.

use std::sync::Arc;

use scheduling_domain::id::TypedId;
use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::record::Version;

use crate::sample::Sample;
use crate::store::{assert_refused, for_every_entity};
use crate::world::World;

const OTHERS: [Version; 3] = [Version(0), Version(2), Version(i64::MAX)];

/// An update that expects another version changes nothing, and the unit of work stays usable.
pub async fn update_with_another_version_is_stale(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(updates_are_stale(&world));
}

async fn updates_are_stale<T: Sample>(world: &World) {
    let record = world.add(&T::sample(world, 0)).await;
    let value = T::sample(world, 1);
    let mut uow = world.begin().await;
    let repository = T::repository(uow.as_mut());
    for version in OTHERS {
        assert_refused!(repository.update(record.id, version, &value, world.now).await, StoreError::Stale);
    }
    assert_eq!(repository.find(record.id).await.unwrap().as_ref(), Some(&record));
    let updated = repository.update(record.id, record.version, &value, world.now).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(world.find::<T>(record.id).await, Some(updated));
}

/// A delete that expects another version removes nothing, and the unit of work stays usable.
pub async fn delete_with_another_version_is_stale(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(deletes_are_stale(&world));
}

async fn deletes_are_stale<T: Sample>(world: &World) {
    let record = world.add(&T::sample(world, 0)).await;
    let mut uow = world.begin().await;
    let repository = T::repository(uow.as_mut());
    for version in OTHERS {
        assert_refused!(repository.delete(record.id, version).await, StoreError::Stale);
    }
    assert_eq!(repository.find(record.id).await.unwrap().as_ref(), Some(&record));
    repository.delete(record.id, record.version).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(world.find::<T>(record.id).await, None);
}

/// Updating or deleting a row that is not there is stale, also one that was there.
pub async fn writes_to_a_missing_row_are_stale(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(missing_rows_are_stale(&world));
}

async fn missing_rows_are_stale<T: Sample>(world: &World) {
    let record = world.add(&T::sample(world, 0)).await;
    world.try_remove(&record).await.unwrap();
    let never = T::Id::try_new(987_654_321).unwrap();
    let mut uow = world.begin().await;
    let repository = T::repository(uow.as_mut());
    for id in [record.id, never] {
        let value = T::sample(world, 0);
        assert_refused!(repository.update(id, Version::FIRST, &value, world.now).await, StoreError::Stale);
        assert_refused!(repository.delete(id, Version::FIRST).await, StoreError::Stale);
    }
    uow.rollback().await.unwrap();
}

/// Of two who have read the same version, the one that writes second is told.
pub async fn of_two_writers_the_second_is_stale(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let read = world.site.clone();
    let first = scheduling_domain::site::Site { address: "first".to_owned(), ..read.value.clone() };
    let second = scheduling_domain::site::Site { address: "second".to_owned(), ..read.value.clone() };
    world.try_replace(&read, &first).await.unwrap();
    assert_refused!(world.try_replace(&read, &second).await, StoreError::Stale);
    let kept = world.find::<scheduling_domain::site::Site>(read.id).await.unwrap();
    assert_eq!(kept.address, "first");
}
