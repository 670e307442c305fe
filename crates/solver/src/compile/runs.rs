//! How long runs of work and of rest are.
//!
//! For each person and each meaning of work, a table says what a run of a length costs, so that the search only has to
//! find the runs. A run that touches the edge of the horizon may go on beyond it and is never too short.

use std::collections::HashMap;

use scheduling_domain::roster::Problem;
use scheduling_domain::rules::{Rule, RuleKind};

use super::scope::{self, Bindings, Masks};
use super::{Columns, STEP, unit};
use crate::solution::Score;

/// All tables of run lengths.
pub(crate) struct Runs {
    /// By person: what counts as work, and which table prices its runs.
    of_person: Vec<Vec<(usize, usize)>>,
    tables: Vec<Lengths>,
}

/// The price of a run by its length.
pub(crate) struct Lengths {
    /// By rest or work, inner or at an edge, length.
    costs: Vec<Score>,
    stride: usize,
    /// A run counts when its last day is one of these.
    last: (usize, usize),
    /// And when it starts before this one.
    before: usize,
}

/// What counts as work, and the days `[first, end)` on which a run must end to be judged.
type Group = (usize, (usize, usize));

/// One demand on the length of runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Limit {
    of_work: bool,
    min: u32,
    max: u32,
    unit: Score,
}

#[expect(clippy::indexing_slicing, reason = "people, tables and lengths come from these same tables")]
impl Runs {
    pub(crate) fn compile(problem: &Problem, columns: &Columns, bindings: &Bindings, masks: &mut Masks) -> Self {
        let mut runs = Self { of_person: Vec::new(), tables: Vec::new() };
        let mut known: HashMap<(Vec<Limit>, (usize, usize)), usize> = HashMap::new();
        for bound in bindings.iter() {
            let mut groups: Vec<(Group, Vec<Limit>)> = Vec::new();
            for rule in bound.iter().map(|index| &problem.rules[*index]) {
                let unit = unit(rule, STEP);
                let limit = match rule.kind {
                    RuleKind::ConsecutiveWorkingDays { min, max } => {
                        Limit { of_work: true, min: min.unwrap_or(0), max: max.unwrap_or(u32::MAX), unit }
                    }
                    RuleKind::ConsecutiveDaysOff { min } => Limit { of_work: false, min, max: u32::MAX, unit },
                    _ => continue,
                };
                if unit == Score::ZERO {
                    continue;
                }
                let key = (masks.of(rule, problem, columns), days_in_force(rule, columns));
                match groups.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, limits)) => limits.push(limit),
                    None => groups.push((key, vec![limit])),
                }
            }
            let mut tables = Vec::new();
            for ((mask, last), limits) in groups {
                let table = *known.entry((limits, last)).or_insert_with_key(|(limits, last)| {
                    runs.tables.push(Lengths::of(limits, *last, columns));
                    runs.tables.len() - 1
                });
                tables.push((mask, table));
            }
            runs.of_person.push(tables);
        }
        runs
    }

    /// A person's meanings of work and what their runs cost.
    #[inline]
    pub(crate) fn of(&self, person: usize) -> impl Iterator<Item = (usize, &Lengths)> {
        self.of_person[person].iter().map(|(mask, table)| (*mask, &self.tables[*table]))
    }
}

#[expect(clippy::indexing_slicing, reason = "lengths come from the same horizon")]
impl Lengths {
    fn of(limits: &[Limit], last: (usize, usize), columns: &Columns) -> Self {
        let days = columns.days();
        let stride = days + 1;
        let mut costs = vec![Score::ZERO; 4 * stride];
        for limit in limits {
            for at_edge in [false, true] {
                for length in 1..=days {
                    let (short, long) = {
                        let length = u32::try_from(length).unwrap_or(u32::MAX);
                        (limit.min.saturating_sub(length), length.saturating_sub(limit.max))
                    };
                    let by = if at_edge { long } else { short + long };
                    let place = (usize::from(limit.of_work) * 2 + usize::from(at_edge)) * stride + length;
                    costs[place] += limit.unit.times(i64::from(by));
                }
            }
        }
        Self { costs, stride, last, before: columns.planned().1 }
    }

    /// From which length on all runs of work, or of rest, cost the same, as long as they touch no edge.
    pub(crate) fn settled(&self, is_work: bool) -> usize {
        let start = usize::from(is_work) * 2 * self.stride;
        let inner = &self.costs[start..start + self.stride];
        let last = inner.last().copied().unwrap_or_default();
        let edge = &self.costs[start + self.stride..start + 2 * self.stride];
        (1..self.stride).rfind(|length| inner[*length] != last || edge[*length] != last).map_or(1, |length| length + 1)
    }

    /// What a run of a length costs however it goes on.
    #[inline]
    pub(crate) fn beyond(&self, is_work: bool, length: usize) -> Score {
        self.costs[(usize::from(is_work) * 2 + 1) * self.stride + length]
    }

    /// What a run over `[first, end)` costs.
    #[inline]
    pub(crate) fn cost(&self, is_work: bool, first: usize, end: usize) -> Score {
        if end <= self.last.0 || self.last.1 < end || self.before <= first {
            return Score::ZERO;
        }
        let at_edge = first == 0 || end + 1 == self.stride;
        self.costs[(usize::from(is_work) * 2 + usize::from(at_edge)) * self.stride + end - first]
    }
}

/// The days, `[first, end)`, on which a run must end for a rule to judge it: in force, and not over before the period.
fn days_in_force(rule: &Rule, columns: &Columns) -> (usize, usize) {
    let first = columns.planned().0;
    let days: Vec<usize> = (first..columns.days()).filter(|day| scope::in_force(rule, columns.date(*day))).collect();
    (days.first().copied().unwrap_or(first), days.last().map_or(first, |last| last + 1))
}
