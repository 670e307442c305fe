//! Locks make the second wait and then see what the first one did.

use std::sync::Arc;

use std::time::Duration;

use scheduling_domain::assignment::AssignmentFilter;
use scheduling_domain::optimization::Optimization;
use scheduling_domain::ports::{Store, UnitOfWork};
use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use scheduling_domain::second_factor::SecondFactor;
use scheduling_domain::shift::Shift;
use scheduling_domain::user::{Role, User};
use tokio::task::JoinHandle;

use crate::build::{a_user, an_assignment};
use crate::world::World;

/// Long enough for a unit of work that does not wait to come to its end.
const A_WHILE: Duration = Duration::from_millis(100);

/// Waits for a second unit of work that must not have ended before the first one did.
async fn after_the_first<T>(first: Box<dyn UnitOfWork>, mut second: JoinHandle<T>) -> T {
    let early = tokio::time::timeout(A_WHILE, &mut second).await;
    assert!(early.is_err(), "the second unit of work did not wait");
    first.commit().await.unwrap();
    second.await.unwrap()
}

/// Who locks the same employees waits, whatever the order they are named in, and then sees the first one's rows.
pub async fn locked_employees_make_the_second_wait(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let (one, two) = (world.employee(1), world.employee(2));
    let mut first = world.begin().await;
    first.assignments().lock_employees(&[one, two]).await.unwrap();
    let second = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            let mut second = world.begin().await;
            second.assignments().lock_employees(&[two, one]).await.unwrap();
            let filter = AssignmentFilter { employee_ids: Some(vec![one]), ..AssignmentFilter::default() };
            let seen = second.assignments().list_all(&filter).await.unwrap();
            second.rollback().await.unwrap();
            seen
        }
    });
    let written = first.assignments().insert(&an_assignment(world.shift(1), one), world.now).await.unwrap();
    assert_eq!(after_the_first(first, second).await, [written]);
}

/// Who locks the same team waits, and then sees the first one's schedules.
pub async fn a_locked_team_makes_the_second_wait(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let mut first = world.begin().await;
    first.schedules().lock_team(world.team.id).await.unwrap();
    let second = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            let mut second = world.begin().await;
            second.schedules().lock_team(world.team.id).await.unwrap();
            let seen = second.schedules().list_all(&ScheduleFilter::default()).await.unwrap();
            second.rollback().await.unwrap();
            seen
        }
    });
    let value = Schedule { note: "seen".to_owned(), ..world.schedule.value.clone() };
    let (id, version) = (world.schedule.id, world.schedule.version);
    let written = first.schedules().update(id, version, &value, world.now).await.unwrap();
    assert_eq!(after_the_first(first, second).await, [written]);
}

/// A schedule is answered as the one who held it left it.
pub async fn a_locked_schedule_is_answered_as_it_stands_after_the_wait(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let id = world.schedule.id;
    let mut first = world.begin().await;
    assert_eq!(first.schedules().find_locked(id).await.unwrap().as_ref(), Some(&world.schedule));
    let second = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            let mut second = world.begin().await;
            let seen = second.schedules().find_locked(id).await.unwrap();
            second.rollback().await.unwrap();
            seen
        }
    });
    let value = Schedule { published_number: Some(1), ..world.schedule.value.clone() };
    let written = first.schedules().update(id, world.schedule.version, &value, world.now).await.unwrap();
    assert_eq!(after_the_first(first, second).await, Some(written));
}

/// A run is answered as the one who held it left it.
pub async fn a_locked_run_is_answered_as_it_stands_after_the_wait(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let id = world.optimization.id;
    let mut first = world.begin().await;
    assert_eq!(first.optimizations().find_locked(id).await.unwrap().as_ref(), Some(&world.optimization));
    let second = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            let mut second = world.begin().await;
            let seen = second.optimizations().find_locked(id).await.unwrap();
            second.rollback().await.unwrap();
            seen
        }
    });
    let value = Optimization { cancel_requested: true, ..world.optimization.value.clone() };
    let written = first.optimizations().update(id, world.optimization.version, &value, world.now).await.unwrap();
    assert_eq!(after_the_first(first, second).await, Some(written));
}

/// Who locks the same shifts waits; ids that are not there are passed over.
pub async fn locked_shifts_make_the_second_wait(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let ids = [world.shift(1).id, world.shift(0).id, crate::world::References::missing().shift];
    let mut first = world.begin().await;
    first.shifts().lock(&ids).await.unwrap();
    let second = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            let mut second = world.begin().await;
            second.shifts().lock(&ids).await.unwrap();
            let seen = second.shifts().find(ids[0]).await.unwrap();
            second.rollback().await.unwrap();
            seen
        }
    });
    let shift = world.shift(1);
    let value = Shift { label: "seen".to_owned(), ..shift.value.clone() };
    let written = first.shifts().update(shift.id, shift.version, &value, world.now).await.unwrap();
    assert_eq!(after_the_first(first, second).await, Some(written));
}

/// Two administrators who each demote the other do not leave the organization without one: the second sees that it is
/// the last.
pub async fn two_administrators_cannot_remove_each_other(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let one = world.add(&User { role: Role::Admin, ..a_user("one") }).await;
    let two = world.add(&User { role: Role::Admin, ..a_user("two") }).await;
    let mut first = world.begin().await;
    assert_eq!(first.users().lock_active_admins().await.unwrap(), [one.id, two.id]);
    let second = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            let mut second = world.begin().await;
            let seen = second.users().lock_active_admins().await.unwrap();
            second.rollback().await.unwrap();
            seen
        }
    });
    let demoted = User { role: Role::Employee, ..two.value.clone() };
    first.users().update(two.id, two.version, &demoted, world.now).await.unwrap();
    assert_eq!(after_the_first(first, second).await, [one.id]);
}

/// Who looks at the same second factor waits, and then sees the first one's step: a code is taken once.
pub async fn a_locked_second_factor_makes_the_second_wait(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let user_id = world.user.id;
    let factor = SecondFactor { user_id, sealed_secret: "sealed".to_owned(), is_confirmed: true, last_step: 7 };
    let mut uow = world.begin().await;
    uow.second_factors().put(&factor, world.now).await.unwrap();
    uow.commit().await.unwrap();
    let mut first = world.begin().await;
    first.second_factors().find_locked(user_id).await.unwrap();
    let second = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            let mut second = world.begin().await;
            let seen = second.second_factors().find_locked(user_id).await.unwrap();
            second.rollback().await.unwrap();
            seen
        }
    });
    let taken = SecondFactor { last_step: 8, ..factor };
    first.second_factors().put(&taken, world.now).await.unwrap();
    assert_eq!(after_the_first(first, second).await, Some(taken));
}
