//! [`Instance`] → [`Problem`].

use std::num::NonZeroU32;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Instance, Staff};
use crate::id::{EmployeeId, PositionId, ShiftId, ShiftTemplateId, SiteId};
use crate::roster::{
    AvailabilityKind, AvailabilitySpan, Calendar, Heads, Period, Person, PlannedShift, Problem, ShiftIndex,
};
use crate::rules::{Effective, Rule, RuleKind, Scope, Verdict, Window};
use crate::time::Weekdays;

/// Day 0, a Monday.
const FIRST: Date = date(2024, 1, 1);
/// Its midnight in UTC.
const MIDNIGHT: Timestamp = Timestamp::constant(1_704_067_200, 0);

impl Instance {
    /// The instance as a problem whose hard rules block and whose soft terms cost their weights.
    ///
    /// Every kind of shift exists on every day, wanted or not, so that each cell of the benchmark's table can be worked.
    pub fn to_problem(&self) -> Problem {
        Problem {
            period: Period { first: FIRST, end: on(self.days) },
            calendar: Calendar::default(),
            people: self.staff.iter().enumerate().map(|(index, someone)| person(index, someone)).collect(),
            shifts: self.planned_shifts(),
            rules: self.rules(),
        }
    }

    /// Where the shift of a kind on a day stands in the problem.
    pub(super) fn shift_index(&self, day: u16, kind: usize) -> ShiftIndex {
        usize::from(day) * self.shift_kinds.len() + kind
    }

    fn planned_shifts(&self) -> Vec<PlannedShift> {
        let unwanted = Heads { min: 0, target: 0, max: None, under_weight: 0, over_weight: 0 };
        let days = 0..self.days;
        let mut shifts: Vec<PlannedShift> = days
            .flat_map(|day| self.shift_kinds.iter().enumerate().map(move |(kind, shift)| (day, kind, shift)))
            .map(|(day, kind, shift)| PlannedShift {
                id: nth::<ShiftId>(self.shift_index(day, kind)),
                label: shift.id.clone(),
                template: Some(nth(kind)),
                on: on(day),
                starts_at: midnight(day),
                ends_at: midnight(day) + SignedDuration::from_mins(shift.minutes.into()),
                work_minutes: shift.minutes,
                site: nth::<SiteId>(0),
                position: nth::<PositionId>(0),
                skills: Vec::new(),
                heads: unwanted,
                tags: Vec::new(),
            })
            .collect();
        for cover in &self.cover {
            if let Some(shift) = shifts.get_mut(self.shift_index(cover.day, cover.kind)) {
                shift.heads = Heads {
                    target: cover.target,
                    under_weight: cover.under_weight,
                    over_weight: cover.over_weight,
                    ..unwanted
                };
            }
        }
        shifts
    }

    fn rules(&self) -> Vec<Rule> {
        let mut rules = vec![
            rule("one-shift-a-day".to_owned(), RuleKind::Overlap, Verdict::Block),
            rule("cover".to_owned(), RuleKind::HeadsPerShift, Verdict::Block),
            rule("requests".to_owned(), RuleKind::Requests, Verdict::Cost),
        ];
        for (kind, shift) in self.shift_kinds.iter().enumerate().filter(|(_, shift)| !shift.forbidden_next.is_empty()) {
            let after = shift.forbidden_next.iter().map(|next| nth(*next)).collect();
            let succession = RuleKind::ForbiddenSuccession { before: nth(kind), after };
            rules.push(rule(format!("after-{}", shift.id), succession, Verdict::Block));
        }
        for (kind, shift) in self.shift_kinds.iter().enumerate() {
            let most = |someone: &Staff| someone.max_shifts.iter().find(|(of, _)| *of == kind).map(|(_, max)| *max);
            self.personal(&mut rules, &format!("shifts-{}", shift.id), most, |max| {
                max.map(|max| RuleKind::ShiftsPerTemplate { template: nth::<ShiftTemplateId>(kind), max })
            });
        }
        let minutes = |someone: &Staff| (someone.min_minutes, someone.max_minutes);
        self.personal(&mut rules, "minutes", minutes, |(min, max)| {
            Some(RuleKind::MinutesPerPeriod { per: Window::Period, min: Some(min), max: Some(max) })
        });
        let runs = |someone: &Staff| (someone.min_consecutive_shifts, someone.max_consecutive_shifts);
        self.personal(&mut rules, "consecutive-shifts", runs, |(min, max)| {
            Some(RuleKind::ConsecutiveWorkingDays { min: Some(min), max: Some(max) })
        });
        self.personal(
            &mut rules,
            "consecutive-days-off",
            |someone| someone.min_consecutive_days_off,
            |min| Some(RuleKind::ConsecutiveDaysOff { min }),
        );
        self.personal(
            &mut rules,
            "weekends",
            |someone| someone.max_weekends,
            |max| Some(RuleKind::WeekendsWorked { weekend: Weekdays::SATURDAY_SUNDAY, max }),
        );
        self.personal(
            &mut rules,
            "days-off",
            |someone| someone.days_off.clone(),
            |days| (!days.is_empty()).then(|| RuleKind::DaysOff { on: days.into_iter().map(on).collect() }),
        );
        rules
    }

    /// Adds one rule for each distinct value of a limit, binding the people who share it.
    fn personal<L: PartialEq>(
        &self,
        rules: &mut Vec<Rule>,
        name: &str,
        limit: impl Fn(&Staff) -> L,
        kind: impl Fn(L) -> Option<RuleKind>,
    ) {
        let mut groups: Vec<(L, Vec<EmployeeId>)> = Vec::new();
        for (index, someone) in self.staff.iter().enumerate() {
            let limit = limit(someone);
            match groups.iter_mut().find(|(known, _)| *known == limit) {
                Some((_, people)) => people.push(nth(index)),
                None => groups.push((limit, vec![nth(index)])),
            }
        }
        let shared = groups.len() == 1;
        for (index, (limit, people)) in groups.into_iter().enumerate() {
            let Some(kind) = kind(limit) else { continue };
            let people = if shared { Vec::new() } else { people };
            rules.push(Rule {
                scope: Scope { people, ..Scope::default() },
                ..rule(format!("{name}-{}", index + 1), kind, Verdict::Block)
            });
        }
    }
}

fn person(index: usize, someone: &Staff) -> Person {
    let spans = someone.requests.iter().map(|request| AvailabilitySpan {
        kind: if request.wanted { AvailabilityKind::Preferred } else { AvailabilityKind::Unpreferred },
        on: on(request.day),
        starts_at: midnight(request.day),
        ends_at: midnight(request.day + 1),
        weight: request.weight,
        template: Some(nth(request.kind)),
    });
    Person {
        id: nth(index),
        label: someone.id.clone(),
        tags: Vec::new(),
        skills: Vec::new(),
        availability: spans.collect(),
    }
}

fn rule(key: String, kind: RuleKind, verdict: Verdict) -> Rule {
    Rule { key, kind, scope: Scope::default(), effective: Effective::default(), verdict, weight: 0, citation: None }
}

fn on(day: u16) -> Date {
    FIRST + i32::from(day).days()
}

fn midnight(day: u16) -> Timestamp {
    MIDNIGHT + SignedDuration::from_hours(i64::from(day) * 24)
}

/// The id of what stands at `index`; ids count from 1.
fn nth<Id: From<NonZeroU32>>(index: usize) -> Id {
    NonZeroU32::MIN.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)).into()
}
