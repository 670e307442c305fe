//! What the search finds, and what it leaves alone.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use common::{FIRST, any_problem, best_of_all, heads, id, judged, on, person, problem, rule, shift, tiny};
use scheduling_domain::roster::{Placement, Problem};
use scheduling_domain::rules::{RuleKind, Verdict, Window};
use scheduling_domain::time::Weekdays;
use scheduling_solver::{Budget, Observer, Progress, Score, Settings, Solution, SolveError, Unobserved, solve};

fn search(problem: &Problem, steps: u64, given: &[Placement]) -> Solution {
    solve(problem, &Settings::new(7, Budget::steps(steps)), given, &Unobserved).unwrap()
}

#[test]
fn small_problems_are_solved_to_the_optimum() {
    for seed in 0..6 {
        let problem = tiny(seed);
        assert_eq!(search(&problem, 100_000, &[]).score, best_of_all(&problem), "seed {seed}");
    }
}

#[test]
fn the_answer_depends_on_the_question_alone() {
    for seed in 0..20 {
        let (problem, given) = any_problem(seed);
        let settings = |threads, seed| Settings {
            threads: NonZeroUsize::new(threads).unwrap(),
            walkers: NonZeroUsize::new(3).unwrap(),
            ..Settings::new(seed, Budget::steps(50_000))
        };
        let one = solve(&problem, &settings(1, 5), &given, &Unobserved).unwrap();
        for threads in [2, 4] {
            assert_eq!(solve(&problem, &settings(threads, 5), &given, &Unobserved).unwrap(), one, "{threads} threads");
        }
        assert_eq!(one.steps, 50_000 / 3 * 3);
    }
}

#[test]
fn a_problem_that_cannot_be_legal_has_a_best_roster() {
    let shifts = (0..3).map(|day| shift(usize::try_from(day).unwrap(), 0, day, (480, 480), heads(1, 10, 0))).collect();
    let rules = vec![
        rule(RuleKind::MinutesPerPeriod { per: Window::Period, min: Some(960), max: Some(480) }, Verdict::Block, 0),
        rule(RuleKind::HeadsPerShift, Verdict::Block, 0),
    ];
    let problem = problem(3, vec![person(0)], shifts, rules);
    assert_eq!(search(&problem, 20_000, &[]).score, Score { hard: 480, soft: 10 });
}

#[test]
fn the_first_rows_are_legal_already() {
    let mut shifts = Vec::new();
    for day in 0..28 {
        for (template, starts) in [360, 840, 1320].into_iter().enumerate() {
            shifts.push(shift(shifts.len(), template, day, (starts, 480), heads(3, 100, 1)));
        }
    }
    let rules = vec![
        rule(RuleKind::Overlap, Verdict::Block, 0),
        rule(RuleKind::HeadsPerShift, Verdict::Block, 0),
        rule(RuleKind::RestBetweenShifts { min_minutes: 660 }, Verdict::Block, 0),
        rule(RuleKind::ConsecutiveWorkingDays { min: Some(2), max: Some(5) }, Verdict::Block, 0),
        rule(RuleKind::ConsecutiveDaysOff { min: 2 }, Verdict::Block, 0),
        rule(RuleKind::WeekendsWorked { weekend: Weekdays::SATURDAY_SUNDAY, max: 2 }, Verdict::Block, 0),
        rule(RuleKind::MinutesPerPeriod { per: Window::Period, min: Some(7_560), max: Some(8_640) }, Verdict::Block, 0),
        rule(RuleKind::ShiftsPerTemplate { template: id(2), max: 6 }, Verdict::Block, 0),
    ];
    let problem = problem(28, (0..12).map(person).collect(), shifts, rules);
    let solution = search(&problem, 12 * 4_096, &[]);
    assert_eq!((solution.score.hard, judged(&problem, &solution.placements)), (0, solution.score));
}

#[test]
fn a_pinned_breach_is_counted_and_left() {
    let shifts = (0..4).map(|day| shift(usize::try_from(day).unwrap(), 0, day, (480, 480), heads(1, 10, 0))).collect();
    let rules = vec![
        rule(RuleKind::DaysOff { on: vec![on(1)] }, Verdict::Block, 0),
        rule(RuleKind::HeadsPerShift, Verdict::Block, 0),
    ];
    let problem = problem(4, vec![person(0), person(1)], shifts, rules);
    let pinned = Placement { person: 1, shift: 1, pinned: true };
    let solution = search(&problem, 20_000, &[pinned]);
    assert!(solution.placements.contains(&pinned));
    assert_eq!(solution.score, Score { hard: 480, soft: 0 });
}

#[test]
fn an_earlier_answer_is_never_made_worse() {
    for seed in 0..20 {
        let (problem, given) = any_problem(seed);
        let first = search(&problem, 40_000, &given);
        let again = search(&problem, 2_000, &first.placements);
        assert!(again.score <= first.score, "{:?} after {:?}", again.score, first.score);
    }
}

/// Stops after so many questions; its watch goes a millisecond a look.
struct Patience {
    questions: AtomicU64,
    stop_after: u64,
    heard: AtomicU64,
}

impl Patience {
    fn of(stop_after: u64) -> Self {
        Self { questions: AtomicU64::new(0), stop_after, heard: AtomicU64::new(0) }
    }
}

impl Observer for Patience {
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.questions.load(Ordering::Relaxed))
    }

    fn should_stop(&self) -> bool {
        self.questions.fetch_add(1, Ordering::Relaxed) >= self.stop_after
    }

    fn progress(&self, progress: &Progress, roster: &dyn Fn() -> Vec<Placement>) {
        assert!(progress.permille <= 1000);
        assert_eq!(judged(&tiny(1), &roster()), progress.best);
        self.heard.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_run_ends_when_told_to() {
    let observer = Patience::of(10);
    let solution = solve(&tiny(1), &Settings::new(1, Budget::steps(u64::MAX)), &[], &observer).unwrap();
    assert!(solution.steps < 1_000_000, "{}", solution.steps);
    assert!(observer.heard.load(Ordering::Relaxed) > 0);
}

#[test]
fn a_run_ends_when_its_time_is_over() {
    let observer = Patience::of(u64::MAX);
    let settings = Settings::new(1, Budget::time(Duration::from_millis(20)));
    let solution = solve(&tiny(1), &settings, &[], &observer).unwrap();
    assert!(solution.steps < 1_000_000, "{}", solution.steps);
    assert_eq!(judged(&tiny(1), &solution.placements), solution.score);
}

#[test]
fn the_trace_falls_to_the_score() {
    let solution = search(&tiny(3), 50_000, &[]);
    assert!(solution.trace.is_sorted_by(|one, next| one.steps < next.steps && next.best < one.best));
    assert_eq!(solution.trace.last().unwrap().best, solution.score);
}

#[test]
fn faults_of_the_question_are_named() {
    let fine = tiny(1);
    let ask = |problem: &Problem, given: &[Placement]| {
        solve(problem, &Settings::new(1, Budget::steps(10)), given, &Unobserved).unwrap_err()
    };
    let at = |person, shift| [Placement { person, shift, pinned: false }];
    assert_eq!(ask(&fine, &at(2, 0)), SolveError::UnknownPerson { placement: 0, person: 2 });
    assert_eq!(ask(&fine, &at(0, 8)), SolveError::UnknownShift { placement: 0, shift: 8 });
    let mut empty = fine.clone();
    empty.period.end = FIRST;
    assert_eq!(ask(&empty, &[]), SolveError::EmptyPeriod);
    let mut backwards = fine.clone();
    backwards.shifts[1].ends_at = backwards.shifts[1].starts_at;
    assert_eq!(ask(&backwards, &[]), SolveError::ShiftEndsBeforeStart { shift: 1 });
    let mut heavy = fine.clone();
    heavy.rules[0].weight = -1;
    let place = "rule 0 (rule)".to_owned();
    assert_eq!(ask(&heavy, &[]), SolveError::WeightOutOfRange { weight: -1, place, limit: 1_000_000_000 });
    let mut dear = fine.clone();
    dear.rules[2].weight = 1_000_000_000;
    dear.people = (0..1000).map(person).collect();
    assert_eq!(ask(&dear, &[]), SolveError::CostsTooLarge { limit: 1 << 52 });
    let unbounded = Settings::new(1, Budget { steps: None, time: None });
    assert_eq!(solve(&fine, &unbounded, &[], &Unobserved).unwrap_err(), SolveError::NoBudget);
}

#[test]
fn a_problem_without_people_or_shifts_has_an_empty_roster() {
    let nobody = problem(3, vec![], tiny(1).shifts, vec![rule(RuleKind::HeadsPerShift, Verdict::Block, 0)]);
    let solution = search(&nobody, 1_000, &[]);
    assert_eq!((solution.score, solution.placements), (judged(&nobody, &[]), vec![]));
    let nothing = problem(3, vec![person(0)], vec![], vec![]);
    assert_eq!(search(&nothing, 1_000, &[]).score, Score::ZERO);
}
