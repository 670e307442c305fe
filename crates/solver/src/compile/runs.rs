//! How long runs of work and of rest are.
//!
//! For each person and each meaning of work, a table says what a run of a length costs, so that the search only has to
//! find the runs. A run that touches the edge of the horizon may go on beyond it and is never too short.

use std::collections::HashMap;

use scheduling_domain::roster::Problem;
use scheduling_domain::rules::RuleKind;

use super::scope::{Bindings, Masks};
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
}

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
        let mut known: HashMap<Vec<Limit>, usize> = HashMap::new();
        for bound in bindings.iter() {
            let mut by_mask: Vec<(usize, Vec<Limit>)> = Vec::new();
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
                let mask = masks.of(rule, problem, columns);
                match by_mask.iter_mut().find(|(known, _)| *known == mask) {
                    Some((_, limits)) => limits.push(limit),
                    None => by_mask.push((mask, vec![limit])),
                }
            }
            let mut tables = Vec::new();
            for (mask, limits) in by_mask {
                let table = *known.entry(limits).or_insert_with_key(|limits| {
                    runs.tables.push(Lengths::of(limits, columns.days()));
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
    fn of(limits: &[Limit], days: usize) -> Self {
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
        Self { costs, stride }
    }

    /// What a run costs.
    #[inline]
    pub(crate) fn cost(&self, is_work: bool, at_edge: bool, length: usize) -> Score {
        self.costs[(usize::from(is_work) * 2 + usize::from(at_edge)) * self.stride + length]
    }
}
