//! What the company has: sites, skills, positions, teams, shifts and the heads they want.

use jiff::civil::{Date, Time, Weekday, time};
use scheduling_domain::roster::Heads;
use scheduling_domain::time::Weekdays;

use super::people::{self, Hire};

/// The company before it is written: everything points at places in these lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// The Monday with which demand begins.
    pub(super) first: Date,
    /// The people, by team.
    pub(super) people: Vec<Hire>,
}

impl Company {
    /// How many weeks of demand there are.
    pub const WEEKS: i64 = 4;

    /// The company of that seed; `first` is the Monday with which its demand begins.
    pub fn generate(seed: u64, first: Date) -> Self {
        Self { first, people: people::hire(seed, first) }
    }
}

pub(super) struct SitePlan {
    pub(super) name: &'static str,
    pub(super) time_zone: &'static str,
    pub(super) jurisdictions: &'static [&'static str],
    pub(super) address: &'static str,
    pub(super) currency: &'static str,
}

pub(super) const SITES: [SitePlan; 2] = [
    SitePlan {
        name: "上海院区 Shanghai Campus",
        time_zone: "Asia/Shanghai",
        jurisdictions: &["cn"],
        address: "上海市浦东新区张江路 88 号",
        currency: "CNY",
    },
    SitePlan {
        name: "旧金山热线 San Francisco Line",
        time_zone: "America/Los_Angeles",
        jurisdictions: &["us", "us-ca"],
        address: "455 Mission Street, San Francisco, CA 94105",
        currency: "USD",
    },
];

/// Places in [`SKILLS`].
pub(super) mod skill {
    pub(in super::super) const NURSE: usize = 0;
    pub(in super::super) const CHARGE: usize = 1;
    pub(in super::super) const LIFE_SUPPORT: usize = 2;
    pub(in super::super) const TRIAGE: usize = 3;
    pub(in super::super) const MANDARIN: usize = 4;
}

pub(super) const SKILLS: [(&str, &str); 5] = [
    ("注册护士 Registered nurse", "Licence to practise, renewed every five years"),
    ("护理组长 Charge nurse", "Leads a ward for a shift"),
    ("高级生命支持 Advanced life support", "Certificate, valid for two years"),
    ("电话分诊 Telephone triage", "Protocol training, renewed every year"),
    ("普通话 Mandarin", "Speaks with callers in Mandarin"),
];

pub(super) const POSITIONS: [(&str, &[usize]); 5] = [
    ("病房护士 Ward nurse", &[skill::NURSE]),
    ("当班组长 Charge nurse", &[skill::NURSE, skill::CHARGE]),
    ("急诊护士 Emergency nurse", &[skill::NURSE, skill::LIFE_SUPPORT]),
    ("分诊专员 Triage agent", &[skill::TRIAGE]),
    ("中文分诊专员 Mandarin triage agent", &[skill::TRIAGE, skill::MANDARIN]),
];

pub(super) struct TeamPlan {
    pub(super) name: &'static str,
    pub(super) site: usize,
    /// How many people are hired full time and part time.
    pub(super) full_time: usize,
    pub(super) part_time: usize,
}

pub(super) const TEAMS: [TeamPlan; 3] = [
    TeamPlan { name: "内科病房 Medical Ward", site: 0, full_time: 16, part_time: 8 },
    TeamPlan { name: "急诊 Emergency", site: 0, full_time: 12, part_time: 6 },
    TeamPlan { name: "分诊热线 Triage Line", site: 1, full_time: 12, part_time: 6 },
];

/// A shift by the wall clock, and how many heads it wants on workdays and at weekends.
pub(super) struct ShiftPlan {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) team: usize,
    pub(super) position: usize,
    pub(super) starts: Time,
    pub(super) ends: Time,
    pub(super) break_minutes: u32,
    pub(super) tags: &'static [&'static str],
    pub(super) heads: [u16; 2],
}

#[rustfmt::skip] // a table reads best as one
pub(super) const SHIFTS: [ShiftPlan; 10] = [
    shift("WD", "病房白班 Ward day",            0, 0, (7, 15),  30, &["day"],     [5, 4]),
    shift("WE", "病房晚班 Ward evening",        0, 0, (15, 23), 30, &["evening"], [4, 3]),
    shift("WN", "病房夜班 Ward night",          0, 0, (23, 7),  30, &["night"],   [3, 3]),
    shift("WC", "病房组长 Ward charge",         0, 1, (7, 15),  30, &["day"],     [1, 1]),
    shift("ED", "急诊白班 Emergency day",       1, 2, (8, 20),  60, &["day"],     [3, 3]),
    shift("EN", "急诊夜班 Emergency night",     1, 2, (20, 8),  60, &["night"],   [3, 2]),
    shift("TE", "热线早班 Line early",          2, 3, (6, 14),  30, &["day"],     [4, 3]),
    shift("TL", "热线晚班 Line late",           2, 3, (14, 22), 30, &["evening"], [3, 3]),
    shift("TN", "热线夜班 Line night",          2, 3, (22, 6),  30, &["night"],   [2, 2]),
    shift("TM", "热线中文班 Line Mandarin",     2, 4, (14, 22), 30, &["evening"], [1, 1]),
];

#[expect(clippy::too_many_arguments, reason = "the columns of the table above")]
const fn shift(
    code: &'static str,
    name: &'static str,
    team: usize,
    position: usize,
    hours: (i8, i8),
    break_minutes: u32,
    tags: &'static [&'static str],
    heads: [u16; 2],
) -> ShiftPlan {
    let (starts, ends) = (time(hours.0, 0, 0, 0), time(hours.1, 0, 0, 0));
    ShiftPlan { code, name, team, position, starts, ends, break_minutes, tags, heads }
}

/// Heads around a target: one fewer is still safe, from two up; two more find a chair.
pub(super) fn heads(target: u16) -> Heads {
    Heads {
        min: if target > 1 { target - 1 } else { target },
        target,
        max: Some(target + 2),
        under_weight: 100,
        over_weight: 10,
    }
}

/// Workdays and weekends, in the order of [`ShiftPlan::heads`].
pub(super) fn day_kinds() -> [Weekdays; 2] {
    let workdays = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    [workdays.into_iter().collect(), Weekdays::SATURDAY_SUNDAY]
}
