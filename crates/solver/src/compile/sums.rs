//! Sums over windows of days, each with bounds for each person.
//!
//! A *slot* is something summed over some days: the minutes of a week, the night shifts of the period. A column adds to
//! few slots, so each column lists what it adds to which.

use std::collections::HashMap;

use jiff::civil::Date;
use scheduling_domain::id::{ShiftTemplateId, SiteId};
use scheduling_domain::roster::{PlannedShift, Problem};
use scheduling_domain::rules::{Rule, RuleKind, Window};

use super::scope::{self, Bindings};
use super::{Columns, STEP, unit};
use crate::solution::Score;

/// What a slot sums.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Measure {
    Minutes,
    Shifts(ShiftTemplateId),
}

/// From when until when a rule is in force.
type Force = (Option<Date>, Option<Date>);

/// What makes two rules sum the same. The last part tells apart the rules that bind one person twice to one sum.
type Key = (Measure, Vec<SiteId>, Vec<String>, (usize, usize), Force, usize);

/// All sums and their bounds.
pub(crate) struct Sums {
    slots: usize,
    /// By column: the first of what it adds, and at the end the number of additions.
    starts: Vec<usize>,
    /// Slot and value.
    additions: Vec<(u32, i32)>,
    /// By person and slot.
    bounds: Vec<Bound>,
}

/// Each unit below `min` or above `max` costs `unit`.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    min: i32,
    max: i32,
    unit: Score,
}

impl Bound {
    const FREE: Self = Self { min: i32::MIN, max: i32::MAX, unit: Score::ZERO };

    /// What a sum costs.
    #[inline]
    pub(crate) fn cost(&self, sum: i32) -> Score {
        if sum < self.min {
            self.unit.times(i64::from(self.min) - i64::from(sum))
        } else if sum > self.max {
            self.unit.times(i64::from(sum) - i64::from(self.max))
        } else {
            Score::ZERO
        }
    }

    /// The least and the most that cost nothing, when a blocking rule says so.
    pub(crate) fn hard_range(&self) -> Option<(i32, i32)> {
        (self.unit.hard > 0).then_some((self.min, self.max))
    }
}

#[expect(clippy::indexing_slicing, reason = "slots, people and columns come from these same tables")]
impl Sums {
    pub(crate) fn compile(problem: &Problem, columns: &Columns, bindings: &Bindings) -> Self {
        let mut slots: HashMap<Key, usize> = HashMap::new();
        let mut lists: Vec<Vec<(u32, i32)>> = vec![Vec::new(); columns.total()];
        let mut found: Vec<(usize, usize, Bound)> = Vec::new();
        for (person, bound) in bindings.iter().enumerate() {
            let mut taken: HashMap<usize, ()> = HashMap::new();
            for rule in bound.iter().map(|index| &problem.rules[*index]) {
                for (measure, window, limits) in demands(rule, problem, columns) {
                    let mut key = (
                        measure,
                        rule.scope.sites.clone(),
                        rule.scope.shift_tags.clone(),
                        window,
                        (rule.effective.from, rule.effective.until),
                        0,
                    );
                    let slot = loop {
                        let next = slots.len();
                        let slot = *slots.entry(key.clone()).or_insert(next);
                        if slot == next {
                            fill(&mut lists, slot, &key, rule, problem, columns);
                        }
                        if taken.insert(slot, ()).is_none() {
                            break slot;
                        }
                        key.5 += 1;
                    };
                    found.push((person, slot, limits));
                }
            }
        }
        let mut bounds = vec![Bound::FREE; problem.people.len() * slots.len()];
        for (person, slot, limits) in found {
            bounds[person * slots.len() + slot] = limits;
        }
        let mut starts = vec![0];
        let mut additions = Vec::new();
        for list in lists {
            additions.extend(list);
            starts.push(additions.len());
        }
        Self { slots: slots.len(), starts, additions, bounds }
    }

    /// How many sums a row has.
    pub(crate) fn slots(&self) -> usize {
        self.slots
    }

    /// What a column, by its global number, adds to which slots.
    #[inline]
    pub(crate) fn additions(&self, global: usize) -> &[(u32, i32)] {
        &self.additions[self.starts[global]..self.starts[global + 1]]
    }

    /// A person's bounds, by slot.
    #[inline]
    pub(crate) fn bounds(&self, person: usize) -> &[Bound] {
        &self.bounds[person * self.slots..(person + 1) * self.slots]
    }
}

/// The sums that a rule bounds.
fn demands(rule: &Rule, problem: &Problem, columns: &Columns) -> Vec<(Measure, (usize, usize), Bound)> {
    match &rule.kind {
        RuleKind::MinutesPerPeriod { per, min, max } => {
            let limit = |value: &u32| i32::try_from(*value).unwrap_or(i32::MAX);
            let windows = windows(*per, problem, columns).into_iter();
            let bounds = windows.map(|(window, is_whole)| {
                let min = min.as_ref().filter(|_| is_whole).map_or(i32::MIN, limit);
                let bound = Bound { min, max: max.as_ref().map_or(i32::MAX, limit), unit: unit(rule, 1) };
                (Measure::Minutes, window, bound)
            });
            bounds.filter(|(.., bound)| bound.unit != Score::ZERO).collect()
        }
        RuleKind::ShiftsPerTemplate { template, max } => {
            let max = i32::try_from(*max).unwrap_or(i32::MAX);
            let bound = Bound { min: i32::MIN, max, unit: unit(rule, STEP) };
            vec![(Measure::Shifts(*template), columns.planned(), bound)]
        }
        _ => Vec::new(),
    }
}

/// The windows that meet the planned period, and whether it holds them whole. Days are bounded by themselves, in their
/// cells.
fn windows(per: Window, problem: &Problem, columns: &Columns) -> Vec<((usize, usize), bool)> {
    let (first, end) = columns.planned();
    let mut windows: Vec<((usize, usize), bool)> = Vec::new();
    let starts_anew = |on: Date| match per {
        Window::Week => on.weekday() == problem.calendar.week_start,
        Window::Month => on.day() == 1,
        Window::Day | Window::Period => false,
    };
    if per == Window::Day {
        return windows;
    }
    for day in first..end {
        let anew = starts_anew(columns.date(day));
        match windows.last_mut() {
            Some(((_, end), _)) if !anew => *end = day + 1,
            _ => windows.push(((day, day + 1), anew || per == Window::Period)),
        }
    }
    let cut = columns.date(end - 1).tomorrow().is_ok_and(|next| !starts_anew(next));
    if let Some((_, is_whole)) = windows.last_mut().filter(|_| cut && per != Window::Period) {
        *is_whole = false;
    }
    windows
}

#[expect(clippy::indexing_slicing, reason = "columns come from these same tables")]
fn fill(
    lists: &mut [Vec<(u32, i32)>],
    slot: usize,
    (measure, _, _, window, ..): &Key,
    rule: &Rule,
    problem: &Problem,
    columns: &Columns,
) {
    let value = |shift: &PlannedShift| match measure {
        _ if !scope::covers(rule, shift) || !scope::in_force(rule, shift.on) => 0,
        Measure::Minutes => i32::try_from(shift.work_minutes).unwrap_or(i32::MAX),
        Measure::Shifts(template) => i32::from(shift.template == Some(*template)),
    };
    for global in columns.global(window.0, 0)..columns.global(window.1 - 1, 0) + columns.width(window.1 - 1) {
        let added: i32 = columns.shifts(global).iter().map(|shift| value(&problem.shifts[*shift])).sum();
        if added != 0 {
            lists[global].push((u32::try_from(slot).unwrap_or(u32::MAX), added));
        }
    }
}
