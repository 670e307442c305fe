use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::id::{EmployeeId, PositionId, ShiftId, ShiftTemplateId, SiteId, SkillId};
use crate::rules::Rule;
use crate::time::Interval;

/// Position of a person in [`Problem::people`].
pub type PersonIndex = usize;
/// Position of a shift in [`Problem::shifts`].
pub type ShiftIndex = usize;

/// A run of working days, `[first, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first working day.
    pub first: Date,
    /// The day after the last.
    pub end: Date,
}

impl Period {
    /// Whether `on` is one of its days.
    pub fn contains(&self, on: Date) -> bool {
        self.first <= on && on < self.end
    }

    /// How many days it has; 0 when `end` is not after `first`.
    pub fn days(&self) -> i32 {
        self.first.until(self.end).map_or(0, |span| span.get_days().max(0))
    }

    /// Its days, in order.
    pub fn iter(&self) -> impl Iterator<Item = Date> + use<> {
        let end = self.end;
        std::iter::successors(Some(self.first), |on| on.tomorrow().ok()).take_while(move |on| *on < end)
    }
}

/// How days make weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// The first day of a week.
    pub week_start: Weekday,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { week_start: Weekday::Monday }
    }
}

/// Everything that decides whether a roster is legal and what it costs.
///
/// Shifts whose working day lies outside [`Self::period`] are history (or the future beyond): their placements are
/// given, pinned, and count where a rule looks across the period's edge. They have no demand of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The working days that are being planned.
    pub period: Period,
    /// How days make weeks.
    pub calendar: Calendar,
    /// Who can be rostered.
    pub people: Vec<Person>,
    /// The work, ordered by start, then id.
    pub shifts: Vec<PlannedShift>,
    /// The rules, in the order of their rule sets.
    pub rules: Vec<Rule>,
}

/// Someone who can be rostered.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The employee.
    pub id: EmployeeId,
    /// What a human calls them; an instance's own id in a benchmark.
    pub label: String,
    /// Which contracts' rules bind them; see [`crate::rules::Scope`].
    pub tags: Vec<String>,
    /// What they can do, and when that is valid.
    pub skills: Vec<SkillSpan>,
    /// When they can, cannot, wish or wish not to work, already turned into instants.
    pub availability: Vec<AvailabilitySpan>,
}

/// A skill someone holds from a day until a day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkillSpan {
    /// The skill.
    pub skill: SkillId,
    /// First valid day.
    pub from: Date,
    /// Last valid day; none for ever.
    pub until: Option<Date>,
}

/// What a span of availability says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AvailabilityKind {
    /// Can work here; where any such span is given for a working day, work outside them is a violation.
    Available,
    /// Cannot work here.
    Unavailable,
    /// Wishes to work here.
    Preferred,
    /// Wishes not to work here.
    Unpreferred,
}

/// A stretch of time, `[starts_at, ends_at)`, with what a person says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvailabilitySpan {
    /// What is said.
    pub kind: AvailabilityKind,
    /// The working day it belongs to.
    pub on: Date,
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// What it costs when a wish is not met; 0 for the two kinds that are no wishes.
    pub weight: i64,
    /// Only shifts of this template; any when absent.
    pub template: Option<ShiftTemplateId>,
}

/// How many people a shift wants, and what it costs to miss that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Heads {
    /// Fewer than this is a violation of the heads rule.
    pub min: u16,
    /// What is wanted.
    pub target: u16,
    /// More than this is a violation of the heads rule; none for no limit.
    pub max: Option<u16>,
    /// Cost of each person short of `target`.
    pub under_weight: i64,
    /// Cost of each person above `target`.
    pub over_weight: i64,
}

/// Work to be staffed, as rules see it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedShift {
    /// The shift.
    pub id: ShiftId,
    /// What a human calls it, such as its template's code.
    pub label: String,
    /// The template it was made from.
    pub template: Option<ShiftTemplateId>,
    /// The working day it belongs to.
    pub on: Date,
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Minutes that count as work (without unpaid breaks).
    pub work_minutes: u32,
    /// Where.
    pub site: SiteId,
    /// As what.
    pub position: PositionId,
    /// Skills everyone on it needs.
    pub skills: Vec<SkillId>,
    /// How many people.
    pub heads: Heads,
    /// Tags that rules and wishes select by.
    pub tags: Vec<String>,
}

/// One person on one shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placement {
    /// Who.
    pub person: PersonIndex,
    /// On what.
    pub shift: ShiftIndex,
    /// Whether the optimiser must leave it as it is.
    pub pinned: bool,
}

impl AvailabilitySpan {
    /// From start to end.
    pub fn interval(&self) -> Interval {
        Interval::new(self.starts_at, self.ends_at)
    }

    /// Whether it speaks of shifts like this one.
    pub fn is_about(&self, shift: &PlannedShift) -> bool {
        self.template.is_none() || self.template == shift.template
    }
}

impl PlannedShift {
    /// From start to end.
    pub fn interval(&self) -> Interval {
        Interval::new(self.starts_at, self.ends_at)
    }
}

impl SkillSpan {
    /// Whether the skill is valid on a day.
    pub fn covers(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }
}
