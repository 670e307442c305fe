//! Sums over windows of days, each with bounds for each person.
//!
//! A *slot* is something summed over some days: the minutes of a week, the night shifts of the period. A column adds to
//! few slots, so each column lists what it adds to which.

use std::collections::{HashMap, HashSet};

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

/// What makes two rules sum the same. The last part tells apart the rules that bind one person twice to one sum.
type Key = (Measure, Vec<SiteId>, Vec<String>, (usize, usize), usize);

/// All sums and their bounds.
pub(crate) struct Sums {
    slots: usize,
    /// By column: the first of what it adds, and at the end the number of additions.
    starts: Vec<usize>,
    /// Slot and value.
    additions: Vec<(usize, i32)>,
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
        self.short(sum) + self.above(sum)
    }

    /// What it costs for being below the least.
    #[inline]
    pub(crate) fn short(&self, sum: i32) -> Score {
        self.unit.times((i64::from(self.min) - i64::from(sum)).max(0))
    }

    /// What it costs for being above the most.
    #[inline]
    pub(crate) fn above(&self, sum: i32) -> Score {
        self.unit.times((i64::from(sum) - i64::from(self.max)).max(0))
    }

    /// Whether a sum can be too small.
    pub(crate) fn has_least(&self) -> bool {
        self.min > 0
    }

    /// Whether a sum from nothing to `most` can cost anything.
    pub(crate) fn can_break(&self, most: i32) -> bool {
        self.unit != Score::ZERO && (self.min > 0 || self.max < most)
    }

    /// The least and the most that a sum with a minimum should be when some days of all are done: as much as if each day
    /// brought the same, give or take `slack` at first and nothing at last.
    ///
    /// None without a minimum: what is only limited may be used up early.
    pub(crate) fn pace(&self, (done, all): (usize, usize), slack: i32) -> Option<(i32, i32)> {
        let (done, all) = (i64::try_from(done).ok()?, i64::try_from(all).ok().filter(|all| *all > 0)?);
        let slack = i64::from(slack) * (all - done) / all;
        let least = i64::from(self.min) * done / all - slack;
        let most = i64::from(self.max) * done / all + slack;
        let narrow = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        (self.min > 0).then(|| (narrow(least), narrow(most)))
    }

    /// What each unit costs.
    pub(crate) fn unit(&self) -> Score {
        self.unit
    }
}

#[expect(clippy::indexing_slicing, reason = "slots, people and columns come from these same tables")]
impl Sums {
    pub(crate) fn compile(problem: &Problem, columns: &Columns, bindings: &Bindings) -> Self {
        let mut slots: HashMap<Key, usize> = HashMap::new();
        let mut lists: Vec<Vec<(usize, i32)>> = vec![Vec::new(); columns.total()];
        let mut found: Vec<(usize, usize, Bound)> = Vec::new();
        for (person, bound) in bindings.iter().enumerate() {
            let mut taken = HashSet::new();
            for rule in bound.iter().map(|index| &problem.rules[*index]) {
                for (measure, window, limits) in demands(rule, problem, columns) {
                    let mut key = (measure, rule.scope.sites.clone(), rule.scope.shift_tags.clone(), window, 0);
                    let slot = loop {
                        let next = slots.len();
                        let slot = *slots.entry(key.clone()).or_insert(next);
                        if slot == next {
                            fill(&mut lists, slot, &key, rule, problem, columns);
                        }
                        if taken.insert(slot) {
                            break slot;
                        }
                        key.4 += 1;
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
    pub(crate) fn additions(&self, global: usize) -> &[(usize, i32)] {
        &self.additions[self.starts[global]..self.starts[global + 1]]
    }

    /// A person's bounds, by slot.
    #[inline]
    pub(crate) fn bounds(&self, person: usize) -> &[Bound] {
        &self.bounds[person * self.slots..(person + 1) * self.slots]
    }
}

/// The sums that a rule bounds, each over days `[first, end)`.
fn demands(rule: &Rule, problem: &Problem, columns: &Columns) -> Vec<(Measure, (usize, usize), Bound)> {
    let limit = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    match &rule.kind {
        RuleKind::MinutesPerPeriod { per, min, max } => {
            let windows =
                windows(*per, problem, columns).into_iter().filter(|window| scope::in_force(rule, window.last));
            let bounds = windows.map(|window| {
                let min = min.filter(|_| window.is_planned).map_or(i32::MIN, limit);
                (Measure::Minutes, window.days, Bound { min, max: max.map_or(i32::MAX, limit), unit: unit(rule, 1) })
            });
            bounds.filter(|(.., bound)| bound.unit != Score::ZERO).collect()
        }
        RuleKind::ShiftsPerTemplate { template, max } => {
            let (first, end) = columns.planned();
            if !scope::in_force(rule, columns.date(end - 1)) {
                return Vec::new();
            }
            let bound = Bound { min: i32::MIN, max: limit(*max), unit: unit(rule, STEP) };
            vec![(Measure::Shifts(*template), (first, end), bound)]
        }
        _ => Vec::new(),
    }
}

/// A week, a month or the period.
struct Stretch {
    /// `[first, end)` as far as the horizon knows it.
    days: (usize, usize),
    /// The last date, known or not.
    last: Date,
    /// Whether all of it is planned.
    is_planned: bool,
}

/// The windows that meet the planned period. Single days are judged in their cells.
fn windows(per: Window, problem: &Problem, columns: &Columns) -> Vec<Stretch> {
    let (first, end) = columns.planned();
    let starts_anew = |on: Date| match per {
        Window::Week => on.weekday() == problem.calendar.week_start,
        Window::Month => on.day() == 1,
        Window::Day | Window::Period => false,
    };
    if per == Window::Day {
        return Vec::new();
    }
    if per == Window::Period {
        return vec![Stretch { days: (first, end), last: columns.date(end - 1), is_planned: true }];
    }
    let mut windows = Vec::new();
    let mut next = first;
    while next < end {
        let starts_at = (0..=next).rev().find(|day| starts_anew(columns.date(*day)));
        let dates = std::iter::successors(Some(columns.date(next)), |on| on.tomorrow().ok());
        let after = dates.skip(1).take_while(|on| !starts_anew(*on));
        let (days_after, last) = after.fold((0, columns.date(next)), |(count, _), on| (count + 1, on));
        let past = next + days_after + 1;
        windows.push(Stretch {
            days: (starts_at.unwrap_or(0), past.min(columns.days())),
            last,
            is_planned: starts_at.is_some_and(|day| first <= day) && past <= end,
        });
        next = past;
    }
    windows
}

#[expect(clippy::indexing_slicing, reason = "columns come from these same tables")]
fn fill(
    lists: &mut [Vec<(usize, i32)>],
    slot: usize,
    (measure, _, _, window, _): &Key,
    rule: &Rule,
    problem: &Problem,
    columns: &Columns,
) {
    let value = |shift: &PlannedShift| match measure {
        _ if !scope::covers(rule, shift) => 0,
        Measure::Minutes => i32::try_from(shift.work_minutes).unwrap_or(i32::MAX),
        Measure::Shifts(template) => i32::from(shift.template == Some(*template)),
    };
    for day in window.0..window.1 {
        for global in columns.of_day(day) {
            let added: i32 = columns.shifts(global).iter().map(|shift| value(&problem.shifts[*shift])).sum();
            if added != 0 {
                lists[global].push((slot, added));
            }
        }
    }
}
