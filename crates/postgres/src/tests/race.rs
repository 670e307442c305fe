//! Writers in each other's way.

use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::record::Record;
use scheduling_domain::shift::Shift;
use tokio::task::JoinSet;

use super::world::{World, insert, now};
use crate::store::PgStore;
use crate::testing::TestDatabase;

/// As a use case does it: lock, write, settle.
async fn assign(store: PgStore, world: World, shift: Record<Shift>, locks: bool) -> Result<(), StoreError> {
    let mut uow = store.begin(world.organization).await?;
    if locks {
        uow.assignments().lock_employees(&[world.employee]).await?;
    }
    match uow.assignments().insert(&world.assignment(&shift), now()).await {
        Ok(_) => uow.commit().await,
        Err(error) => {
            uow.rollback().await?;
            Err(error)
        }
    }
}

async fn race(count: usize, locks: bool) {
    let database = TestDatabase::create().await;
    let store = database.store().await;
    let world = World::create(&store, "race").await;
    let mut uow = store.begin(world.organization).await.unwrap();
    let overlapping = world.shift("2026-03-02T08:00:00Z", "2026-03-02T16:00:00Z");
    let shifts = uow.shifts().insert_many(&vec![overlapping; count], now()).await.unwrap();
    uow.commit().await.unwrap();

    let mut racers = JoinSet::new();
    for shift in shifts {
        racers.spawn(assign(store.clone(), world, shift, locks));
    }
    let (mut won, mut lost) = (0, 0);
    for result in racers.join_all().await {
        match result {
            Ok(()) => won += 1,
            Err(StoreError::Conflict) => lost += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((won, lost), (1, count - 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_overlapping_assignments_one_wins_and_the_others_hear_of_a_conflict() {
    race(1_000, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn overlaps_are_refused_without_the_lock_too() {
    race(200, false).await;
}

#[tokio::test]
async fn a_shift_that_moves_onto_another_assignment_is_a_conflict() {
    let database = TestDatabase::create().await;
    let store = database.store().await;
    let world = World::create(&store, "move").await;
    let mut uow = store.begin(world.organization).await.unwrap();
    let early = world.shift("2026-03-02T00:00:00Z", "2026-03-02T08:00:00Z");
    let late = world.shift("2026-03-02T08:00:00Z", "2026-03-02T16:00:00Z");
    let early = insert(uow.as_mut(), early).await;
    let late = insert(uow.as_mut(), late).await;
    insert(uow.as_mut(), world.assignment(&early)).await;
    insert(uow.as_mut(), world.assignment(&late)).await;
    let mut moved = early.value.clone();
    moved.ends_at = late.starts_at + jiff::SignedDuration::from_mins(1);
    let error = uow.shifts().update(early.id, early.version, &moved, now()).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict), "{error:?}");
    uow.rollback().await.unwrap();
}
