//! A [`Problem`] as dense tables.
//!
//! A row is a person, a cell is a person on a working day, and what a cell holds is one of the day's *columns*: off
//! (always column 0) or one of the day's shifts. Everything a rule asks is turned into one of five tables, each in its
//! own file, and from then on the search knows nothing of rules:
//!
//! | table | asks | from |
//! |---|---|---|
//! | [`cells`] | may this person have this column on this day, and at what cost | days off, skills, availability, wishes, minutes per day |
//! | [`cover`] | what does a number of heads cost a column | heads |
//! | [`pairs`], [`rests`] | what do two columns near each other in a row cost | overlap, rest, successions |
//! | [`sums`] | is a sum over a window of days within its bounds | minutes, shifts per template |
//! | [`runs`], [`weekends`] | how long are runs of work and of rest, how many weekends have work | the rules so named |
//!
//! A person has one column a day. Given placements may hold more than one shift on a day; such a day becomes a column
//! of its own that only this person has.

pub(crate) mod cells;
pub(crate) mod columns;
pub(crate) mod cover;
pub(crate) mod given;
pub(crate) mod pairs;
mod rests;
pub(crate) mod runs;
pub(crate) mod scope;
pub(crate) mod sums;
pub(crate) mod weekends;

use scheduling_domain::roster::Problem;
use scheduling_domain::rules::{Rule, RuleKind, Verdict};

use crate::error::SolveError;
use crate::solution::{STEP, Score};

pub(crate) use cells::Cells;
pub(crate) use columns::{Columns, OFF};
pub(crate) use cover::Cover;
pub(crate) use given::Given;
pub(crate) use pairs::Pairs;
pub(crate) use runs::Runs;
pub(crate) use scope::Masks;
pub(crate) use sums::Sums;
pub(crate) use weekends::Weekends;

/// The biggest weight that is accepted.
const WEIGHT_LIMIT: i64 = 1_000_000_000;

/// What all costs may add up to. The search counts in 1024ths of a point, in 64 bits.
const COST_LIMIT: i64 = 1 << 52;

/// Everything the search needs to know.
pub(crate) struct Tables {
    pub(crate) people: usize,
    pub(crate) days: usize,
    pub(crate) masks: Masks,
    pub(crate) columns: Columns,
    pub(crate) cells: Cells,
    pub(crate) cover: Cover,
    pub(crate) pairs: Pairs,
    pub(crate) sums: Sums,
    pub(crate) runs: Runs,
    pub(crate) weekends: Weekends,
}

impl Tables {
    /// Tables for `problem`, in which what is given stays as it is.
    pub(crate) fn compile(problem: &Problem, given: &Given) -> Result<Self, SolveError> {
        check_weights(problem, given)?;
        let columns = Columns::lay_out(problem, given)?;
        let bindings = scope::Bindings::of(problem);
        let pairs = Pairs::compile(problem, &columns, &bindings);
        let sums = Sums::compile(problem, &columns, &bindings);
        let mut masks = Masks::new(problem, &columns);
        let runs = Runs::compile(problem, &columns, &bindings, &mut masks);
        let weekends = Weekends::compile(problem, &columns, &bindings, &mut masks);
        let cells = Cells::compile(problem, given, &columns, &bindings);
        let cover = Cover::compile(problem, given, &columns);
        Ok(Self {
            people: problem.people.len(),
            days: columns.days(),
            masks,
            columns,
            cells,
            cover,
            pairs,
            sums,
            runs,
            weekends,
        })
    }

    /// Position of a cell in tables of cells.
    #[inline]
    pub(crate) fn cell(&self, person: usize, day: usize) -> usize {
        person * self.days + day
    }
}

/// What one unit of a breach of `rule` costs, where a blocking unit counts as `hard`.
pub(crate) fn unit(rule: &Rule, hard: i64) -> Score {
    match rule.verdict {
        Verdict::Block => Score::of_hard(hard),
        Verdict::Cost | Verdict::Consent => Score::of_soft(rule.weight),
        Verdict::Warn => Score::ZERO,
    }
}

/// Refuses weights below zero, and weights so big that a sum of costs could overflow.
fn check_weights(problem: &Problem, given: &Given) -> Result<(), SolveError> {
    let mut most: i64 = 0;
    let mut add = |weight: i64, times: usize, place: &dyn Fn() -> String| {
        if !(0..=WEIGHT_LIMIT).contains(&weight) {
            return Err(SolveError::WeightOutOfRange { weight, place: place(), limit: WEIGHT_LIMIT });
        }
        most = most.saturating_add(weight.saturating_mul(i64::try_from(times).unwrap_or(i64::MAX)));
        Ok(())
    };
    let people = problem.people.len();
    let days = people.saturating_mul(given.days);
    for (index, rule) in problem.rules.iter().enumerate() {
        add(rule.weight, days.saturating_mul(breach_of_a_day(&rule.kind)), &|| format!("rule {index} ({})", rule.key))?;
    }
    for (index, shift) in problem.shifts.iter().enumerate() {
        add(shift.heads.under_weight, usize::from(shift.heads.target), &|| format!("heads of shift {index}"))?;
        add(shift.heads.over_weight, people, &|| format!("heads of shift {index}"))?;
    }
    for (index, person) in problem.people.iter().enumerate() {
        for span in &person.availability {
            add(span.weight, 1, &|| format!("availability of person {index}"))?;
        }
    }
    if most > COST_LIMIT { Err(SolveError::CostsTooLarge { limit: COST_LIMIT }) } else { Ok(()) }
}

/// By how much a person can break a kind of rule on a day, at most about.
///
/// Every kind is named here on purpose: one that the tables do not hold must not be ignored.
fn breach_of_a_day(kind: &RuleKind) -> usize {
    match kind {
        RuleKind::Overlap
        | RuleKind::RestBetweenShifts { .. }
        | RuleKind::MinutesPerPeriod { .. }
        | RuleKind::Availability => 24 * 60,
        RuleKind::ForbiddenSuccession { .. }
        | RuleKind::ShiftsPerTemplate { .. }
        | RuleKind::ConsecutiveWorkingDays { .. }
        | RuleKind::ConsecutiveDaysOff { .. }
        | RuleKind::WeekendsWorked { .. }
        | RuleKind::DaysOff { .. }
        | RuleKind::SkillValid
        | RuleKind::HeadsPerShift
        | RuleKind::Requests => 1,
    }
}
