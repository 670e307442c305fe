//! What a cell may hold, and what holding it costs by itself.

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use scheduling_domain::id::SkillId;
use scheduling_domain::roster::{AvailabilityKind, AvailabilitySpan, Person, PlannedShift, Problem};
use scheduling_domain::rules::{Rule, RuleKind, Window};

use super::pairs::{self, minutes_begun};
use super::rests;
use super::scope::{self, Bindings};
use super::{Columns, Given, OFF, STEP, unit};
use crate::solution::Score;

/// How far from a working day's date, seen from UTC, its shifts can begin or end.
const NEAR: SignedDuration = SignedDuration::from_hours(24 * 5);

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
    pub(crate) fn compile(problem: &Problem, given: &Given, columns: &Columns, bindings: &Bindings) -> Self {
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
                let said = said_near(person, columns.date(day));
                for column in 0..columns.width(day) {
                    let shifts = columns.shifts(columns.global(day, 0) + column);
                    let shifts: Vec<_> = shifts.iter().map(|shift| &problem.shifts[*shift]).collect();
                    let cost = rules.iter().map(|rule| of_cell(rule, person, &said, &shifts, (day, columns))).sum();
                    cells.costs.push(cost);
                }
                cells.choose(index, day, given, columns);
            }
        }
        cells
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
        // Overlap and rest, too: of shifts that are given for the same day.
        RuleKind::DaysOff { .. }
        | RuleKind::SkillValid
        | RuleKind::Availability
        | RuleKind::Requests
        | RuleKind::Overlap
        | RuleKind::RestBetweenShifts { .. } => true,
        RuleKind::MinutesPerPeriod { per, .. } => per == Window::Day,
        _ => false,
    }
}

/// What a person said that can matter to the shifts of a working day.
fn said_near(person: &Person, on: Date) -> Vec<&AvailabilitySpan> {
    // Shifts of a day may begin on a neighbouring date in UTC and end on the one after it.
    let day = on.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).map(|start| start.timestamp()).unwrap_or_default();
    let (from, until) = (day - NEAR, day + NEAR);
    let is_near = |span: &&AvailabilitySpan| span.on == on || (span.starts_at < until && from < span.ends_at);
    person.availability.iter().filter(is_near).collect()
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
    if !scope::in_force(rule, on) || !columns.is_planned(day) {
        return Score::ZERO;
    }
    let seen = || shifts.iter().copied().filter(|shift| scope::covers(rule, shift));
    match &rule.kind {
        RuleKind::DaysOff { on: days } => {
            let times = days.iter().filter(|day| **day == on).count() * seen().count();
            unit(rule, STEP).times(i64::try_from(times).unwrap_or(i64::MAX))
        }
        RuleKind::SkillValid => {
            let lacking: usize = seen().map(|shift| skills_lacking(person, shift)).sum();
            unit(rule, STEP).times(i64::try_from(lacking).unwrap_or(i64::MAX))
        }
        RuleKind::Availability => unit(rule, 1).times(seen().map(|shift| minutes_unavailable(said, shift)).sum()),
        RuleKind::Requests => {
            let wishes = said.iter().filter(|span| span.on == on);
            Score::of_soft(wishes.map(|span| of_wish(span, seen())).sum())
        }
        RuleKind::MinutesPerPeriod { per: Window::Day, min, max } if seen().next().is_some() => {
            let minutes: i64 = seen().map(|shift| i64::from(shift.work_minutes)).sum();
            let short = min.map_or(0, |min| (i64::from(min) - minutes).max(0));
            let above = max.map_or(0, |max| (minutes - i64::from(max)).max(0));
            unit(rule, 1).times(short + above)
        }
        RuleKind::Overlap => pairs::of_many(rule, shifts),
        RuleKind::RestBetweenShifts { min_minutes } => rests::within_day(rule, *min_minutes, shifts),
        _ => Score::ZERO,
    }
}

fn skills_lacking(person: &Person, shift: &PlannedShift) -> usize {
    let lacks = |needed: &&SkillId| {
        let mut grants = person.skills.iter().filter(|grant| grant.skill == **needed);
        !grants.any(|grant| grant.from <= shift.on && grant.until.is_none_or(|until| shift.on <= until))
    };
    shift.skills.iter().filter(lacks).count()
}

fn speaks_of(span: &AvailabilitySpan, shift: &PlannedShift) -> bool {
    span.template.is_none_or(|template| shift.template == Some(template))
}

/// Minutes in which a person cannot work, and minutes outside those in which they can, if they said so of this day.
fn minutes_unavailable(said: &[&AvailabilitySpan], shift: &PlannedShift) -> i64 {
    let of = |kind| said.iter().filter(move |span| span.kind == kind && speaks_of(span, shift));
    let barred = minutes_begun(shared(shift, of(AvailabilityKind::Unavailable)));
    let is_limited = of(AvailabilityKind::Available).any(|span| span.on == shift.on);
    let outside = if is_limited {
        let open = shared(shift, of(AvailabilityKind::Available));
        minutes_begun(shift.ends_at.duration_since(shift.starts_at) - open)
    } else {
        0
    };
    barred + outside
}

/// How much of a shift lies within some spans.
fn shared<'a>(shift: &PlannedShift, spans: impl Iterator<Item = &'a &'a AvailabilitySpan>) -> SignedDuration {
    let mut spans: Vec<_> = spans.map(|span| (span.starts_at, span.ends_at)).collect();
    spans.sort_unstable();
    let (mut sum, mut reached) = (SignedDuration::ZERO, shift.starts_at);
    for (starts_at, ends_at) in spans {
        let (from, until) = (starts_at.max(reached), ends_at.min(shift.ends_at));
        if from < until {
            sum += until.duration_since(from);
            reached = until;
        }
    }
    sum
}

fn of_wish<'a>(span: &AvailabilitySpan, shifts: impl Iterator<Item = &'a PlannedShift>) -> i64 {
    let meets = |shift: &&PlannedShift| {
        speaks_of(span, shift) && span.starts_at < shift.ends_at && shift.starts_at < span.ends_at
    };
    let met = i64::try_from(shifts.filter(meets).count()).unwrap_or(i64::MAX);
    match span.kind {
        AvailabilityKind::Preferred if met == 0 => span.weight,
        AvailabilityKind::Unpreferred => span.weight * met,
        _ => 0,
    }
}
