use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{SkillId, TypedId};
use crate::roster::{PersonIndex, Problem, ShiftIndex};
use crate::rules::Verdict;

/// When a violation counts.
///
/// Some rules can be mended only by adding work (a run too short, minutes too few, heads missing). A roster that is
/// being made always breaks them for a while, so they do not stop an edit; they stop a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// At every edit.
    Always,
    /// Once the roster claims to be complete.
    WhenComplete,
}

/// What limits and findings are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Minutes.
    Minutes,
    /// Working days.
    Days,
    /// Weekends.
    Weekends,
    /// Shifts.
    Shifts,
    /// People on a shift.
    Heads,
    /// Skills.
    Skills,
}

impl Unit {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Days => "days",
            Self::Weekends => "weekends",
            Self::Shifts => "shifts",
            Self::Heads => "heads",
            Self::Skills => "skills",
        }
    }
}

/// What a violation concerns beside a person and shifts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A skill that is not held.
    Skill(SkillId),
    /// A wish, by its position in the person's availability.
    Wish(usize),
}

/// One breach of one rule.
///
/// The order is that of a report: by day, then person, rule, code and shifts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Violation {
    /// First working day it concerns.
    pub first: Date,
    /// Last working day it concerns.
    pub last: Date,
    /// Whose; none when it is a shift's.
    pub person: Option<PersonIndex>,
    /// Position of the rule in the problem's list.
    pub rule: usize,
    /// Stable code, one of [`CODES`]; the message catalogues have a text for each.
    pub code: &'static str,
    /// The shifts it concerns, in order of start.
    pub shifts: Vec<ShiftIndex>,
    /// The skill or wish it concerns.
    pub subject: Option<Subject>,
    /// What the rule allows.
    pub limit: i64,
    /// What is found.
    pub actual: i64,
    /// What both are counted in.
    pub unit: Unit,
    /// What it means.
    pub verdict: Verdict,
    /// When it counts.
    pub phase: Phase,
    /// Points it costs; 0 for `Block` and `Warn`.
    pub cost: i64,
}

impl Violation {
    /// By how much the limit is missed.
    pub fn by(&self) -> i64 {
        (self.actual - self.limit).abs()
    }

    /// Whether it would not be there, or be another, without this person on this shift.
    pub fn concerns(&self, person: PersonIndex, shift: ShiftIndex) -> bool {
        self.person.is_none_or(|whose| whose == person) && self.shifts.contains(&shift)
    }

    /// The named arguments of its text: `rule`, `limit`, `actual`, `by`, `unit`, `first`, `last`, `cost`, and where they
    /// apply `person`, `shift` and `other_shift` (labels of the first and last shift) and `skill` (its id).
    pub fn args(&self, problem: &Problem) -> Vec<(&'static str, String)> {
        let mut args = vec![
            ("rule", problem.rules.get(self.rule).map(|rule| rule.key.clone()).unwrap_or_default()),
            ("limit", self.limit.to_string()),
            ("actual", self.actual.to_string()),
            ("by", self.by().to_string()),
            ("unit", self.unit.as_str().to_owned()),
            ("first", self.first.to_string()),
            ("last", self.last.to_string()),
            ("cost", self.cost.to_string()),
        ];
        if let Some(person) = self.person.and_then(|index| problem.people.get(index)) {
            args.push(("person", person.label.clone()));
        }
        let label = |index: &ShiftIndex| problem.shifts.get(*index).map(|shift| shift.label.clone());
        if let Some(shift) = self.shifts.first().and_then(label) {
            args.push(("shift", shift));
        }
        if let (Some(other), true) = (self.shifts.last().and_then(label), self.shifts.len() > 1) {
            args.push(("other_shift", other));
        }
        if let Some(Subject::Skill(skill)) = self.subject {
            args.push(("skill", skill.get().to_string()));
        }
        args
    }
}

/// What follows from a set of violations for the change that makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing stands against it.
    Allowed,
    /// Allowed, at a cost or with a warning.
    Noted,
    /// Allowed with the person's consent.
    NeedsConsent,
    /// May not be.
    Blocked,
}

impl Outcome {
    /// The stable name, as stored and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Noted => "noted",
            Self::NeedsConsent => "needs_consent",
            Self::Blocked => "blocked",
        }
    }
}

macro_rules! codes {
    ($($name:ident = $code:literal;)+) => {
        /// The codes by name.
        pub(super) mod code {
            $(pub(in crate::rules) const $name: &str = $code;)+
        }

        /// Every code a violation can have; message catalogues hold a text for each.
        pub const CODES: &[&str] = &[$($code),+];
    };
}

codes! {
    OVERLAP = "overlap";
    REST_TOO_SHORT = "rest_too_short";
    FORBIDDEN_SUCCESSION = "forbidden_succession";
    MINUTES_BELOW_MIN = "minutes_below_min";
    MINUTES_ABOVE_MAX = "minutes_above_max";
    TOO_MANY_SHIFTS_OF_TEMPLATE = "too_many_shifts_of_template";
    WORK_RUN_TOO_SHORT = "work_run_too_short";
    WORK_RUN_TOO_LONG = "work_run_too_long";
    DAYS_OFF_RUN_TOO_SHORT = "days_off_run_too_short";
    TOO_MANY_WEEKENDS = "too_many_weekends";
    WORK_ON_DAY_OFF = "work_on_day_off";
    SKILL_MISSING = "skill_missing";
    SKILL_NOT_VALID = "skill_not_valid";
    UNAVAILABLE = "unavailable";
    OUTSIDE_AVAILABILITY = "outside_availability";
    HEADS_BELOW_MIN = "heads_below_min";
    HEADS_ABOVE_MAX = "heads_above_max";
    HEADS_BELOW_TARGET = "heads_below_target";
    HEADS_ABOVE_TARGET = "heads_above_target";
    WISH_TO_WORK_NOT_MET = "wish_to_work_not_met";
    WISH_NOT_TO_WORK_NOT_MET = "wish_not_to_work_not_met";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::cases::{full, problem};
    use crate::rules::{RuleKind, check};

    #[test]
    fn codes_are_distinct() {
        let mut codes = CODES.to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CODES.len());
    }

    #[test]
    fn arguments_name_rule_person_shifts_and_numbers() {
        let kind = RuleKind::RestBetweenShifts { min_minutes: 660 };
        let problem = problem(kind, &["L 01-01 14:00 480", "E 01-02 06:00 480"]);
        let report = check(&problem, &full(&problem));
        let expected = [
            ("rule", "rule"),
            ("limit", "660"),
            ("actual", "480"),
            ("by", "180"),
            ("unit", "minutes"),
            ("first", "2024-01-01"),
            ("last", "2024-01-02"),
            ("cost", "0"),
            ("person", "Ada"),
            ("shift", "L"),
            ("other_shift", "E"),
        ];
        assert_eq!(report.violations[0].args(&problem), expected.map(|(name, text)| (name, text.to_owned())));
    }
}
