//! How many weekends have work.

use std::collections::HashMap;

use jiff::civil::Weekday;
use scheduling_domain::roster::Problem;
use scheduling_domain::rules::RuleKind;
use scheduling_domain::time::Weekdays;

use super::scope::{self, Bindings, Masks};
use super::{Columns, STEP, unit};
use crate::solution::Score;

/// All counts of weekends and their limits.
pub(crate) struct Weekends {
    /// By person: which count, and its limits.
    of_person: Vec<Vec<(usize, Limit)>>,
    counts: Vec<Count>,
}

/// Each weekend beyond `max` costs `unit`.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    max: i32,
    unit: Score,
}

impl Limit {
    /// What so many weekends with work cost.
    #[inline]
    pub(crate) fn cost(self, weekends: i32) -> Score {
        self.unit.times(i64::from(weekends.saturating_sub(self.max).max(0)))
    }
}

/// Something counted over a row: on which days a weekend falls and what counts as work.
pub(crate) struct Count {
    /// What counts as work.
    pub(crate) mask: usize,
    /// Each weekend's first day, and its days counted from there as bits.
    weekends: Vec<(usize, u64)>,
    /// By day, the first weekend that is not over before it.
    first_from: Vec<usize>,
}

impl Count {
    /// The weekends that a stretch of days `[first, end)` could touch.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "days come from the same horizon")]
    pub(crate) fn within(&self, first: usize, end: usize) -> impl Iterator<Item = (usize, u64)> {
        self.weekends[self.first_from[first]..].iter().copied().take_while(move |(start, _)| *start < end)
    }
}

#[expect(clippy::indexing_slicing, reason = "people and counts come from these same tables")]
impl Weekends {
    pub(crate) fn compile(problem: &Problem, columns: &Columns, bindings: &Bindings, masks: &mut Masks) -> Self {
        let mut weekends = Self { of_person: Vec::new(), counts: Vec::new() };
        let mut known: HashMap<(Weekdays, usize), usize> = HashMap::new();
        for bound in bindings.iter() {
            let mut limits = Vec::new();
            for rule in bound.iter().map(|index| &problem.rules[*index]) {
                let RuleKind::WeekendsWorked { weekend, max } = rule.kind else { continue };
                if !scope::in_force(rule, columns.date(columns.planned().1 - 1)) {
                    continue;
                }
                let mask = masks.of(rule, problem, columns);
                let count = *known.entry((weekend, mask)).or_insert_with(|| {
                    weekends.counts.push(Count::new(weekend, columns, mask));
                    weekends.counts.len() - 1
                });
                limits.push((count, Limit { max: i32::try_from(max).unwrap_or(i32::MAX), unit: unit(rule, STEP) }));
            }
            weekends.of_person.push(limits);
        }
        weekends
    }

    /// Everything that is counted.
    pub(crate) fn counts(&self) -> &[Count] {
        &self.counts
    }

    /// A person's limits, each with the count that it limits.
    #[inline]
    pub(crate) fn of(&self, person: usize) -> &[(usize, Limit)] {
        &self.of_person[person]
    }
}

impl Count {
    fn new(weekend: Weekdays, columns: &Columns, mask: usize) -> Self {
        let (first, end) = columns.planned();
        let mut weekends: Vec<(usize, u64)> = Vec::new();
        let starts_on = first_of(weekend);
        for day in first..end {
            let weekday = columns.date(day).weekday();
            if !weekend.contains(weekday) {
                continue;
            }
            // Days since the weekend began; the period may have cut it.
            let into = starts_on.map_or(0, |start| usize::try_from(weekday.since(start)).unwrap_or(0));
            match weekends.last_mut().filter(|(start, _)| day - *start <= into) {
                Some((start, days)) => *days |= 1 << (day - *start),
                None => weekends.push((day, 1)),
            }
        }
        let last_day = |&(start, days): &(usize, u64)| start + 63 - usize::try_from(days.leading_zeros()).unwrap_or(0);
        let first_from = (0..=columns.days()).map(|day| weekends.partition_point(|weekend| last_day(weekend) < day));
        let first_from = first_from.collect();
        Self { mask, weekends, first_from }
    }
}

/// The day a weekend begins on: the one with the most other days right before it.
fn first_of(weekend: Weekdays) -> Option<Weekday> {
    let others_before = |day: Weekday| (1..7).take_while(|back| !weekend.contains(day.wrapping_sub(*back))).count();
    weekend.iter().max_by_key(|day| others_before(*day))
}
