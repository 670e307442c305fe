//! What two columns near each other in a row cost: overlap, too little rest, forbidden successions.
//!
//! Most rules of this kind reach no further than the next day. Long shifts and long rests reach further; a row then has
//! a *reach* above 1, its columns are compared with those of so many following days, and rest is left to
//! [`super::rests`].

use std::collections::HashMap;

use jiff::SignedDuration;
use scheduling_domain::roster::{PlannedShift, Problem};
use scheduling_domain::rules::{Rule, RuleKind};

use super::rests::Rest;
use super::scope::{self, Bindings};
use super::{Columns, STEP, unit};
use crate::solution::Score;

/// Days that a rest can reach over.
const REACH_LIMIT: usize = 7;

/// The costs of pairs, for each class of people who are bound by the same rules of this kind.
pub(crate) struct Pairs {
    class_of: Vec<usize>,
    /// By class.
    reach: Vec<usize>,
    /// By class, distance − 1 and day: where the costs of that day's columns with those of the later day start.
    starts: Vec<usize>,
    costs: Vec<Score>,
    /// By class, rests that reach further than the next day.
    rests: Vec<Vec<Rest>>,
    days: usize,
}

#[expect(clippy::indexing_slicing, reason = "classes, days and columns come from these same tables")]
impl Pairs {
    pub(crate) fn compile(problem: &Problem, columns: &Columns, bindings: &Bindings) -> Self {
        let mut pairs = Self {
            class_of: Vec::new(),
            reach: Vec::new(),
            starts: Vec::new(),
            costs: Vec::new(),
            rests: Vec::new(),
            days: columns.days(),
        };
        let shifts_of = |global| columns.shifts(global).iter().map(|shift| &problem.shifts[*shift]).collect();
        let days: Vec<Vec<Vec<&PlannedShift>>> =
            (0..columns.days()).map(|day| columns.of_day(day).map(shifts_of).collect()).collect();
        let mut classes: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut tables: HashMap<Vec<Score>, usize> = HashMap::new();
        for bound in bindings.iter() {
            let rules: Vec<usize> = bound.iter().copied().filter(|rule| is_pairwise(&problem.rules[*rule])).collect();
            let next = classes.len();
            let class = *classes.entry(rules.clone()).or_insert(next);
            if class == next {
                let rules: Vec<&Rule> = rules.iter().map(|rule| &problem.rules[*rule]).collect();
                pairs.add_class(&rules, problem, &days, columns, &mut tables);
            }
            pairs.class_of.push(class);
        }
        pairs
    }

    fn add_class(
        &mut self,
        rules: &[&Rule],
        problem: &Problem,
        days: &[Vec<Vec<&PlannedShift>>],
        columns: &Columns,
        tables: &mut HashMap<Vec<Score>, usize>,
    ) {
        let reach = (2..=REACH_LIMIT).take_while(|distance| reaches(rules, days, *distance)).last().unwrap_or(1);
        let rests: Vec<Rest> = rules.iter().filter_map(|rule| Rest::of(rule, problem, columns)).collect();
        for distance in 1..=reach {
            for day in 0..self.days {
                let near = if reach == 1 { rests.as_slice() } else { &[] };
                let table = table(rules, near, days, columns, (day, distance));
                let next = self.costs.len();
                let start = *tables.entry(table).or_insert_with_key(|table| {
                    self.costs.extend(table);
                    next
                });
                self.starts.push(start);
            }
        }
        self.rests.push(if reach > 1 { rests } else { Vec::new() });
        self.reach.push(reach);
        self.starts.resize(self.reach.len() * REACH_LIMIT * self.days, 0);
    }

    /// Over how many days a person's columns are compared.
    #[inline]
    pub(crate) fn reach(&self, person: usize) -> usize {
        self.reach[self.class_of[person]]
    }

    /// What `before` on `day` and `after` on the next day cost a person.
    #[inline]
    pub(crate) fn next(&self, columns: &Columns, person: usize, day: usize, before: u16, after: u16) -> Score {
        let start = self.starts[self.class_of[person] * REACH_LIMIT * self.days + day];
        self.costs[start + usize::from(before) * columns.width(day + 1) + usize::from(after)]
    }

    /// What the pairs of a row cost that have a part in `[first, end)`, and some more that no change there changes.
    pub(crate) fn around(
        &self,
        columns: &Columns,
        person: usize,
        (first, end): (usize, usize),
        column: impl Fn(usize) -> u16,
    ) -> Score {
        let class = self.class_of[person];
        let reach = self.reach[class];
        let first = first.saturating_sub(reach);
        let mut cost = Score::ZERO;
        for day in first..end {
            let before = usize::from(column(day));
            for distance in 1..=reach.min(self.days - 1 - day) {
                let start = self.starts[(class * REACH_LIMIT + distance - 1) * self.days + day];
                let after = usize::from(column(day + distance));
                cost += self.costs[start + before * columns.width(day + distance) + after];
            }
        }
        let days = || (first..(end + reach).min(self.days)).map(|day| (day, columns.global(day, column(day))));
        cost + self.rests[class].iter().map(|rest| rest.cost(days())).sum()
    }
}

fn is_pairwise(rule: &Rule) -> bool {
    matches!(rule.kind, RuleKind::Overlap | RuleKind::RestBetweenShifts { .. } | RuleKind::ForbiddenSuccession { .. })
}

/// Whether some day's work ends so late that a rule can look as far as so many days ahead.
fn reaches(rules: &[&Rule], days: &[Vec<Vec<&PlannedShift>>], distance: usize) -> bool {
    let rest = rules.iter().filter_map(|rule| match rule.kind {
        RuleKind::RestBetweenShifts { min_minutes } => Some(i64::from(min_minutes)),
        RuleKind::Overlap => Some(0),
        _ => None,
    });
    let Some(rest) = rest.max() else { return false };
    days.iter().zip(days.iter().skip(distance)).any(|(day, later)| {
        let ends = day.iter().flatten().map(|shift| shift.ends_at).max();
        let starts = later.iter().flatten().map(|shift| shift.starts_at).min();
        ends.zip(starts).is_some_and(|(ends, starts)| starts.duration_since(ends).as_mins() < rest)
    })
}

fn table(
    rules: &[&Rule],
    rests: &[Rest],
    days: &[Vec<Vec<&PlannedShift>>],
    columns: &Columns,
    (day, distance): (usize, usize),
) -> Vec<Score> {
    let (Some(columns_before), Some(columns_after)) = (days.get(day), days.get(day + distance)) else {
        return Vec::new();
    };
    // A breach that lies before or after the period is nobody's matter any more.
    let is_planned = columns.planned().0 <= day + distance && day < columns.planned().1;
    let on = columns.date(day + distance);
    let rules: Vec<&Rule> = rules.iter().copied().filter(|rule| is_planned && scope::in_force(rule, on)).collect();
    let mut costs = Vec::with_capacity(columns_before.len() * columns_after.len());
    for (place, before) in columns.of_day(day).zip(columns_before) {
        for (later_place, after) in columns.of_day(day + distance).zip(columns_after) {
            let row = || [(day, place), (day + distance, later_place)].into_iter();
            let of_rest: Score = rests.iter().map(|rest| rest.cost(row())).sum();
            costs.push(of_rest + rules.iter().map(|rule| of_two(rule, before, after, distance)).sum());
        }
    }
    costs
}

/// What the shifts of two days cost together beyond what each costs by itself.
fn of_two(rule: &Rule, before: &[&PlannedShift], after: &[&PlannedShift], distance: usize) -> Score {
    let seen = |shifts: &[&PlannedShift]| shifts.iter().any(|shift| scope::covers(rule, shift));
    if !seen(before) || !seen(after) {
        return Score::ZERO;
    }
    match &rule.kind {
        RuleKind::Overlap => {
            let both: Vec<&PlannedShift> = before.iter().chain(after).copied().collect();
            of_many(rule, &both) - of_many(rule, before) - of_many(rule, after)
        }
        RuleKind::ForbiddenSuccession { before: first, after: forbidden } if distance == 1 => {
            let seen = |shift: &&&PlannedShift| scope::covers(rule, shift);
            let firsts = before.iter().filter(seen).filter(|shift| shift.template == Some(*first)).count();
            let follows = |shift: &&&PlannedShift| shift.template.is_some_and(|template| forbidden.contains(&template));
            let followers = after.iter().filter(seen).filter(follows).count();
            unit(rule, STEP).times(i64::try_from(firsts * followers).unwrap_or(i64::MAX))
        }
        _ => Score::ZERO,
    }
}

/// What overlap costs among some shifts of one person.
pub(crate) fn of_many(rule: &Rule, shifts: &[&PlannedShift]) -> Score {
    let mut shifts: Vec<_> = shifts.iter().filter(|shift| scope::covers(rule, shift)).collect();
    shifts.sort_by_key(|shift| shift.starts_at);
    let mut minutes = 0;
    for (place, one) in shifts.iter().enumerate() {
        for other in shifts.iter().skip(place + 1) {
            let shared = one.ends_at.min(other.ends_at).duration_since(other.starts_at);
            minutes += minutes_begun(shared).max(0);
        }
    }
    unit(rule, 1).times(minutes)
}

/// Minutes, of which the last may be only begun.
pub(crate) fn minutes_begun(duration: SignedDuration) -> i64 {
    -duration.as_secs().saturating_neg().div_euclid(60)
        + i64::from(duration.as_secs() % 60 == 0 && duration.subsec_nanos() > 0)
}
