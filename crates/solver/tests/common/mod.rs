//! Problems to search.
#![allow(dead_code, reason = "each test binary uses a part")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::num::NonZeroU32;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling_domain::roster::{
    AvailabilityKind, AvailabilitySpan, Calendar, Heads, Period, Person, Placement, PlannedShift, Problem, SkillSpan,
};
use scheduling_domain::rules::{Effective, Rule, RuleKind, Scope, Verdict, Window, check};
use scheduling_domain::time::Weekdays;
use scheduling_solver::{STEP, Score};

/// A Monday.
pub(crate) const FIRST: Date = date(2024, 1, 1);

/// The id with a number, counted from 0.
pub(crate) fn id<Id: From<NonZeroU32>>(number: usize) -> Id {
    NonZeroU32::MIN.saturating_add(u32::try_from(number).unwrap()).into()
}

/// A day, counted from [`FIRST`].
pub(crate) fn on(day: i32) -> Date {
    FIRST + day.days()
}

/// So many minutes after a day's midnight.
pub(crate) fn at(day: i32, minute: i64) -> Timestamp {
    on(day).to_zoned(TimeZone::UTC).unwrap().timestamp() + SignedDuration::from_mins(minute)
}

/// A shift of a template at a minute of a day.
pub(crate) fn shift(
    number: usize,
    template: usize,
    day: i32,
    (starts, lasts): (i64, i64),
    heads: Heads,
) -> PlannedShift {
    PlannedShift {
        id: id(number),
        label: format!("T{template}"),
        template: Some(id(template)),
        on: on(day),
        starts_at: at(day, starts),
        ends_at: at(day, starts + lasts),
        work_minutes: u32::try_from(lasts).unwrap(),
        site: id(0),
        position: id(0),
        skills: Vec::new(),
        heads,
        tags: Vec::new(),
    }
}

/// So many heads, each missing one for so much.
pub(crate) fn heads(target: u16, under_weight: i64, over_weight: i64) -> Heads {
    Heads { min: 0, target, max: None, under_weight, over_weight }
}

/// A person without any wish.
pub(crate) fn person(number: usize) -> Person {
    Person { id: id(number), label: format!("P{number}"), tags: vec![], skills: vec![], availability: vec![] }
}

/// A rule for everybody.
pub(crate) fn rule(kind: RuleKind, verdict: Verdict, weight: i64) -> Rule {
    let key = "rule".to_owned();
    Rule { key, kind, scope: Scope::default(), effective: Effective::default(), verdict, weight, citation: None }
}

/// A problem over some days from [`FIRST`] on.
pub(crate) fn problem(days: i32, people: Vec<Person>, shifts: Vec<PlannedShift>, rules: Vec<Rule>) -> Problem {
    let period = Period { first: FIRST, end: on(days) };
    Problem { period, calendar: Calendar::default(), people, shifts, rules }
}

/// What the checker makes of a roster, as a score.
pub(crate) fn judged(problem: &Problem, placements: &[Placement]) -> Score {
    let report = check(problem, placements);
    let hard = report.blocking().map(|violation| {
        let is_time = violation.unit == scheduling_domain::rules::Unit::Minutes;
        violation.by() * if is_time { 1 } else { STEP }
    });
    Score { hard: hard.sum(), soft: report.cost() }
}

/// Chance for tests: a small linear congruential generator, since how good it is does not matter.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(limit).unwrap()).unwrap()
    }

    /// A number in `[low, high]`.
    pub(crate) fn within(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(usize::try_from(high - low + 1).unwrap())).unwrap()
    }

    /// Whether something of such a chance, in hundredths, comes true.
    pub(crate) fn comes(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn small(&mut self, low: i64, high: i64) -> u32 {
        u32::try_from(self.within(low, high)).unwrap()
    }
}

/// Any problem at all, small, with what is placed already.
pub(crate) fn any_problem(seed: u64) -> (Problem, Vec<Placement>) {
    let dice = &mut Dice(seed);
    dice.below(2);
    let days = i32::try_from(dice.within(3, 17)).unwrap();
    let (before, after) = (i32::try_from(dice.within(0, 8)).unwrap(), i32::try_from(dice.within(0, 4)).unwrap());
    let templates: Vec<(i64, i64)> =
        (0..dice.within(1, 4)).map(|_| (dice.within(0, 23) * 60, dice.within(2, 14) * 60)).collect();
    let mut shifts = Vec::new();
    for day in -before..days + after {
        for (template, hours) in templates.iter().enumerate() {
            for _ in 0..=usize::from(dice.comes(15)) {
                if dice.comes(85) {
                    shifts.push(any_shift(dice, shifts.len(), template, day, *hours));
                }
            }
        }
    }
    shifts.sort_by_key(|shift| (shift.starts_at, shift.id));
    let people: Vec<Person> = (0..=dice.below(5)).map(|number| any_person(dice, number, days)).collect();
    let rules = (0..=dice.below(12)).map(|_| any_rule(dice, days, templates.len(), people.len())).collect();
    let mut problem = problem(days, people, shifts, rules);
    problem.period.first = FIRST;
    problem.calendar.week_start =
        if dice.comes(70) { jiff::civil::Weekday::Monday } else { jiff::civil::Weekday::Sunday };
    let mut placements = Vec::new();
    for person in 0..problem.people.len() {
        for (shift, about) in problem.shifts.iter().enumerate() {
            let is_planned = problem.period.contains(about.on);
            if dice.comes(if is_planned { 4 } else { 30 }) {
                placements.push(Placement { person, shift, pinned: !is_planned || dice.comes(70) });
            }
        }
    }
    (problem, placements)
}

fn any_shift(dice: &mut Dice, number: usize, template: usize, day: i32, hours: (i64, i64)) -> PlannedShift {
    let target = dice.within(0, 3);
    let heads = Heads {
        min: u16::try_from(dice.within(0, target)).unwrap(),
        target: u16::try_from(target).unwrap(),
        max: dice.comes(40).then(|| u16::try_from(target + dice.within(0, 1)).unwrap()),
        under_weight: dice.within(0, 100),
        over_weight: dice.within(0, 10),
    };
    PlannedShift {
        site: id(dice.below(2)),
        skills: if dice.comes(20) { vec![id(dice.below(2))] } else { vec![] },
        tags: if dice.comes(40) { vec!["night".to_owned()] } else { vec![] },
        ..shift(number, template, day, hours, heads)
    }
}

fn any_person(dice: &mut Dice, number: usize, days: i32) -> Person {
    let days = i64::from(days);
    let mut someone = person(number);
    if dice.comes(50) {
        someone.tags.push("full".to_owned());
    }
    for skill in 0..2 {
        if dice.comes(60) {
            let from = i32::try_from(dice.within(-5, days)).unwrap();
            let until = dice.comes(50).then(|| on(from + i32::try_from(dice.within(0, days)).unwrap()));
            someone.skills.push(SkillSpan { skill: id(skill), from: on(from), until });
        }
    }
    for _ in 0..dice.below(8) {
        let day = i32::try_from(dice.within(0, days - 1)).unwrap();
        let (starts, lasts) = (dice.within(-2, 20) * 60, dice.within(1, 26) * 60);
        someone.availability.push(AvailabilitySpan {
            kind: [
                AvailabilityKind::Available,
                AvailabilityKind::Unavailable,
                AvailabilityKind::Preferred,
                AvailabilityKind::Unpreferred,
            ][dice.below(4)],
            on: on(day),
            starts_at: at(day, starts),
            ends_at: at(day, starts + lasts),
            weight: dice.within(0, 9),
            template: dice.comes(40).then(|| id(dice.below(4))),
        });
    }
    someone
}

fn any_rule(dice: &mut Dice, days: i32, templates: usize, people: usize) -> Rule {
    let some_day = |dice: &mut Dice| on(i32::try_from(dice.within(-1, i64::from(days))).unwrap());
    let kind = match dice.below(13) {
        0 => RuleKind::Overlap,
        1 => RuleKind::RestBetweenShifts { min_minutes: 60 * dice.small(0, 40) },
        2 => {
            RuleKind::ForbiddenSuccession { before: id(dice.below(templates)), after: vec![id(dice.below(templates))] }
        }
        3 => RuleKind::MinutesPerPeriod {
            per: [Window::Day, Window::Week, Window::Month, Window::Period][dice.below(4)],
            min: dice.comes(60).then(|| 60 * dice.small(0, 30)),
            max: dice.comes(60).then(|| 60 * dice.small(4, 50)),
        },
        4 => RuleKind::ShiftsPerTemplate { template: id(dice.below(templates)), max: dice.small(0, 4) },
        5 => RuleKind::ConsecutiveWorkingDays {
            min: dice.comes(60).then(|| dice.small(1, 4)),
            max: dice.comes(60).then(|| dice.small(1, 5)),
        },
        6 => RuleKind::ConsecutiveDaysOff { min: dice.small(1, 4) },
        7 => {
            let all = Weekdays::ALL.iter().filter(|_| dice.comes(30)).collect();
            RuleKind::WeekendsWorked {
                weekend: if dice.comes(50) { Weekdays::SATURDAY_SUNDAY } else { all },
                max: dice.small(0, 2),
            }
        }
        8 => RuleKind::DaysOff { on: vec![some_day(dice), some_day(dice)] },
        9 => RuleKind::SkillValid,
        10 => RuleKind::Availability,
        11 => RuleKind::HeadsPerShift,
        _ => RuleKind::Requests,
    };
    let mut scope = Scope::default();
    if dice.comes(25) {
        scope.people.push(id(dice.below(people)));
    }
    if dice.comes(15) {
        scope.person_tags.push("full".to_owned());
    }
    if dice.comes(15) {
        scope.sites.push(id(dice.below(2)));
    }
    if dice.comes(15) {
        scope.shift_tags.push("night".to_owned());
    }
    let effective =
        Effective { from: dice.comes(15).then(|| some_day(dice)), until: dice.comes(15).then(|| some_day(dice)) };
    let verdict = [Verdict::Warn, Verdict::Cost, Verdict::Consent, Verdict::Block, Verdict::Block][dice.below(5)];
    Rule { scope, effective, ..rule(kind, verdict, dice.within(0, 9)) }
}

/// Two people, some days, two templates; few enough rosters to try them all.
pub(crate) fn tiny(seed: u64) -> Problem {
    let dice = &mut Dice(seed);
    let days = 4;
    let mut shifts = Vec::new();
    for day in 0..days {
        for (template, hours) in [(0, (360, 480)), (1, (1320, 480))] {
            let heads = heads(1, dice.within(1, 30), dice.within(0, 9));
            shifts.push(shift(shifts.len(), template, day, hours, heads));
        }
    }
    let rules = vec![
        rule(RuleKind::Overlap, Verdict::Block, 0),
        rule(RuleKind::HeadsPerShift, Verdict::Block, 0),
        rule(RuleKind::RestBetweenShifts { min_minutes: 660 }, Verdict::Block, 0),
        rule(RuleKind::ConsecutiveWorkingDays { min: Some(2), max: Some(3) }, Verdict::Block, 0),
        rule(RuleKind::ConsecutiveDaysOff { min: 2 }, Verdict::Cost, dice.within(1, 20)),
        rule(
            RuleKind::MinutesPerPeriod { per: Window::Period, min: Some(960), max: Some(1440) },
            Verdict::Cost,
            dice.within(0, 1),
        ),
        rule(RuleKind::ShiftsPerTemplate { template: id(1), max: 1 }, Verdict::Cost, dice.within(1, 9)),
    ];
    problem(days, vec![person(0), person(1)], shifts, rules)
}

/// The best of all rosters with one shift a day.
pub(crate) fn best_of_all(problem: &Problem) -> Score {
    let days = usize::try_from(problem.period.days()).unwrap();
    let cells = days * problem.people.len();
    let rosters = 3_usize.pow(u32::try_from(cells).unwrap());
    let roster = |mut number: usize| {
        let mut placements = Vec::new();
        for cell in 0..cells {
            if let Some(template) = (number % 3).checked_sub(1) {
                placements.push(Placement { person: cell / days, shift: cell % days * 2 + template, pinned: false });
            }
            number /= 3;
        }
        placements
    };
    (0..rosters).map(|number| judged(problem, &roster(number))).min().unwrap()
}
