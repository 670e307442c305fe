//! Nothing points at nothing, nor across organizations.

use std::sync::Arc;

use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::position::Position;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::user::{Role, User};

use crate::build::{a_position, a_shift, a_shift_template, a_skill, a_team, a_user, nth_start};
use crate::sample::Sample;
use crate::store::{assert_refused, for_every_entity};
use crate::world::{References, World};

/// A reference to a row that is not there is refused, at insert and at update, one at a time and in lists.
pub async fn a_reference_to_nothing_is_refused(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let missing = References::missing();
    for_every_entity!(refuses(&world, &missing));
}

/// A reference to a row of another organization is refused as if it were not there.
pub async fn a_reference_into_another_organization_is_refused(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await.references();
    for_every_entity!(refuses(&world, &theirs));
}

async fn refuses<T: Sample>(world: &World, elsewhere: &References) {
    let record = world.add(&T::sample(world, 0)).await;
    for value in T::referring(world, elsewhere) {
        assert_refused!(world.try_add(&value).await, StoreError::Reference(_));
        assert_refused!(world.try_replace(&record, &value).await, StoreError::Reference(_));
    }
    assert_eq!(world.find::<T>(record.id).await, Some(record));
}

/// A row that another one points at cannot be removed.
pub async fn a_row_that_is_pointed_at_stays(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    stays(&world, &world.site).await;
    stays(&world, &world.rule_set).await;
    stays(&world, &world.team).await;
    stays(&world, &world.skill).await;
    stays(&world, &world.position).await;
    stays(&world, &world.user).await;
    stays(&world, &world.employees[0]).await;
    stays(&world, &world.template).await;
    stays(&world, &world.schedule).await;
    stays(&world, &world.shifts[0]).await;
    let mut uow = world.begin().await;
    let refused = uow.shifts().delete_many(&[world.shift(7).id, world.shift(0).id]).await;
    assert_refused!(refused, StoreError::Reference(_));
    uow.rollback().await.unwrap();
    assert_eq!(world.find::<Shift>(world.shift(7).id).await.as_ref(), Some(world.shift(7)));
}

async fn stays<T: Entity>(world: &World, record: &Record<T>) {
    assert_refused!(world.try_remove(record).await, StoreError::Reference(_));
    assert_eq!(world.find::<T>(record.id).await.as_ref(), Some(record));
}

/// A skill that only a position, a template or a shift lists cannot be removed; once it is listed nowhere, it can.
pub async fn a_skill_that_is_only_listed_stays(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let [in_position, in_template, in_shift] = ["p", "t", "s"].map(a_skill);
    let (in_position, in_template, in_shift) =
        (world.add(&in_position).await, world.add(&in_template).await, world.add(&in_shift).await);
    let plain = a_position("listing");
    let position = world.add(&Position { skill_ids: vec![world.skill.id, in_position.id], ..plain.clone() }).await;
    let template = a_shift_template("L", world.site.id, world.position.id);
    world.add(&ShiftTemplate { skill_ids: vec![in_template.id], ..template }).await;
    let shift = a_shift(world.schedule.id, world.site.id, world.position.id, nth_start(30));
    world.add(&Shift { skill_ids: vec![in_shift.id], ..shift }).await;
    for skill in [&in_position, &in_template, &in_shift] {
        stays(&world, skill).await;
    }
    world.try_replace(&position, &plain).await.unwrap();
    world.try_remove(&in_position).await.unwrap();
}

/// A team that only a manager's account lists cannot be removed.
pub async fn a_team_that_is_only_listed_stays(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let team = world.add(&a_team("Managed", world.site.id)).await;
    let plain = User { role: Role::Manager, ..a_user("manager") };
    let manager = world.add(&User { team_ids: vec![world.team.id, team.id], ..plain.clone() }).await;
    stays(&world, &team).await;
    world.try_replace(&manager, &plain).await.unwrap();
    world.try_remove(&team).await.unwrap();
}

/// Once nothing points at a row any more, it can be removed: a whole world goes, leaves first.
pub async fn rows_can_be_removed_from_the_leaves_inward(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    world.try_remove(&world.optimization).await.unwrap();
    world.try_remove(&world.assignment).await.unwrap();
    for shift in &world.shifts {
        world.try_remove(shift).await.unwrap();
    }
    world.try_remove(&world.schedule).await.unwrap();
    world.try_remove(&world.demand).await.unwrap();
    world.try_remove(&world.availability).await.unwrap();
    world.try_remove(&world.template).await.unwrap();
    world.try_remove(&world.contract).await.unwrap();
    world.try_remove(&world.skill_grant).await.unwrap();
    for employee in &world.employees {
        world.try_remove(employee).await.unwrap();
    }
    world.try_remove(&world.user).await.unwrap();
    world.try_remove(&world.position).await.unwrap();
    world.try_remove(&world.skill).await.unwrap();
    world.try_remove(&world.team).await.unwrap();
    world.try_remove(&world.rule_set).await.unwrap();
    world.try_remove(&world.site).await.unwrap();
}
