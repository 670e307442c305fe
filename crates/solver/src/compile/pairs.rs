//! What two columns near each other in a row cost: overlap, too little rest, forbidden successions.
//!
//! Most rules of this kind reach no further than the next day. Long shifts and long rests reach further; a row then has
//! a *reach* above 1, and its columns are compared with those of so many following days.

use std::collections::HashMap;

use scheduling_domain::roster::{PlannedShift, Problem, ShiftIndex};
use scheduling_domain::rules::{Rule, RuleKind};

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
    always: Vec<usize>,
    /// Likewise for pairs with nothing between them; differs from `always` only from distance 2 on.
    adjacent: Vec<usize>,
    costs: Vec<Score>,
    days: usize,
}

/// Whether other work lies between the two columns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Always,
    Adjacent,
}

#[expect(clippy::indexing_slicing, reason = "classes, days and columns come from these same tables")]
impl Pairs {
    pub(crate) fn compile(problem: &Problem, columns: &Columns, bindings: &Bindings) -> Self {
        let mut pairs = Self {
            class_of: Vec::new(),
            reach: Vec::new(),
            always: Vec::new(),
            adjacent: Vec::new(),
            costs: Vec::new(),
            days: columns.days(),
        };
        let mut classes: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut tables: HashMap<Vec<Score>, usize> = HashMap::new();
        for bound in bindings.iter() {
            let rules: Vec<usize> = bound.iter().copied().filter(|rule| is_pairwise(&problem.rules[*rule])).collect();
            let next = classes.len();
            let class = *classes.entry(rules.clone()).or_insert(next);
            if class == next {
                pairs.add_class(&rules, problem, columns, &mut tables);
            }
            pairs.class_of.push(class);
        }
        pairs
    }

    fn add_class(
        &mut self,
        rules: &[usize],
        problem: &Problem,
        columns: &Columns,
        tables: &mut HashMap<Vec<Score>, usize>,
    ) {
        let rules: Vec<&Rule> = rules.iter().map(|rule| &problem.rules[*rule]).collect();
        let mut reach = 0;
        for distance in 1..=REACH_LIMIT {
            let mut is_empty = true;
            for layer in [Layer::Always, Layer::Adjacent] {
                for day in 0..self.days {
                    let table = table(&rules, problem, columns, (day, distance), layer);
                    is_empty &= table.iter().all(|cost| *cost == Score::ZERO);
                    let next = self.costs.len();
                    let start = *tables.entry(table).or_insert_with_key(|table| {
                        self.costs.extend(table);
                        next
                    });
                    if layer == Layer::Always { &mut self.always } else { &mut self.adjacent }.push(start);
                }
            }
            if is_empty && distance > 1 {
                self.always.truncate(self.always.len() - self.days);
                self.adjacent.truncate(self.adjacent.len() - self.days);
                break;
            }
            reach = distance;
        }
        self.reach.push(reach);
        let rows = self.reach.len() * REACH_LIMIT * self.days;
        self.always.resize(rows, 0);
        self.adjacent.resize(rows, 0);
    }

    /// Over how many days a person's columns are compared.
    #[inline]
    pub(crate) fn reach(&self, person: usize) -> usize {
        self.reach[self.class_of[person]]
    }

    /// What `before` on `day` and `after` on the next day cost a person.
    #[inline]
    pub(crate) fn next(&self, columns: &Columns, person: usize, day: usize, before: u16, after: u16) -> Score {
        let start = self.always[self.class_of[person] * REACH_LIMIT * self.days + day];
        self.costs[start + usize::from(before) * columns.width(day + 1) + usize::from(after)]
    }

    /// What `before` on a day and `after` `distance` days later cost a person; `is_adjacent` when nothing lies between.
    pub(crate) fn apart(
        &self,
        columns: &Columns,
        person: usize,
        (day, distance): (usize, usize),
        (before, after): (u16, u16),
        is_adjacent: bool,
    ) -> Score {
        let row = (self.class_of[person] * REACH_LIMIT + distance - 1) * self.days + day;
        let start = if is_adjacent { self.adjacent[row] } else { self.always[row] };
        self.costs[start + usize::from(before) * columns.width(day + distance) + usize::from(after)]
    }
}

fn is_pairwise(rule: &Rule) -> bool {
    matches!(rule.kind, RuleKind::Overlap | RuleKind::RestBetweenShifts { .. } | RuleKind::ForbiddenSuccession { .. })
}

fn table(
    rules: &[&Rule],
    problem: &Problem,
    columns: &Columns,
    (day, distance): (usize, usize),
    layer: Layer,
) -> Vec<Score> {
    let later = day + distance;
    if later >= columns.days() {
        return Vec::new();
    }
    let mut costs = Vec::with_capacity(columns.width(day) * columns.width(later));
    for before in 0..columns.width(day) {
        for after in 0..columns.width(later) {
            let before = columns.shifts(columns.global(day, 0) + before);
            let after = columns.shifts(columns.global(later, 0) + after);
            costs.push(breach(rules, problem, before, after, distance, layer));
        }
    }
    costs
}

/// What the shifts of two days cost together.
fn breach(
    rules: &[&Rule],
    problem: &Problem,
    before: &[ShiftIndex],
    after: &[ShiftIndex],
    distance: usize,
    layer: Layer,
) -> Score {
    let mut cost = Score::ZERO;
    for rule in rules {
        let covered = |shifts: &[ShiftIndex]| {
            let shifts = shifts.iter().filter_map(|shift| problem.shifts.get(*shift));
            shifts.filter(|shift| scope::covers(rule, shift)).collect::<Vec<_>>()
        };
        let (before, after) = (covered(before), covered(after));
        let is_adjacent = distance == 1 || layer == Layer::Adjacent;
        if let RuleKind::RestBetweenShifts { .. } = rule.kind {
            if let (true, Some(before), Some(after)) = (is_adjacent, before.last(), after.first()) {
                cost += of_two(rule, before, after, distance);
            }
            continue;
        }
        for before in &before {
            for after in &after {
                cost += of_two(rule, before, after, distance);
            }
        }
    }
    cost
}

/// What two shifts in order of start cost.
pub(crate) fn of_two(rule: &Rule, before: &PlannedShift, after: &PlannedShift, distance: usize) -> Score {
    if !scope::in_force(rule, after.on) {
        return Score::ZERO;
    }
    match &rule.kind {
        RuleKind::Overlap if before.starts_at < after.ends_at && after.starts_at < before.ends_at => unit(rule, STEP),
        RuleKind::RestBetweenShifts { min_minutes } => {
            let rest = after.starts_at.duration_since(before.ends_at).as_mins();
            unit(rule, 1).times((i64::from(*min_minutes) - rest.max(0)).max(0))
        }
        RuleKind::ForbiddenSuccession { before: first, after: forbidden } if distance == 1 => {
            let is_forbidden =
                before.template == Some(*first) && after.template.is_some_and(|template| forbidden.contains(&template));
            if is_forbidden { unit(rule, STEP) } else { Score::ZERO }
        }
        _ => Score::ZERO,
    }
}
