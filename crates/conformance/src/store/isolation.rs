//! Organizations do not meet.

use std::sync::Arc;

use scheduling_domain::ports::{Store, StoreError};

use crate::sample::Sample;
use crate::store::{assert_refused, for_every_entity};
use crate::world::World;

/// Rows of another organization are found and listed by nobody else, neither in a unit of work nor on the pool.
pub async fn rows_of_another_organization_cannot_be_seen(store: &Arc<dyn Store>) {
    let theirs = World::build(store, "theirs").await;
    let ours = store.create_organization("ours", "Ours").await.unwrap().id;
    for_every_entity!(sees_nothing(&theirs, ours));
}

async fn sees_nothing<T: Sample>(theirs: &World, ours: scheduling_domain::id::OrganizationId) {
    let row = theirs.add(&T::sample(theirs, 0)).await;
    let (filter, page) = (T::Filter::default(), scheduling_domain::page::PageRequest::default());
    let pool = T::queries(theirs.store.as_ref());
    assert_eq!(pool.find(ours, row.id).await.unwrap(), None);
    assert_eq!(pool.list_all(ours, &filter).await.unwrap(), []);
    let listed = pool.list(ours, &filter, page).await.unwrap();
    assert_eq!((listed.total, listed.items), (0, Vec::new()));

    let mut uow = theirs.store.begin(ours).await.unwrap();
    let repository = T::repository(uow.as_mut());
    assert_eq!(repository.find(row.id).await.unwrap(), None);
    assert_eq!(repository.list_all(&filter).await.unwrap(), []);
    let listed = repository.list(&filter, page).await.unwrap();
    assert_eq!((listed.total, listed.items), (0, Vec::new()));
    uow.rollback().await.unwrap();
}

/// Rows of another organization can be neither updated nor deleted.
pub async fn rows_of_another_organization_cannot_be_changed(store: &Arc<dyn Store>) {
    let theirs = World::build(store, "theirs").await;
    let ours = World::build(store, "ours").await;
    for_every_entity!(changes_nothing(&theirs, &ours));
}

async fn changes_nothing<T: Sample>(theirs: &World, ours: &World) {
    let row = theirs.add(&T::sample(theirs, 0)).await;
    let mut uow = ours.begin().await;
    let repository = T::repository(uow.as_mut());
    let value = T::sample(ours, 0);
    assert_refused!(repository.update(row.id, row.version, &value, ours.now).await, StoreError::Stale);
    assert_refused!(repository.delete(row.id, row.version).await, StoreError::Stale);
    uow.commit().await.unwrap();
    assert_eq!(theirs.find::<T>(row.id).await, Some(row));
}
