//! What is cached, how long, and what ends it.

use std::time::Duration;

use scheduling_domain::assignment::Assignment;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::ports::{CacheFamily, DEFAULT_CACHE_EXPIRY};
use scheduling_domain::position::Position;
use scheduling_domain::record::Entity;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use scheduling_domain::user::User;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Sites, one by one and as pages of lists.
pub static SITES: CacheFamily = records("sites", &[Site::KIND]);
/// Teams, likewise.
pub static TEAMS: CacheFamily = records("teams", &[Team::KIND]);
/// Positions, likewise.
pub static POSITIONS: CacheFamily = records("positions", &[Position::KIND]);
/// Skills, likewise.
pub static SKILLS: CacheFamily = records("skills", &[Skill::KIND]);
/// Shift templates, likewise.
pub static SHIFT_TEMPLATES: CacheFamily = records("shift_templates", &[ShiftTemplate::KIND]);
/// Accounts, likewise; never what they sign in with.
pub static USERS: CacheFamily = records("users", &[User::KIND]);
/// The newest publication of each schedule, with the schedule. Whoever publishes writes the schedule, too.
pub static ROSTERS: CacheFamily = records("rosters", &[Schedule::KIND]);

/// What the rules say of each draft: made from all that a roster is made from.
pub static REPORTS: CacheFamily = CacheFamily {
    name: "reports",
    schema: 1,
    kinds: &[
        Assignment::KIND,
        Availability::KIND,
        Contract::KIND,
        Demand::KIND,
        Employee::KIND,
        Position::KIND,
        RuleSet::KIND,
        Schedule::KIND,
        Shift::KIND,
        ShiftTemplate::KIND,
        Site::KIND,
        Skill::KIND,
        SkillGrant::KIND,
        Team::KIND,
    ],
    fresh: Duration::from_secs(300),
    stale: Duration::from_secs(300),
};

/// Every family. Raise its `schema` whenever the form of its values changes.
pub static ALL: [&CacheFamily; 8] = [&SITES, &TEAMS, &POSITIONS, &SKILLS, &SHIFT_TEMPLATES, &USERS, &ROSTERS, &REPORTS];

const fn records(name: &'static str, kinds: &'static [&'static str]) -> CacheFamily {
    CacheFamily { name, schema: 1, kinds, fresh: DEFAULT_CACHE_EXPIRY, stale: Duration::ZERO }
}

/// A kind of row that is read through the cache.
pub(super) trait Cached:
    Entity<Id: Serialize + DeserializeOwned, Filter: Serialize> + Serialize + DeserializeOwned
{
    /// Where it is kept.
    fn family() -> &'static CacheFamily;
}

macro_rules! cached {
    ($($entity:ty: $family:ident),+ $(,)?) => {$(
        impl Cached for $entity {
            fn family() -> &'static CacheFamily {
                &$family
            }
        }
    )+};
}

cached! {
    Site: SITES,
    Team: TEAMS,
    Position: POSITIONS,
    Skill: SKILLS,
    ShiftTemplate: SHIFT_TEMPLATES,
    User: USERS,
}
