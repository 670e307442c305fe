//! What the caller has placed already: what must stay, and where to start from.

use std::collections::BTreeMap;

use jiff::civil::Date;
use scheduling_domain::roster::{Placement, Problem, ShiftIndex};

use super::{OFF, Tables};
use crate::error::SolveError;

/// Days that a search can hold; beyond any roster, within any index.
const DAY_LIMIT: usize = 8_192;

/// The given placements, by row and day, over a horizon that holds every shift and the planned period.
pub(crate) struct Given {
    /// Day 0.
    pub(crate) origin: Date,
    /// Days from the first shift or planned day to the last.
    pub(crate) days: usize,
    /// Days that are planned, `[first, end)`.
    pub(crate) planned: (usize, usize),
    /// The placements that stay.
    pub(crate) stays: Vec<Placement>,
    /// Their shifts, by person and day; a day outside the period is as given even without any.
    pub(crate) fixed: BTreeMap<(usize, usize), Vec<ShiftIndex>>,
    /// A first guess for the rest.
    pub(crate) hints: BTreeMap<(usize, usize), ShiftIndex>,
}

impl Given {
    pub(crate) fn collect(problem: &Problem, start: &[Placement]) -> Result<Self, SolveError> {
        if problem.period.days() == 0 {
            return Err(SolveError::EmptyPeriod);
        }
        let mut kept = Vec::new();
        let mut stays = Vec::new();
        let mut guesses = Vec::new();
        for (index, placement) in start.iter().enumerate() {
            if placement.person >= problem.people.len() {
                return Err(SolveError::UnknownPerson { placement: index, person: placement.person });
            }
            let Some(shift) = problem.shifts.get(placement.shift) else {
                return Err(SolveError::UnknownShift { placement: index, shift: placement.shift });
            };
            let told = (placement.person, shift.on, placement.shift);
            if placement.pinned || !problem.period.contains(shift.on) {
                kept.push(*placement);
                stays.push(told);
            } else {
                guesses.push(told);
            }
        }
        // What is known reaches as far as there are shifts, worked or not.
        let dates = || problem.shifts.iter().map(|shift| shift.on);
        let origin = dates().min().map_or(problem.period.first, |on| on.min(problem.period.first));
        let day_of = |on: Date| days_between(origin, on);
        let planned = (day_of(problem.period.first), day_of(problem.period.end));
        let days = planned.1.max(dates().max().map_or(0, |on| day_of(on) + 1));
        if days > DAY_LIMIT {
            return Err(SolveError::HorizonTooLong { days, limit: DAY_LIMIT });
        }
        let mut given = Self { origin, days, planned, stays: kept, fixed: BTreeMap::new(), hints: BTreeMap::new() };
        for (person, on, shift) in stays {
            let list = given.fixed.entry((person, day_of(on))).or_default();
            if !list.contains(&shift) {
                list.push(shift);
                list.sort_unstable();
            }
        }
        for (person, on, shift) in guesses {
            given.hints.entry((person, day_of(on))).or_insert(shift);
        }
        Ok(given)
    }

    /// The day a date is, when the horizon holds it.
    pub(crate) fn day(&self, on: Date) -> Option<usize> {
        (self.origin <= on).then(|| days_between(self.origin, on)).filter(|day| *day < self.days)
    }

    /// What is given, and off where nothing is.
    pub(crate) fn cells(&self, tables: &Tables) -> Vec<u16> {
        let mut cells = vec![OFF; tables.people * tables.days];
        for person in 0..tables.people {
            for day in 0..tables.days {
                let choices = tables.cells.choices(person, day);
                let hint = self.hints.get(&(person, day)).and_then(|shift| tables.columns.of_shift(*shift));
                let column = match choices {
                    [only] => Some(*only),
                    _ => hint.filter(|column| choices.contains(column)),
                };
                if let (Some(cell), Some(column)) = (cells.get_mut(tables.cell(person, day)), column) {
                    *cell = column;
                }
            }
        }
        cells
    }
}

/// Days from one date to a later one; 0 when it is not later.
pub(crate) fn days_between(from: Date, to: Date) -> usize {
    usize::try_from(to.duration_since(from).as_hours() / 24).unwrap_or(0)
}
