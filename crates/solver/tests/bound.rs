//! Nothing legal costs less than the bound, and the bound is worth having.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{any_problem, best_of_all, heads, id, person, problem, rule, shift, tiny};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use scheduling_domain::roster::{Placement, Problem};
use scheduling_domain::rules::{RuleKind, Verdict};
use scheduling_solver::{Budget, Settings, Solution, Unobserved, lower_bound, solve};

fn search(problem: &Problem, steps: u64, given: &[Placement]) -> Solution {
    solve(problem, &Settings::new(7, Budget::steps(steps)), given, &Unobserved).unwrap()
}

fn bound(problem: &Problem, solution: &Solution) -> Option<i64> {
    lower_bound(problem, solution, &|| false).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_better_roster_does_not_cost_less_than_what_bounds_a_worse_one(seed in any::<u64>()) {
        let (problem, given) = any_problem(seed);
        let (worse, better) = (search(&problem, 500, &given), search(&problem, 60_000, &given));
        if let Some(bound) = bound(&problem, &worse) {
            prop_assert!(bound <= worse.score.soft);
            prop_assert!(better.score.hard > 0 || bound <= better.score.soft, "{bound} > {:?}", better.score);
        }
    }
}

#[test]
fn the_bound_is_mostly_what_the_best_roster_costs() {
    let mut tight = 0;
    for seed in 0..20 {
        let problem = tiny(seed);
        let best = best_of_all(&problem);
        let bound = bound(&problem, &search(&problem, 20_000, &[])).unwrap();
        assert!(bound <= best.soft, "seed {seed}: {bound} > {}", best.soft);
        tight += u32::from(bound == best.soft);
    }
    assert!(tight >= 15, "{tight} of 20");
}

#[test]
fn heads_that_nobody_may_fill_are_in_the_bound() {
    let shifts = (0..7).map(|day| shift(day, 0, i32::try_from(day).unwrap(), (480, 480), heads(1, 100, 1))).collect();
    let rules = vec![
        rule(RuleKind::HeadsPerShift, Verdict::Block, 0),
        rule(RuleKind::ShiftsPerTemplate { template: id(0), max: 5 }, Verdict::Block, 0),
    ];
    let problem = problem(7, vec![person(0)], shifts, rules);
    assert_eq!(bound(&problem, &search(&problem, 10_000, &[])), Some(200));
}

#[test]
fn without_a_legal_roster_or_time_there_is_none() {
    let shifts = vec![shift(0, 0, 0, (480, 480), heads(1, 100, 1))];
    let rules = vec![
        rule(RuleKind::HeadsPerShift, Verdict::Block, 0),
        rule(RuleKind::ConsecutiveDaysOff { min: 2 }, Verdict::Block, 0),
        rule(RuleKind::ShiftsPerTemplate { template: id(0), max: 0 }, Verdict::Block, 0),
    ];
    let problem = problem(5, vec![person(0)], shifts, rules);
    let pinned = [Placement { person: 0, shift: 0, pinned: true }];
    assert_eq!(bound(&problem, &search(&problem, 1_000, &pinned)), None, "what is pinned breaks a rule");
    let solution = search(&problem, 1_000, &[]);
    assert_eq!(bound(&problem, &solution), Some(100));
    assert_eq!(lower_bound(&problem, &solution, &|| true).unwrap(), None);
}
