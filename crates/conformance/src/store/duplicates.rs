//! What only one row may have.

use std::sync::Arc;

use scheduling_domain::contract::Contract;
use scheduling_domain::employee::Employee;
use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::record::Entity;
use scheduling_domain::roster::Period;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::skill::{Skill, SkillFilter};
use scheduling_domain::user::User;

use crate::build::{
    a_contract, a_position, a_rule_set, a_schedule, a_shift_template, a_site, a_skill, a_team, a_user, an_employee, day,
};
use crate::store::assert_refused;
use crate::world::World;

/// A taken value is refused at insert and at update, and named by its field.
pub async fn taken_values_are_named(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let (site, team) = (world.site.id, world.team.id);
    refuses(&world, "name", a_site("taken"), a_site("free"), a_site("taken")).await;
    refuses(&world, "name", a_team("taken", site), a_team("free", site), a_team("taken", site)).await;
    refuses(&world, "name", a_position("taken"), a_position("free"), a_position("taken")).await;
    refuses(&world, "name", a_skill("taken"), a_skill("free"), a_skill("taken")).await;
    refuses(&world, "name", a_rule_set("taken"), a_rule_set("free"), a_rule_set("taken")).await;
    let template = |code| a_shift_template(code, site, world.position.id);
    refuses(&world, "code", template("taken"), template("free"), template("taken")).await;
    let employee = |number| an_employee(number, team);
    refuses(&world, "number", employee("taken"), employee("free"), employee("taken")).await;
    let with_account = |number| Employee { user_id: Some(world.user.id), ..an_employee(number, team) };
    refuses(&world, "user_id", with_account("a1"), employee("a2"), with_account("a3")).await;
    refuses(&world, "username", a_user("taken"), a_user("free"), User { username: "TAKEN".to_owned(), ..a_user("x") })
        .await;
    let with_address = |name, email: &str| User { email: email.to_owned(), ..a_user(name) };
    refuses(&world, "email", with_address("b1", "li@Example.com"), a_user("b2"), with_address("b3", "LI@example.COM"))
        .await;
}

async fn refuses<T: Entity>(world: &World, field: &str, first: T, other: T, second: T) {
    world.add(&first).await;
    let other = world.add(&other).await;
    for refused in [world.try_add(&second).await, world.try_replace(&other, &second).await] {
        match refused {
            Err(StoreError::Duplicate(taken)) => assert_eq!(taken, field),
            refused => panic!("expected a duplicate {field} of {}, got {refused:?}", T::KIND),
        }
    }
    assert_eq!(world.find::<T>(other.id).await, Some(other));
}

/// A row can be written with its own value again, and a value given up can be taken.
pub async fn a_value_can_be_kept_and_given_away(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let kept = world.try_replace(&world.site, &world.site.value).await.unwrap();
    world.try_replace(&kept, &a_site("renamed")).await.unwrap();
    world.add(&a_site(&kept.name)).await;
    let louder = User { username: "USER".to_owned(), ..world.user.value.clone() };
    assert_eq!(world.try_replace(&world.user, &louder).await.unwrap().username, "USER");
}

/// What is unique is unique in its organization.
pub async fn values_may_repeat_in_another_organization(store: &Arc<dyn Store>) {
    // A world gives all its things the same names.
    World::build(store, "ours").await;
    World::build(store, "theirs").await;
}

/// After a duplicate the unit of work goes on as if nothing had been asked, and commits.
pub async fn after_a_duplicate_the_unit_of_work_goes_on(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut uow = world.begin().await;
    uow.skills().insert(&a_skill("before"), world.now).await.unwrap();
    assert_refused!(uow.skills().insert(&a_skill("before"), world.now).await, StoreError::Duplicate("name"));
    assert_refused!(uow.users().insert(&a_user("user"), world.now).await, StoreError::Duplicate(_));
    let last = uow.skills().insert(&a_skill("after"), world.now).await.unwrap();
    let refused = uow.skills().update(last.id, last.version, &a_skill("before"), world.now).await;
    assert_refused!(refused, StoreError::Duplicate("name"));
    uow.commit().await.unwrap();
    let names: Vec<String> =
        world.list_all::<Skill>(&SkillFilter::default()).await.into_iter().map(|skill| skill.value.name).collect();
    assert_eq!(names, ["Skill", "before", "after"]);
}

/// Contracts of one employee share no day; both their ends belong to them.
pub async fn contracts_of_an_employee_do_not_overlap(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let employee = world.employee(1);
    let contract = |from: &str, until: Option<&str>| Contract {
        starts_on: day(from),
        ends_on: until.map(day),
        ..a_contract(employee)
    };
    let first = world.add(&contract("2026-03-01", Some("2026-03-31"))).await;
    for (from, until) in [
        ("2026-03-31", None),
        ("2026-02-01", Some("2026-03-01")),
        ("2026-02-01", None),
        ("2026-03-10", Some("2026-03-11")),
        ("2026-01-01", Some("2026-12-31")),
    ] {
        assert_refused!(world.try_add(&contract(from, until)).await, StoreError::Duplicate("period"));
    }
    world.add(&contract("2026-02-01", Some("2026-02-28"))).await;
    let last = world.add(&contract("2026-04-01", None)).await;
    assert_refused!(world.try_add(&contract("2030-01-01", None)).await, StoreError::Duplicate("period"));
    let longer = world.try_replace(&first, &contract("2026-03-01", Some("2026-04-01"))).await;
    assert_refused!(longer, StoreError::Duplicate("period"));
    world.try_replace(&last, &contract("2026-04-02", None)).await.unwrap();
    world.try_replace(&first, &contract("2026-03-01", Some("2026-04-01"))).await.unwrap();
    world.add(&Contract { employee_id: world.employee(2), ..contract("2026-03-01", None) }).await;
}

/// Schedules of one team share no day; a period's end does not belong to it.
pub async fn schedules_of_a_team_do_not_overlap(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let other_team = world.add(&a_team("Other", world.site.id)).await.id;
    let schedule = |first: &str, end: &str| Schedule {
        period: Period { first: day(first), end: day(end) },
        ..a_schedule(other_team)
    };
    let first = world.add(&schedule("2026-03-02", "2026-03-30")).await;
    for (from, end) in [
        ("2026-03-29", "2026-04-01"),
        ("2026-02-01", "2026-03-03"),
        ("2026-03-02", "2026-03-30"),
        ("2026-01-01", "2027-01-01"),
    ] {
        assert_refused!(world.try_add(&schedule(from, end)).await, StoreError::Duplicate("period"));
    }
    let next = world.add(&schedule("2026-03-30", "2026-04-27")).await;
    world.add(&schedule("2026-02-02", "2026-03-02")).await;
    let earlier = world.try_replace(&next, &schedule("2026-03-29", "2026-04-27")).await;
    assert_refused!(earlier, StoreError::Duplicate("period"));
    world.try_replace(&first, &schedule("2026-03-02", "2026-03-29")).await.unwrap();
    world.try_replace(&next, &schedule("2026-03-29", "2026-04-27")).await.unwrap();
}

/// Of many who insert the same name at once, one is stored; to the others it is a duplicate, or worth another try.
pub async fn of_racing_duplicates_one_is_stored(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let racers: Vec<_> = (0..16)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.try_add(&a_skill("raced")).await })
        })
        .collect();
    let mut stored = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Ok(_) => stored += 1,
            Err(StoreError::Duplicate("name") | StoreError::Conflict) => {}
            Err(error) => panic!("expected a duplicate, got {error:?}"),
        }
    }
    assert_eq!(stored, 1);
}
