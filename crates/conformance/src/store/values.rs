//! What is stored comes back to the last letter and microsecond.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use scheduling_domain::employee::Employee;
use scheduling_domain::ports::Store;
use scheduling_domain::shift::Shift;
use scheduling_domain::site::{Site, SiteFilter};
use scheduling_domain::skill::{Skill, SkillGrant};

use crate::build::{a_shift, a_site, a_skill, a_skill_grant, an_employee, day, instant};
use crate::strategies::{a_day, a_name, an_instant, examples};
use crate::world::World;

/// Names in any script come back as they were, and a search for all of one finds it.
pub async fn names_in_any_script_survive(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let fixed = ["王小明", "Zoë Ångström", "مريم", "👩🏽‍⚕️ nurse", "Ⅻ", "a'b\"c\\d;--", "ﬁ", "e\u{301}", "é"];
    let mut names: Vec<String> = fixed.map(str::to_owned).to_vec();
    names.extend(examples(&a_name(), 100));
    for name in names {
        // Some of the made-up names may be equal to one before.
        let Ok(site) = world.try_add(&a_site(&name)).await else { continue };
        assert_eq!(world.find::<Site>(site.id).await.unwrap().name, name);
        let filter = SiteFilter { search: Some(name.clone()) };
        assert!(world.list_all::<Site>(&filter).await.contains(&site), "searching for {name:?}");
    }
}

/// Instants come back to the microsecond, from year 1 to year 9999, and order rightly.
pub async fn instants_keep_their_microseconds(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut starts = vec![
        instant("0001-01-01T00:00:00Z"),
        instant("1969-12-31T23:59:59.999999Z"),
        Timestamp::UNIX_EPOCH,
        instant("2026-03-29T00:59:59.000001Z"),
        instant("9999-12-29T23:59:59.999999Z"),
    ];
    starts.extend(examples(&an_instant(), 60));
    for starts_at in starts {
        let shift = a_shift(world.schedule.id, world.site.id, world.position.id, starts_at);
        let stored = world.add(&shift).await;
        assert_eq!(world.find::<Shift>(stored.id).await.unwrap().value, shift);
        let mut uow = world.begin().await;
        let skill = uow.skills().insert(&a_skill("now"), starts_at).await.unwrap();
        assert_eq!((skill.created_at, skill.updated_at), (starts_at, starts_at));
        let updated = uow.skills().update(skill.id, skill.version, &a_skill("then"), starts_at + 1.microsecond()).await;
        assert_eq!(updated.unwrap().updated_at, starts_at + 1.microsecond());
        uow.rollback().await.unwrap();
    }
    let listed = world.list_all::<Shift>(&scheduling_domain::shift::ShiftFilter::default()).await;
    assert!(listed.is_sorted_by_key(|shift| (shift.starts_at, shift.id)));
}

/// Days come back from year 1 to year 9999.
pub async fn days_survive(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut days = vec![day("0001-01-01"), day("1970-01-01"), day("2024-02-29"), day("9999-12-31")];
    days.extend(examples(&a_day(), 60));
    for valid_from in days {
        let grant = SkillGrant {
            valid_from,
            valid_until: Some(valid_from),
            ..a_skill_grant(world.employee(0), world.skill.id)
        };
        let stored = world.add(&grant).await;
        assert_eq!(world.find::<SkillGrant>(stored.id).await.unwrap().value, grant);
    }
}

/// Texts as long as the domain allows come back whole.
pub async fn long_texts_survive(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let skill = Skill { description: "长".repeat(500), ..a_skill(&"名".repeat(100)) };
    let stored = world.add(&skill).await;
    assert_eq!(world.find::<Skill>(stored.id).await.unwrap().value, skill);
    let employee = Employee { full_name: "🧑".repeat(100), ..an_employee(&"9".repeat(40), world.team.id) };
    let stored = world.add(&employee).await;
    assert_eq!(world.find::<Employee>(stored.id).await.unwrap().value, employee);
}
