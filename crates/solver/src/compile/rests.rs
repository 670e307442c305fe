//! Rest that reaches further than the next day.
//!
//! Rest is asked between a shift and whatever ended last before it. As long as that can only be the day before, a table
//! of pairs says it all ([`super::pairs`]); when it can be days before, with something short in between, only walking
//! along the row does.

use scheduling_domain::roster::{PlannedShift, Problem};
use scheduling_domain::rules::{Rule, RuleKind};

use super::{Columns, scope, unit};
use crate::solution::Score;

/// One rule of rest, ready to walk along rows.
pub(crate) struct Rest {
    min_minutes: i64,
    unit: Score,
    /// By column, starts and ends in seconds, in order.
    spans: Vec<Vec<(i64, i64)>>,
    /// By column, what its own shifts lack between them, which its cell counts already.
    own: Vec<i64>,
    /// By day, whether a breach that ends on it counts.
    in_force: Vec<bool>,
    planned: (usize, usize),
}

#[expect(clippy::indexing_slicing, reason = "days and columns come from the same tables")]
impl Rest {
    /// The walk of a rule, if it is one of rest.
    pub(crate) fn of(rule: &Rule, problem: &Problem, columns: &Columns) -> Option<Self> {
        let RuleKind::RestBetweenShifts { min_minutes } = rule.kind else { return None };
        let span = |shift: &PlannedShift| (shift.starts_at.as_second(), shift.ends_at.as_second());
        let spans = (0..columns.total()).map(|global| {
            let shifts = columns.shifts(global).iter().map(|shift| &problem.shifts[*shift]);
            let mut spans: Vec<_> = shifts.filter(|shift| scope::covers(rule, shift)).map(span).collect();
            spans.sort_unstable();
            spans
        });
        let mut rest = Self {
            min_minutes: min_minutes.into(),
            unit: unit(rule, 1),
            spans: spans.collect(),
            own: Vec::new(),
            in_force: (0..columns.days()).map(|day| scope::in_force(rule, columns.date(day))).collect(),
            planned: columns.planned(),
        };
        for day in 0..columns.days() {
            for global in columns.of_day(day) {
                let row: Vec<_> = rest.spans[global].iter().map(|(start, end)| (*start, *end, day)).collect();
                rest.own.push(rest.lacking(&row));
            }
        }
        Some(rest)
    }

    /// What rest costs among the columns of some successive days, beyond what the columns cost by themselves.
    pub(crate) fn cost(&self, row: impl Iterator<Item = (usize, usize)>) -> Score {
        let (mut shifts, mut own) = (Vec::new(), 0);
        for (day, global) in row {
            shifts.extend(self.spans[global].iter().map(|(start, end)| (*start, *end, day)));
            own += self.own[global];
        }
        // Sites in different zones may begin a later working day earlier.
        shifts.sort_unstable();
        self.unit.times(self.lacking(&shifts) - own)
    }

    /// Minutes of rest that shifts (start, end, day) in order of start lack.
    fn lacking(&self, shifts: &[(i64, i64, usize)]) -> i64 {
        let mut minutes = 0;
        let mut shifts = shifts.iter();
        let Some(mut latest) = shifts.next() else { return 0 };
        for next in shifts {
            let rest = next.0 - latest.1;
            let (first, last) = (latest.2.min(next.2), latest.2.max(next.2));
            let counts = self.in_force[last] && first < self.planned.1 && self.planned.0 <= last;
            if counts {
                minutes += lacking(self.min_minutes, rest);
            }
            if latest.1 < next.1 {
                latest = next;
            }
        }
        minutes
    }
}

/// What rest costs among a person's shifts of one day.
pub(super) fn within_day(rule: &Rule, min_minutes: u32, shifts: &[&PlannedShift]) -> Score {
    let spans = shifts.iter().filter(|shift| scope::covers(rule, shift));
    let mut spans: Vec<_> = spans.map(|shift| (shift.starts_at.as_second(), shift.ends_at.as_second())).collect();
    spans.sort_unstable();
    let mut minutes = 0;
    let mut latest = spans.first().map_or(0, |first| first.1);
    for (start, end) in spans.iter().skip(1) {
        minutes += lacking(min_minutes.into(), start - latest);
        latest = latest.max(*end);
    }
    unit(rule, 1).times(minutes)
}

/// Minutes that so many seconds of rest lack. Shifts that overlap have none between them to judge.
fn lacking(min_minutes: i64, rest: i64) -> i64 {
    if rest < 0 { 0 } else { (min_minutes - rest.div_euclid(60)).max(0) }
}
