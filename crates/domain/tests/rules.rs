//! What the rule engine holds to, whatever the problem, the roster and the change.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use std::num::NonZeroU32;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use scheduling_domain::roster::{
    AvailabilityKind, AvailabilitySpan, Calendar, Heads, Period, Person, Placement, PlannedShift, Problem, SkillSpan,
};
use scheduling_domain::rules::{
    Change, Effective, Outcome, Reach, Rule, RuleKind, Scope, Verdict, Violation, Window, check, judge,
};
use scheduling_domain::time::Weekdays;

const PEOPLE: usize = 3;
const SHIFTS: usize = 16;

fn id<Id: From<NonZeroU32>>(raw: u32) -> Id {
    NonZeroU32::new(raw).unwrap().into()
}

fn day(offset: i32) -> Date {
    date(2024, 1, 3) + offset.days()
}

fn midnight(offset: i32) -> Timestamp {
    "2024-01-03T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(i64::from(offset) * 24)
}

fn arbitrary_shift() -> impl Strategy<Value = PlannedShift> {
    let times = (-4..12_i32, 0..48_i64, 1..20_i64);
    let heads = (0..3_u16, 0..3_u16, prop::option::of(0..3_u16));
    (times, 1..4_u32, heads, 1..3_u32, any::<[bool; 2]>()).prop_map(
        |((on, start, length), template, (min, target, max), site, [skilled, tagged])| {
            let starts_at = midnight(on) + SignedDuration::from_mins(start * 30);
            PlannedShift {
                id: id(1),
                label: format!("T{template}"),
                template: Some(id(template)),
                on: day(on),
                starts_at,
                ends_at: starts_at + SignedDuration::from_mins(length * 60),
                work_minutes: u32::try_from(length * 60).unwrap(),
                site: id(site),
                position: id(1),
                skills: if skilled { vec![id(1)] } else { Vec::new() },
                heads: Heads { min, target, max, under_weight: 10, over_weight: 1 },
                tags: if tagged { vec!["night".to_owned()] } else { Vec::new() },
            }
        },
    )
}

fn arbitrary_person() -> impl Strategy<Value = Person> {
    let kind = prop::sample::select(vec![
        AvailabilityKind::Available,
        AvailabilityKind::Unavailable,
        AvailabilityKind::Preferred,
        AvailabilityKind::Unpreferred,
    ]);
    let span = (kind, -4..12_i32, 0..24_i64, 1..24_i64, prop::option::of(1..4_u32)).prop_map(
        |(kind, on, start, hours, template)| AvailabilitySpan {
            kind,
            on: day(on),
            starts_at: midnight(on) + SignedDuration::from_hours(start),
            ends_at: midnight(on) + SignedDuration::from_hours(start + hours),
            weight: 3,
            template: template.map(id),
        },
    );
    (prop::collection::vec(span, 0..4), prop::option::of(-4..12_i32), any::<bool>()).prop_map(
        |(availability, skilled_from, is_apprentice)| Person {
            id: id(1),
            label: "someone".to_owned(),
            tags: if is_apprentice { vec!["apprentice".to_owned()] } else { Vec::new() },
            skills: skilled_from
                .map(|from| SkillSpan { skill: id(1), from: day(from), until: None })
                .into_iter()
                .collect(),
            availability,
        },
    )
}

fn arbitrary_kind() -> impl Strategy<Value = RuleKind> {
    let window = prop::sample::select(vec![Window::Day, Window::Week, Window::Month, Window::Period]);
    let limits = (prop::option::of(0..4_u32), prop::option::of(0..4_u32));
    prop_oneof![
        Just(RuleKind::Overlap),
        (0..2000_u32).prop_map(|min_minutes| RuleKind::RestBetweenShifts { min_minutes }),
        (1..4_u32, 1..4_u32)
            .prop_map(|(before, after)| RuleKind::ForbiddenSuccession { before: id(before), after: vec![id(after)] }),
        (window, limits.clone()).prop_map(|(per, (min, max))| RuleKind::MinutesPerPeriod {
            per,
            min: min.map(|hours| hours * 240),
            max: max.map(|hours| hours * 480),
        }),
        (1..4_u32, 0..3_u32).prop_map(|(template, max)| RuleKind::ShiftsPerTemplate { template: id(template), max }),
        limits.prop_map(|(min, max)| RuleKind::ConsecutiveWorkingDays { min, max }),
        (1..4_u32).prop_map(|min| RuleKind::ConsecutiveDaysOff { min }),
        (0..3_u32).prop_map(|max| RuleKind::WeekendsWorked { weekend: Weekdays::SATURDAY_SUNDAY, max }),
        (-2..9_i32).prop_map(|on| RuleKind::DaysOff { on: vec![day(on)] }),
        Just(RuleKind::SkillValid),
        Just(RuleKind::Availability),
        Just(RuleKind::HeadsPerShift),
        Just(RuleKind::Requests),
    ]
}

fn arbitrary_rule() -> impl Strategy<Value = Rule> {
    let verdict = prop::sample::select(vec![Verdict::Warn, Verdict::Cost, Verdict::Consent, Verdict::Block]);
    let scope = (any::<[bool; 4]>(), 1..4_u32).prop_map(|([apprentices, night, one_site, one_person], person)| Scope {
        people: if one_person { vec![id(person)] } else { Vec::new() },
        person_tags: if apprentices { vec!["apprentice".to_owned()] } else { Vec::new() },
        sites: if one_site { vec![id(1)] } else { Vec::new() },
        shift_tags: if night { vec!["night".to_owned()] } else { Vec::new() },
    });
    let scope = prop_oneof![3 => Just(Scope::default()), 1 => scope];
    let effective = prop_oneof![
        3 => Just(Effective::default()),
        1 => (0..9_i32).prop_map(|from| Effective { from: Some(day(from)), until: None }),
    ];
    (arbitrary_kind(), scope, effective, verdict, 0..5_i64).prop_map(|(kind, scope, effective, verdict, weight)| Rule {
        key: kind.code().to_owned(),
        kind,
        scope,
        effective,
        verdict,
        weight,
        citation: None,
    })
}

fn arbitrary_problem() -> impl Strategy<Value = Problem> {
    let people = prop::collection::vec(arbitrary_person(), PEOPLE);
    let shifts = prop::collection::vec(arbitrary_shift(), SHIFTS);
    (people, shifts, prop::collection::vec(arbitrary_rule(), 1..8)).prop_map(|(mut people, mut shifts, rules)| {
        shifts.sort_by_key(|shift| shift.starts_at);
        (1..).zip(&mut people).for_each(|(raw, person)| person.id = id(raw));
        (1..).zip(&mut shifts).for_each(|(raw, shift)| shift.id = id(raw));
        Problem { period: Period { first: day(0), end: day(9) }, calendar: Calendar::default(), people, shifts, rules }
    })
}

type Cells = Vec<(usize, usize)>;

fn arbitrary_cells(most: usize) -> impl Strategy<Value = Cells> {
    prop::collection::vec((0..PEOPLE, 0..SHIFTS), 0..most)
}

fn arbitrary_change() -> impl Strategy<Value = Change> {
    (arbitrary_cells(4), arbitrary_cells(4)).prop_map(|(removals, additions)| Change { removals, additions })
}

fn placements(cells: &Cells) -> Vec<Placement> {
    cells.iter().map(|(person, shift)| Placement { person: *person, shift: *shift, pinned: false }).collect()
}

fn after(cells: &Cells, change: &Change) -> Cells {
    let mut after: Cells = cells.iter().filter(|cell| !change.removals.contains(cell)).copied().collect();
    after.extend(&change.additions);
    after
}

/// What is in `these` more often than in `others`.
fn beyond(these: &[Violation], others: &[Violation]) -> Vec<Violation> {
    let mut others = others.to_vec();
    let is_new = |violation: &&Violation| match others.iter().position(|other| other == *violation) {
        Some(found) => {
            others.remove(found);
            false
        }
        None => true,
    };
    these.iter().filter(is_new).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_judgement_is_the_difference_of_two_checks(
        problem in arbitrary_problem(), cells in arbitrary_cells(24), change in arbitrary_change(),
    ) {
        let before = check(&problem, &placements(&cells));
        let after = check(&problem, &placements(&after(&cells, &change)));
        let judgement = judge(&problem, &placements(&cells), &change);
        prop_assert_eq!(&judgement.introduced, &beyond(&after.violations, &before.violations));
        prop_assert_eq!(&judgement.resolved, &beyond(&before.violations, &after.violations));
        prop_assert_eq!(judgement.cost_delta, after.cost() - before.cost());
    }

    #[test]
    fn order_and_repetition_of_placements_do_not_matter(
        problem in arbitrary_problem(),
        (cells, shuffled) in arbitrary_cells(24).prop_flat_map(|cells| {
            let twice: Cells = cells.iter().chain(&cells).copied().collect();
            (Just(cells), Just(twice).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(check(&problem, &placements(&cells)), check(&problem, &placements(&shuffled)));
    }

    #[test]
    fn violations_are_ordered_and_touch_the_planned_period(problem in arbitrary_problem(), cells in arbitrary_cells(24)) {
        let report = check(&problem, &placements(&cells));
        prop_assert!(report.violations.is_sorted());
        for violation in &report.violations {
            prop_assert!(violation.first <= violation.last);
            prop_assert!(violation.first < problem.period.end && problem.period.first <= violation.last);
            prop_assert!(violation.by() > 0, "{:?}", violation);
        }
    }

    #[test]
    fn taking_work_away_is_never_refused(
        problem in arbitrary_problem(), cells in arbitrary_cells(24), removals in arbitrary_cells(4),
    ) {
        let change = Change { removals, additions: Vec::new() };
        prop_assert!(judge(&problem, &placements(&cells), &change).outcome <= Outcome::Noted);
    }

    #[test]
    fn a_change_is_refused_exactly_for_an_obstacle_that_blocks(
        problem in arbitrary_problem(), cells in arbitrary_cells(24), change in arbitrary_change(),
    ) {
        let judgement = judge(&problem, &placements(&cells), &change);
        let blocks = judgement.obstacles().any(|violation| violation.verdict == Verdict::Block);
        prop_assert_eq!(judgement.outcome == Outcome::Blocked, blocks);
    }

    /// A caller may load only the days that the rules reach from the changed one.
    #[test]
    fn what_lies_beyond_the_reach_does_not_change_the_outcome(
        mut problem in arbitrary_problem(), cells in arbitrary_cells(24), person in 0..PEOPLE, shift in 0..SHIFTS,
    ) {
        problem.rules.retain(|rule| rule.reach() != Reach::Period);
        let reach = problem.rules.iter().map(Rule::reach).fold(Reach::SAME_DAY, Reach::union);
        let Reach::Days { before, after } = reach else { unreachable!("only days are left") };
        let on = problem.shifts[shift].on;
        let (from, until) = (on - i64::from(before).days(), on + i64::from(after).days());
        let near: Cells =
            cells.iter().filter(|cell| (from..=until).contains(&problem.shifts[cell.1].on)).copied().collect();
        let change = Change::assign(person, shift);
        let whole = judge(&problem, &placements(&cells), &change);
        let window = judge(&problem, &placements(&near), &change);
        prop_assert_eq!(whole.outcome, window.outcome, "{:?} {:?}", whole.introduced, window.introduced);
    }
}
