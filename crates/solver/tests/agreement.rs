//! The solver and the checker share no code; they must agree all the same.

mod common;

use common::{any_problem, judged};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use scheduling_domain::roster::Placement;
use scheduling_solver::{Budget, Settings, Unobserved, solve};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_score_is_what_the_checker_says(seed in any::<u64>()) {
        let (problem, given) = any_problem(seed);
        let settings = Settings::new(seed, Budget::steps(60_000));
        let solution = solve(&problem, &settings, &given, &Unobserved).unwrap();
        prop_assert_eq!(judged(&problem, &solution.placements), solution.score);
    }

    #[test]
    fn what_is_given_stays_and_nothing_joins_it(seed in any::<u64>()) {
        let (problem, given) = any_problem(seed);
        let solution = solve(&problem, &Settings::new(seed, Budget::steps(60_000)), &given, &Unobserved).unwrap();
        let outside = |placement: &Placement| !problem.period.contains(problem.shifts[placement.shift].on);
        let stays = |placement: &&Placement| placement.pinned || outside(placement);
        let mut before: Vec<_> = given.iter().filter(stays).collect();
        before.sort_unstable();
        let after: Vec<_> = solution.placements.iter().filter(stays).collect();
        prop_assert_eq!(before, after);
        for placement in solution.placements.iter().filter(|placement| !placement.pinned && !outside(placement)) {
            let same_day = |other: &&Placement| {
                other.person == placement.person && problem.shifts[other.shift].on == problem.shifts[placement.shift].on
            };
            prop_assert_eq!(solution.placements.iter().filter(same_day).count(), 1);
        }
    }
}
