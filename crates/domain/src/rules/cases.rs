//! Small problems in one line each, for the tables of cases beside the rules.
//!
//! The planned period is the fortnight from Monday, 1 January 2024. A shift is written `label date start minutes`, such
//! as `N 01-02 22:00 480`; its template is the label's letter. A date in December lies before the period. One person,
//! `Ada`, works every shift.

use std::fmt::Write;
use std::num::NonZeroU32;

use jiff::civil::{Date, Time, date};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::id::ShiftTemplateId;
use crate::roster::{
    AvailabilityKind, AvailabilitySpan, Calendar, Heads, Period, Person, Placement, PlannedShift, Problem,
};
use crate::rules::{Effective, Phase, Report, Rule, RuleKind, Scope, Verdict, Violation, check};

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) rule: RuleKind,
    pub(super) shifts: &'static [&'static str],
    pub(super) finds: &'static [&'static str],
}

pub(super) fn run(cases: &[Case]) {
    for case in cases {
        assert_eq!(found(&problem(case.rule.clone(), case.shifts)), case.finds, "{}", case.name);
    }
}

pub(super) fn id<Id: From<NonZeroU32>>(raw: u32) -> Id {
    NonZeroU32::new(raw).unwrap().into()
}

pub(super) fn template(letter: char) -> ShiftTemplateId {
    id(u32::from(letter))
}

pub(super) fn problem(kind: RuleKind, shifts: &[&str]) -> Problem {
    let mut shifts: Vec<PlannedShift> = shifts.iter().enumerate().map(|(index, text)| shift(index, text)).collect();
    shifts.sort_by_key(|shift| (shift.starts_at, shift.id));
    Problem {
        period: Period { first: date(2024, 1, 1), end: date(2024, 1, 15) },
        calendar: Calendar::default(),
        people: vec![Person {
            id: id(1),
            label: "Ada".into(),
            tags: Vec::new(),
            skills: Vec::new(),
            availability: Vec::new(),
        }],
        shifts,
        rules: vec![rule("rule", kind)],
    }
}

pub(super) fn rule(key: &str, kind: RuleKind) -> Rule {
    Rule {
        key: key.into(),
        kind,
        scope: Scope::default(),
        effective: Effective::default(),
        verdict: Verdict::Block,
        weight: 0,
        citation: None,
    }
}

fn shift(index: usize, text: &str) -> PlannedShift {
    let (label, times) = text.split_once(' ').unwrap();
    let (on, starts_at, ends_at) = parse(times);
    PlannedShift {
        id: id(u32::try_from(index).unwrap() + 1),
        label: label.into(),
        template: label.chars().next().map(template),
        on,
        starts_at,
        ends_at,
        work_minutes: u32::try_from(ends_at.duration_since(starts_at).as_mins()).unwrap(),
        site: id(1),
        position: id(1),
        skills: Vec::new(),
        heads: Heads { min: 0, target: 0, max: None, under_weight: 0, over_weight: 0 },
        tags: Vec::new(),
    }
}

/// A span of availability, `date start minutes`, of weight 5.
pub(super) fn span(kind: AvailabilityKind, text: &str) -> AvailabilitySpan {
    let (on, starts_at, ends_at) = parse(text);
    AvailabilitySpan { kind, on, starts_at, ends_at, weight: 5, template: None }
}

fn parse(times: &str) -> (Date, Timestamp, Timestamp) {
    let [on, start, minutes] = times.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let year = if on.starts_with("12") { 2023 } else { 2024 };
    let on: Date = format!("{year}-{on}").parse().unwrap();
    let start: Time = start.parse().unwrap();
    let starts_at = on.to_datetime(start).to_zoned(TimeZone::UTC).unwrap().timestamp();
    (on, starts_at, starts_at + SignedDuration::from_mins(minutes.parse().unwrap()))
}

/// Everyone on every shift.
pub(super) fn full(problem: &Problem) -> Vec<Placement> {
    let cells =
        (0..problem.people.len()).flat_map(|person| (0..problem.shifts.len()).map(move |shift| (person, shift)));
    cells.map(|(person, shift)| Placement { person, shift, pinned: false }).collect()
}

/// What a check finds when everyone works every shift, as text.
pub(super) fn found(problem: &Problem) -> Vec<String> {
    texts(problem, &check(problem, &full(problem)))
}

fn texts(problem: &Problem, report: &Report) -> Vec<String> {
    report.violations.iter().map(|violation| text(problem, violation)).collect()
}

fn text(problem: &Problem, violation: &Violation) -> String {
    let day = |on: Date| on.strftime("%m-%d").to_string();
    let shifts: Vec<String> = violation
        .shifts
        .iter()
        .map(|index| format!("{}{}", problem.shifts[*index].label, day(problem.shifts[*index].on)))
        .collect();
    let mut text = format!(
        "{} {}..{} limit {} actual {} of {}",
        violation.code,
        day(violation.first),
        day(violation.last),
        violation.limit,
        violation.actual,
        if shifts.is_empty() { "nothing".to_owned() } else { shifts.join(" ") },
    );
    if violation.phase == Phase::WhenComplete {
        text.push_str(" when complete");
    }
    if violation.cost != 0 {
        write!(text, " costs {}", violation.cost).unwrap();
    }
    text
}
