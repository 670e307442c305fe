//! Nobody is in two places at once.

use std::sync::Arc;

use jiff::{SignedDuration, ToSpan};
use scheduling_domain::assignment::{Assignment, AssignmentFilter};
use scheduling_domain::id::{AssignmentId, TypedId};
use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::record::Record;
use scheduling_domain::shift::Shift;
use tokio::sync::Semaphore;

use crate::build::{a_shift, an_assignment, nth_start};
use crate::store::assert_refused;
use crate::world::World;

/// A shift from and until so many minutes after the start of the world's first one.
async fn shift_at(world: &World, from: i64, until: i64) -> Record<Shift> {
    let start = nth_start(0) + SignedDuration::from_mins(from);
    let plain = a_shift(world.schedule.id, world.site.id, world.position.id, start);
    world.add(&Shift { ends_at: nth_start(0) + SignedDuration::from_mins(until), ..plain }).await
}

/// Two assignments of one employee that share an instant cannot both be stored, however they lie to one another.
pub async fn overlapping_assignments_are_refused(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    // The first employee is on from minute 0 until 480. A far one before and after must not hide it.
    for (from, until) in [(-3000, -2900), (3000, 3100)] {
        let far = shift_at(&world, from, until).await;
        world.add(&an_assignment(&far, world.employee(0))).await;
    }
    for (from, until) in [(0, 480), (-60, 1), (479, 600), (100, 200), (-100, 600), (0, 1), (-600, 840)] {
        let shift = shift_at(&world, from, until).await;
        let refused = world.try_add(&an_assignment(&shift, world.employee(0))).await;
        assert_refused!(refused, StoreError::Conflict);
    }
}

/// An assignment may start at the instant at which another one ends.
pub async fn touching_assignments_are_fine(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for (from, until) in [(480, 960), (-480, 0)] {
        let shift = shift_at(&world, from, until).await;
        world.add(&an_assignment(&shift, world.employee(0))).await;
    }
}

/// People may work at the same time, on the same shift or on others.
pub async fn other_employees_may_overlap(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    world.add(&an_assignment(world.shift(0), world.employee(1))).await;
    let shift = shift_at(&world, 100, 200).await;
    world.add(&an_assignment(&shift, world.employee(2))).await;
}

/// The same employee twice on a shift is a duplicate, not an overlap, and the unit of work goes on.
pub async fn the_same_employee_twice_on_a_shift_is_a_duplicate(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let again = an_assignment(world.shift(0), world.employee(0));
    let mut uow = world.begin().await;
    assert_refused!(uow.assignments().insert(&again, world.now).await, StoreError::Duplicate("employee_id"));
    let next = an_assignment(world.shift(1), world.employee(0));
    uow.assignments().insert(&next, world.now).await.unwrap();
    uow.commit().await.unwrap();
}

/// An assignment cannot be given to someone who works then, nor be moved to a shift at which its employee works.
pub async fn an_assignment_cannot_be_moved_onto_another(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let overlapping = shift_at(&world, 400, 500).await;
    let theirs = world.add(&an_assignment(&overlapping, world.employee(1))).await;
    let to_first = an_assignment(&overlapping, world.employee(0));
    assert_refused!(world.try_replace(&theirs, &to_first).await, StoreError::Conflict);
    let moved = world.try_replace(&world.assignment, &an_assignment(world.shift(1), world.employee(0))).await.unwrap();
    assert_refused!(world.try_replace(&theirs, &to_first).await, StoreError::Conflict);
    world.try_remove(&moved).await.unwrap();
    world.try_replace(&theirs, &to_first).await.unwrap();
}

/// When a shift moves, the spans of its assignments move along.
pub async fn a_shift_takes_its_assignments_along(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let shift = world.shift(0);
    let (starts_at, ends_at) = (shift.starts_at + 30.minutes(), shift.ends_at + 2.hours());
    world.try_replace(shift, &Shift { starts_at, ends_at, ..shift.value.clone() }).await.unwrap();
    let moved = world.find::<Assignment>(world.assignment.id).await.unwrap();
    assert_eq!((moved.starts_at, moved.ends_at), (starts_at, ends_at));
    // What counts from now on is where it lies now.
    let freed = shift_at(&world, -60, 30).await;
    world.add(&an_assignment(&freed, world.employee(0))).await;
    let refused = world.try_add(&an_assignment(world.shift(1), world.employee(0))).await;
    assert_refused!(refused, StoreError::Conflict);
}

/// A shift cannot be moved to where one of its people works already; to where others work it can.
pub async fn a_shift_cannot_be_moved_onto_another_assignment(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    world.add(&an_assignment(world.shift(0), world.employee(1))).await;
    world.add(&an_assignment(world.shift(2), world.employee(1))).await;
    world.add(&an_assignment(world.shift(4), world.employee(2))).await;
    let shift = world.shift(0);
    let moved_to = |n: usize| Shift {
        starts_at: world.shift(n).starts_at - 1.hour(),
        ends_at: world.shift(n).ends_at - 1.hour(),
        ..shift.value.clone()
    };
    assert_refused!(world.try_replace(shift, &moved_to(2)).await, StoreError::Conflict);
    assert_eq!(world.find::<Assignment>(world.assignment.id).await.as_ref(), Some(&world.assignment));
    world.try_replace(shift, &moved_to(4)).await.unwrap();
}

/// An assignment's span is its shift's, or it is not stored.
pub async fn a_span_that_is_not_the_shifts_is_refused(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let right = an_assignment(world.shift(3), world.employee(0));
    let wrong = Assignment { ends_at: right.ends_at - 1.minute(), ..right.clone() };
    assert_refused!(world.try_add(&wrong).await, StoreError::Reference(_));
    world.add(&right).await;
}

/// Days and midnights mean nothing to an overlap.
pub async fn a_crossing_of_midnight_counts(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let night = shift_at(&world, 22 * 60, 30 * 60).await;
    world.add(&an_assignment(&night, world.employee(0))).await;
    let early = shift_at(&world, 29 * 60, 37 * 60).await;
    assert_refused!(world.try_add(&an_assignment(&early, world.employee(0))).await, StoreError::Conflict);
    let late = shift_at(&world, 30 * 60, 38 * 60).await;
    world.add(&an_assignment(&late, world.employee(0))).await;
}

/// Many rows at once are answered in the order given, and none is stored when one cannot be.
pub async fn insert_many_keeps_the_order_and_is_all_or_nothing(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut uow = world.begin().await;
    let shifts: Vec<Shift> =
        [40, 38, 39].map(|n| a_shift(world.schedule.id, world.site.id, world.position.id, nth_start(n))).to_vec();
    let shifts_in = uow.shifts().insert_many(&shifts, world.now).await.unwrap();
    assert_eq!(shifts_in.iter().map(|shift| &shift.value).collect::<Vec<_>>(), shifts.iter().collect::<Vec<_>>());
    let crew: Vec<Assignment> = shifts_in.iter().rev().map(|shift| an_assignment(shift, world.employee(2))).collect();
    let crew_in = uow.assignments().insert_many(&crew, world.now).await.unwrap();
    assert_eq!(crew_in.iter().map(|one| &one.value).collect::<Vec<_>>(), crew.iter().collect::<Vec<_>>());
    assert!(uow.shifts().insert_many(&[], world.now).await.unwrap().is_empty());
    assert!(uow.assignments().insert_many(&[], world.now).await.unwrap().is_empty());
    uow.commit().await.unwrap();

    let batch = [an_assignment(world.shift(5), world.employee(3)), crew[0].clone()];
    let mut uow = world.begin().await;
    assert_refused!(uow.assignments().insert_many(&batch, world.now).await, StoreError::Duplicate(_));
    uow.commit().await.unwrap();
    let of_fourth = AssignmentFilter { employee_ids: Some(vec![world.employee(3)]), ..AssignmentFilter::default() };
    assert_eq!(world.list_all::<Assignment>(&of_fourth).await, []);
}

/// Removing many passes over ids that are not there and counts those that were.
pub async fn delete_many_passes_over_what_is_not_there(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    let other = world.add(&an_assignment(world.shift(1), world.employee(0))).await;
    let kept = world.add(&an_assignment(world.shift(2), world.employee(0))).await;
    let never = AssignmentId::try_new(987_654_321).unwrap();
    let mut uow = world.begin().await;
    let ids = [world.assignment.id, never, other.id, theirs.assignment.id];
    assert_eq!(uow.assignments().delete_many(&ids).await.unwrap(), 2);
    assert_eq!(uow.assignments().delete_many(&[]).await.unwrap(), 0);
    assert_eq!(uow.shifts().delete_many(&[world.shift(7).id, theirs.shift(7).id]).await.unwrap(), 1);
    uow.commit().await.unwrap();
    assert_eq!(world.list_all::<Assignment>(&AssignmentFilter::default()).await, [kept]);
    assert!(theirs.find::<Assignment>(theirs.assignment.id).await.is_some());
}

/// Of a thousand assignments of one employee to overlapping shifts, from 64 clients at once, one is stored. To all
/// others it is a conflict.
pub async fn of_a_thousand_racing_overlaps_one_is_stored(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let shifts: Vec<Shift> = (0..1000)
        .map(|n| Shift {
            starts_at: nth_start(40) + SignedDuration::from_millis(n),
            ..a_shift(world.schedule.id, world.site.id, world.position.id, nth_start(40))
        })
        .collect();
    let mut uow = world.begin().await;
    let shifts = uow.shifts().insert_many(&shifts, world.now).await.unwrap();
    uow.commit().await.unwrap();

    let clients = Arc::new(Semaphore::new(64));
    let racers: Vec<_> = shifts
        .into_iter()
        .map(|shift| {
            let (world, clients) = (Arc::clone(&world), Arc::clone(&clients));
            tokio::spawn(async move {
                let _client = clients.acquire().await.unwrap();
                world.try_add(&an_assignment(&shift, world.employee(3))).await
            })
        })
        .collect();
    let (mut stored, mut conflicts) = (0, 0);
    for racer in racers {
        match racer.await.unwrap() {
            Ok(_) => stored += 1,
            Err(StoreError::Conflict) => conflicts += 1,
            Err(error) => panic!("expected a conflict, got {error:?}"),
        }
    }
    assert_eq!((stored, conflicts), (1, 999));
}
