//! What a cell may hold, and what holding it costs by itself.

use jiff::Timestamp;
use scheduling_domain::roster::{AvailabilityKind, AvailabilitySpan, Person, PlannedShift, Problem};
use scheduling_domain::rules::{Rule, RuleKind, Window};

use super::scope::{self, Bindings};
use super::{Columns, Given, OFF, STEP, pairs, unit};
use crate::error::SolveError;
use crate::solution::Score;

/// The cells' own costs and choices.
pub(crate) struct Cells {
    /// By person and global column.
    costs: Vec<Score>,
    /// By person and day: the first of its choices, and at the end the number of choices.
    starts: Vec<usize>,
    /// Columns that break no blocking rule by themselves; what is given where the cell stays as it is.
    choices: Vec<u16>,
    /// Cells with more than one choice, by person and day.
    free: Vec<(usize, usize)>,
    /// By person and global column, whether it is a choice.
    allowed: Vec<bool>,
    total: usize,
    days: usize,
}

#[expect(clippy::indexing_slicing, reason = "people, days and columns come from these same tables")]
impl Cells {
    pub(crate) fn compile(
        problem: &Problem,
        given: &Given,
        columns: &Columns,
        bindings: &Bindings,
    ) -> Result<Self, SolveError> {
        let mut cells = Self {
            costs: Vec::with_capacity(problem.people.len() * columns.total()),
            starts: vec![0],
            choices: Vec::new(),
            free: Vec::new(),
            allowed: vec![false; problem.people.len() * columns.total()],
            total: columns.total(),
            days: columns.days(),
        };
        for (index, (person, bound)) in problem.people.iter().zip(bindings.iter()).enumerate() {
            let rules: Vec<&Rule> =
                bound.iter().map(|rule| &problem.rules[*rule]).filter(|rule| judges_cells(rule)).collect();
            for day in 0..columns.days() {
                let wishes: Vec<_> = person.availability.iter().filter(|span| span.on == columns.date(day)).collect();
                for column in 0..columns.width(day) {
                    let shifts = columns.shifts(columns.global(day, 0) + column);
                    let shifts: Vec<_> = shifts.iter().map(|shift| &problem.shifts[*shift]).collect();
                    let cost = rules.iter().map(|rule| of_cell(rule, person, &wishes, &shifts, (day, columns))).sum();
                    cells.costs.push(cost);
                }
                cells.choose(index, day, given, columns);
            }
        }
        Ok(cells)
    }

    fn choose(&mut self, person: usize, day: usize, given: &Given, columns: &Columns) {
        let before = self.choices.len();
        match given.fixed.get(&(person, day)) {
            Some(shifts) => {
                let own = columns.own(person, day);
                let column = own.or_else(|| shifts.first().and_then(|shift| columns.of_shift(*shift)));
                self.choices.push(column.unwrap_or(OFF));
            }
            None if !columns.is_planned(day) => self.choices.push(OFF),
            None => {
                self.choices.push(OFF);
                for column in 1..u16::try_from(columns.width(day)).unwrap_or(u16::MAX) {
                    let global = columns.global(day, column);
                    let is_common = columns.alike(day, column, day).is_some();
                    if is_common && self.costs[person * self.total + global].hard == 0 {
                        self.choices.push(column);
                    }
                }
            }
        }
        for choice in &self.choices[before..] {
            self.allowed[person * self.total + columns.global(day, *choice)] = true;
        }
        if self.choices.len() > before + 1 {
            self.free.push((person, day));
        }
        self.starts.push(self.choices.len());
    }

    /// What a column, by its global number, costs a person by itself.
    #[inline]
    pub(crate) fn cost(&self, person: usize, global: usize) -> Score {
        self.costs[person * self.total + global]
    }

    /// Whether a person may have a column, by its global number.
    #[inline]
    pub(crate) fn allows(&self, person: usize, global: usize) -> bool {
        self.allowed[person * self.total + global]
    }

    /// What a cell may hold.
    #[inline]
    pub(crate) fn choices(&self, person: usize, day: usize) -> &[u16] {
        let cell = person * self.days + day;
        &self.choices[self.starts[cell]..self.starts[cell + 1]]
    }

    /// The cells that have a choice.
    #[inline]
    pub(crate) fn free(&self) -> &[(usize, usize)] {
        &self.free
    }
}

fn judges_cells(rule: &Rule) -> bool {
    match rule.kind {
        RuleKind::DaysOff { .. } | RuleKind::SkillValid | RuleKind::Availability | RuleKind::Requests => true,
        // Of shifts that are given for the same day.
        RuleKind::Overlap | RuleKind::RestBetweenShifts { .. } => true,
        RuleKind::MinutesPerPeriod { per, .. } => per == Window::Day,
        _ => false,
    }
}

/// What one rule makes of one cell.
fn of_cell(
    rule: &Rule,
    person: &Person,
    said: &[&AvailabilitySpan],
    shifts: &[&PlannedShift],
    (day, columns): (usize, &Columns),
) -> Score {
    let on = columns.date(day);
    if !scope::in_force(rule, on) {
        return Score::ZERO;
    }
    let covered: Vec<_> = shifts.iter().copied().filter(|shift| scope::covers(rule, shift)).collect();
    let count =
        |holds: &dyn Fn(&PlannedShift) -> bool| -> i64 { covered.iter().map(|shift| i64::from(holds(shift))).sum() };
    match &rule.kind {
        RuleKind::DaysOff { on: days } if days.contains(&on) => unit(rule, STEP).times(count(&|_| true)),
        RuleKind::SkillValid => unit(rule, STEP).times(count(&|shift| !is_skilled(person, shift))),
        RuleKind::Availability => unit(rule, STEP).times(count(&|shift| !is_available(said, shift))),
        RuleKind::Requests if columns.is_planned(day) => {
            let costs = said.iter().map(|span| of_wish(span, &covered));
            Score::soft(costs.sum())
        }
        RuleKind::MinutesPerPeriod { per: Window::Day, min, max } if columns.is_planned(day) => {
            let minutes: i64 = covered.iter().map(|shift| i64::from(shift.work_minutes)).sum();
            let short = min.map_or(0, |min| (i64::from(min) - minutes).max(0));
            let above = max.map_or(0, |max| (minutes - i64::from(max)).max(0));
            unit(rule, 1).times(short + above)
        }
        RuleKind::Overlap | RuleKind::RestBetweenShifts { .. } => {
            let mut cost = Score::ZERO;
            for (place, before) in covered.iter().enumerate() {
                for (later, after) in covered.iter().enumerate().skip(place + 1) {
                    if later == place + 1 || matches!(rule.kind, RuleKind::Overlap) {
                        cost += pairs::of_two(rule, before, after, 0);
                    }
                }
            }
            cost
        }
        _ => Score::ZERO,
    }
}

fn is_skilled(person: &Person, shift: &PlannedShift) -> bool {
    shift.skills.iter().all(|needed| {
        let mut grants = person.skills.iter().filter(|grant| grant.skill == *needed);
        grants.any(|grant| grant.from <= shift.on && grant.until.is_none_or(|until| shift.on <= until))
    })
}

fn speaks_of(span: &AvailabilitySpan, shift: &PlannedShift) -> bool {
    span.template.is_none_or(|template| shift.template == Some(template))
}

fn meets(span: &AvailabilitySpan, starts_at: Timestamp, ends_at: Timestamp) -> bool {
    span.starts_at < ends_at && starts_at < span.ends_at
}

fn is_available(said: &[&AvailabilitySpan], shift: &PlannedShift) -> bool {
    let said = || said.iter().filter(|span| speaks_of(span, shift));
    let is_barred =
        said().any(|span| span.kind == AvailabilityKind::Unavailable && meets(span, shift.starts_at, shift.ends_at));
    let mut open = said().filter(|span| span.kind == AvailabilityKind::Available).peekable();
    let is_open =
        open.peek().is_none() || open.any(|span| span.starts_at <= shift.starts_at && shift.ends_at <= span.ends_at);
    !is_barred && is_open
}

fn of_wish(span: &AvailabilitySpan, shifts: &[&PlannedShift]) -> i64 {
    let is_worked = shifts.iter().any(|shift| speaks_of(span, shift) && meets(span, shift.starts_at, shift.ends_at));
    match span.kind {
        AvailabilityKind::Preferred if !is_worked => span.weight,
        AvailabilityKind::Unpreferred if is_worked => span.weight,
        _ => 0,
    }
}
