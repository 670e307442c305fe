//! Who works there: terms, skills, and when they can.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday, time};
use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg64Mcg;
use scheduling_domain::roster::AvailabilityKind;
use scheduling_domain::time::Weekdays;

use super::company::{Company, SHIFTS, TEAMS, skill};
use super::names::{self, Name};

/// Someone who works there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hire {
    pub(super) name: Name,
    pub(super) team: usize,
    pub(super) full_time: bool,
    pub(super) is_manager: bool,
    pub(super) hired_on: Date,
    /// Pay of an hour in the smallest unit of the site's currency.
    pub(super) hourly_rate: i64,
    pub(super) phone: String,
    pub(super) grants: Vec<Grant>,
    pub(super) statements: Vec<Statement>,
}

/// A skill someone holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) skill: usize,
    pub(super) valid_from: Date,
    pub(super) valid_until: Option<Date>,
    pub(super) evidence: String,
}

/// What someone says of their time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) kind: AvailabilityKind,
    pub(super) weekdays: Weekdays,
    pub(super) hours: Option<(Time, Time)>,
    pub(super) valid_from: Date,
    pub(super) valid_until: Option<Date>,
    pub(super) weight: u32,
    /// Place of the shift in the company's list.
    pub(super) shift: Option<usize>,
    pub(super) note: &'static str,
}

/// Seeded chance: the same numbers on every machine.
pub(super) struct Chance(Pcg64Mcg);

impl Chance {
    /// A number from 0 to `bound - 1`; 0 when there is none.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        self.0.next_u32().checked_rem(bound).unwrap_or(0)
    }

    /// Happens in `percent` of all cases.
    fn happens(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    #[expect(clippy::indexing_slicing, reason = "a list of names is never empty, and the place lies below its length")]
    pub(super) fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        let bound = u32::try_from(list.len()).unwrap_or(u32::MAX);
        list[usize::try_from(self.below(bound)).unwrap_or(0)]
    }
}

/// Everybody, team by team; each team's first is its manager.
pub(super) fn hire(seed: u64, first: Date) -> Vec<Hire> {
    let mut chance = Chance(Pcg64Mcg::seed_from_u64(seed));
    let mut taken = BTreeSet::new();
    let mut people = Vec::new();
    for (team, plan) in TEAMS.iter().enumerate() {
        for place in 0..plan.full_time + plan.part_time {
            // One in six has a name of the other language.
            let chinese = (plan.site == 0) != chance.happens(16);
            let name = names::pick(&mut chance, chinese, &mut taken);
            let full_time = place < plan.full_time;
            let hired_on = days_before(first, 60 + i64::from(chance.below(3_000)));
            let mut someone = Hire {
                name,
                team,
                full_time,
                is_manager: place == 0,
                hired_on,
                hourly_rate: hourly_rate(&mut chance, plan.site, full_time),
                phone: phone(&mut chance, plan.site),
                grants: Vec::new(),
                statements: Vec::new(),
            };
            someone.grants = grants(&mut chance, team, place, hired_on, first);
            someone.statements = statements(&mut chance, &someone, place, first);
            people.push(someone);
        }
    }
    people
}

fn hourly_rate(chance: &mut Chance, site: usize, full_time: bool) -> i64 {
    let (base, steps, step) = if site == 0 { (5_200, 12, 250) } else { (3_400, 10, 175) };
    base + i64::from(chance.below(steps)) * step + if full_time { step } else { 0 }
}

fn phone(chance: &mut Chance, site: usize) -> String {
    let number = chance.below(10_000);
    // Numbers that are kept free for fiction and tests.
    if site == 0 { format!("+86 100 0000 {number:04}") } else { format!("+1 415 555 01{:02}", number % 100) }
}

/// Skills by team. Certificates end some day; a few of them within the demand's four weeks.
fn grants(chance: &mut Chance, team: usize, place: usize, hired_on: Date, first: Date) -> Vec<Grant> {
    let mut held = Vec::new();
    let mut add = |chance: &mut Chance, skill: usize, life_days: Option<i64>, prefix: &str, ends_soon: bool| {
        let valid_until = life_days.map(|life| {
            let left = if ends_soon { 10 + i64::from(chance.below(12)) } else { 40 + i64::from(chance.below(500)) };
            first.saturating_add(left.min(life).days())
        });
        let valid_from = match (valid_until, life_days) {
            (Some(until), Some(life)) => days_before(until, life),
            _ => hired_on,
        };
        let evidence = format!("{prefix}-{:06}", chance.below(1_000_000));
        held.push(Grant { skill, valid_from, valid_until, evidence });
    };
    // The last two of the full-timers let a certificate run out unless somebody tells them.
    let is_late = place == 10 || place == 11;
    match team {
        0 => {
            add(chance, skill::NURSE, Some(5 * 365), "RN", false);
            if place < 7 {
                add(chance, skill::CHARGE, None, "CN", false);
            }
            if chance.happens(30) {
                add(chance, skill::LIFE_SUPPORT, Some(2 * 365), "ALS", false);
            }
        }
        1 => {
            add(chance, skill::NURSE, Some(5 * 365), "RN", false);
            add(chance, skill::LIFE_SUPPORT, Some(2 * 365), "ALS", is_late);
        }
        _ => {
            add(chance, skill::TRIAGE, Some(365), "TT", is_late);
            if place.is_multiple_of(3) {
                add(chance, skill::MANDARIN, None, "ZH", false);
            }
        }
    }
    held
}

fn statements(chance: &mut Chance, someone: &Hire, place: usize, first: Date) -> Vec<Statement> {
    let base = Statement {
        kind: AvailabilityKind::Unavailable,
        weekdays: Weekdays::ALL,
        hours: None,
        valid_from: someone.hired_on,
        valid_until: None,
        weight: 0,
        shift: None,
        note: "",
    };
    let mut said = Vec::new();
    if !someone.full_time && chance.happens(40) {
        let lectures = [Weekday::Tuesday, Weekday::Thursday].into_iter().collect();
        let hours = Some((time(8, 0, 0, 0), time(13, 0, 0, 0)));
        said.push(Statement { weekdays: lectures, hours, note: "上课 Lectures", ..base.clone() });
    }
    if chance.happens(12) {
        let hours = Some((time(20, 0, 0, 0), time(6, 0, 0, 0)));
        said.push(Statement { hours, note: "照顾孩子 Child care", ..base.clone() });
    }
    // Two of each team are on leave for some days, in different weeks.
    if place == 4 || place == 9 {
        let week = if place == 4 { 0 } else { 2 } + i64::from(chance.below(2));
        let starts_on = first.saturating_add((week * 7).days());
        let last = starts_on.saturating_add((3 + i64::from(chance.below(4))).days());
        let note = "年假 Annual leave";
        said.push(Statement { valid_from: starts_on, valid_until: Some(last), note, ..base.clone() });
    }
    if chance.happens(35) {
        let kind = AvailabilityKind::Unpreferred;
        let weekdays = Weekdays::SATURDAY_SUNDAY;
        said.push(Statement {
            kind, weekdays, weight: 5, note: "周末陪家人 Weekends with family", ..base.clone()
        });
    }
    if chance.happens(30) {
        let own: Vec<usize> =
            SHIFTS.iter().enumerate().filter(|(_, plan)| plan.team == someone.team).map(|(place, _)| place).collect();
        let valid_until = Some(first.saturating_add((Company::WEEKS * 7 - 1).days()));
        said.push(Statement {
            kind: if chance.happens(60) { AvailabilityKind::Preferred } else { AvailabilityKind::Unpreferred },
            weekdays: [chance.one_of(&[Weekday::Monday, Weekday::Wednesday, Weekday::Friday])].into_iter().collect(),
            valid_from: first,
            valid_until,
            weight: 1 + chance.below(9),
            shift: Some(chance.one_of(&own)),
            note: "个人意愿 Personal wish",
            ..base
        });
    }
    said
}

fn days_before(on: Date, days: i64) -> Date {
    on.saturating_sub(days.days())
}
