//! A unit of work knows which kinds of rows it wrote.

use std::sync::Arc;

use scheduling_domain::assignment::Assignment;
use scheduling_domain::ports::{Store, UnitOfWork};
use scheduling_domain::shift::Shift;
use scheduling_domain::user::PasswordHash;

use crate::sample::Sample;
use crate::store::for_every_entity;
use crate::world::World;

fn written(uow: &dyn UnitOfWork) -> Vec<&'static str> {
    uow.written().iter().copied().collect()
}

/// Every insert, update and delete is remembered by its kind; what is only read is not.
pub async fn every_write_is_remembered_by_its_kind(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(writes(&world));
}

async fn writes<T: Sample>(world: &World) {
    let mut uow = world.begin().await;
    T::repository(uow.as_mut()).list_all(&T::Filter::default()).await.unwrap();
    assert!(written(uow.as_ref()).is_empty(), "reading {} writes nothing", T::KIND);
    let record = T::repository(uow.as_mut()).insert(&T::sample(world, 0), world.now).await.unwrap();
    assert!(uow.written().contains(T::KIND), "inserting a {}", T::KIND);
    uow.commit().await.unwrap();

    let mut uow = world.begin().await;
    let updated = T::repository(uow.as_mut()).update(record.id, record.version, &T::sample(world, 0), world.now).await;
    assert!(uow.written().contains(T::KIND), "updating a {}", T::KIND);
    uow.commit().await.unwrap();

    let mut uow = world.begin().await;
    T::repository(uow.as_mut()).delete(record.id, updated.unwrap().version).await.unwrap();
    assert!(uow.written().contains(T::KIND), "deleting a {}", T::KIND);
    uow.rollback().await.unwrap();
}

/// What has methods of its own for writing remembers those, too.
pub async fn special_writes_are_remembered(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut uow = world.begin().await;
    uow.users().set_password(world.user.id, &PasswordHash("hash".to_owned())).await.unwrap();
    assert_eq!(written(uow.as_ref()), ["user"]);
    uow.rollback().await.unwrap();

    let mut uow = world.begin().await;
    uow.users().raise_token_epoch(world.user.id).await.unwrap();
    assert_eq!(written(uow.as_ref()), ["user"]);
    uow.rollback().await.unwrap();

    let mut uow = world.begin().await;
    uow.assignments().delete_many(&[]).await.unwrap();
    assert_eq!(written(uow.as_ref()), ["assignment"]);
    uow.assignments().insert_many(&[Assignment::sample(&world, 0)], world.now).await.unwrap();
    uow.rollback().await.unwrap();

    let mut uow = world.begin().await;
    uow.shifts().insert_many(&[Shift::sample(&world, 0)], world.now).await.unwrap();
    assert_eq!(written(uow.as_ref()), ["assignment", "shift"], "a shift takes its assignments along");
    uow.rollback().await.unwrap();

    let mut uow = world.begin().await;
    uow.users().lock_active_admins().await.unwrap();
    uow.shifts().lock(&[]).await.unwrap();
    assert!(uow.written().is_empty());
    uow.rollback().await.unwrap();
}
