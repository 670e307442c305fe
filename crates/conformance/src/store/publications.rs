//! What is published stays as it was.

use std::sync::Arc;

use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::schedule::{PublishedAssignment, PublishedContent, PublishedShift};

use crate::build::{a_publication, a_schedule, a_team};
use crate::store::assert_refused;
use crate::world::World;

fn full_publication(world: &World, number: u32) -> PublishedContent {
    let shifts = world.shifts[..2].iter().map(|shift| PublishedShift {
        shift_id: shift.id,
        label: "夜".to_owned(),
        site_id: shift.site_id,
        position_id: shift.position_id,
        on: shift.on,
        starts_at: shift.starts_at,
        ends_at: shift.ends_at,
        crew: vec![PublishedAssignment {
            assignment_id: world.assignment.id,
            employee_id: world.employee(0),
            full_name: "李娜".to_owned(),
        }],
    });
    PublishedContent {
        audience: world.employees.iter().map(|employee| employee.id).collect(),
        shifts: shifts.collect(),
        ..a_publication(world.schedule.id, number, world.user.id)
    }
}

/// A snapshot is found by its schedule and number, every field as it was given, by its unit of work and by the pool.
pub async fn what_is_published_is_found_again(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let schedule = world.schedule.id;
    for number in [1, 2] {
        let content = full_publication(&world, number);
        let mut uow = world.begin().await;
        let published = uow.publications().insert(&content).await.unwrap();
        assert_eq!(published.content, content);
        assert_eq!(uow.publications().find(schedule, number).await.unwrap().as_ref(), Some(&published));
        uow.commit().await.unwrap();
        let found = store.publications().find(world.organization, schedule, number).await.unwrap();
        assert_eq!(found, Some(published));
    }
    assert_eq!(store.publications().find(world.organization, schedule, 3).await.unwrap(), None);
}

/// A schedule has one publication of a number; another schedule may have its own. The unit of work goes on.
pub async fn a_number_is_given_once_for_a_schedule(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let team = world.add(&a_team("Other", world.site.id)).await.id;
    let other = world.add(&a_schedule(team)).await.id;
    let mut uow = world.begin().await;
    uow.publications().insert(&full_publication(&world, 1)).await.unwrap();
    let again = a_publication(world.schedule.id, 1, world.user.id);
    assert_refused!(uow.publications().insert(&again).await, StoreError::Duplicate("number"));
    uow.publications().insert(&a_publication(other, 1, world.user.id)).await.unwrap();
    uow.commit().await.unwrap();
    let kept = store.publications().find(world.organization, world.schedule.id, 1).await.unwrap().unwrap();
    assert_eq!(kept.content, full_publication(&world, 1));
}

/// Another organization neither finds a publication nor adds to the schedule.
pub async fn a_publication_is_not_seen_elsewhere(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    let schedule = world.schedule.id;
    let mut uow = world.begin().await;
    uow.publications().insert(&full_publication(&world, 1)).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(store.publications().find(theirs.organization, schedule, 1).await.unwrap(), None);
    let mut uow = theirs.begin().await;
    assert_eq!(uow.publications().find(schedule, 1).await.unwrap(), None);
    let foreign = a_publication(schedule, 2, theirs.user.id);
    assert_refused!(uow.publications().insert(&foreign).await, StoreError::Reference(_));
    uow.rollback().await.unwrap();
}

/// A schedule that was published cannot be removed, nor can the account that published it.
pub async fn a_published_schedule_stays(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let team = world.add(&a_team("Other", world.site.id)).await.id;
    let schedule = world.add(&a_schedule(team)).await;
    let user = world.add(&crate::build::a_user("publisher")).await;
    let mut uow = world.begin().await;
    uow.publications().insert(&a_publication(schedule.id, 1, user.id)).await.unwrap();
    uow.commit().await.unwrap();
    assert_refused!(world.try_remove(&schedule).await, StoreError::Reference(_));
    assert_refused!(world.try_remove(&user).await, StoreError::Reference(_));
}
