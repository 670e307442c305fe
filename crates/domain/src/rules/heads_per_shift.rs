//! Heads on each shift of the planned period. Below the minimum or above the maximum the rule's verdict holds; a miss of
//! the target costs the shift's own weights. What is short can be mended only by more work, so it counts when complete.

use crate::fault::{Fault, Faults};
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::Crew;
use crate::rules::violation::code;
use crate::rules::{Reach, Scope, Unit};

pub(super) struct HeadsPerShift;

impl Kind for HeadsPerShift {
    fn judge_crew(&self, _: &Frame<'_>, crew: &Crew<'_>, findings: &mut Findings<'_>) {
        let wanted = crew.shift.heads;
        let heads = i64::try_from(crew.heads).unwrap_or(i64::MAX);
        let breach = |code, limit: u16| {
            Breach::new(code, Unit::Heads, (limit.into(), heads), (crew.day, crew.day), vec![crew.index])
        };
        if heads < i64::from(wanted.min) {
            findings.add(breach(code::HEADS_BELOW_MIN, wanted.min).when_complete());
        }
        if let Some(max) = wanted.max.filter(|max| i64::from(*max) < heads) {
            findings.add(breach(code::HEADS_ABOVE_MAX, max));
        }
        let missed = heads - i64::from(wanted.target);
        let cost = |weight: i64| weight.saturating_mul(missed.abs());
        if missed < 0 && wanted.under_weight != 0 {
            let short = breach(code::HEADS_BELOW_TARGET, wanted.target).when_complete();
            findings.add(short.costing(cost(wanted.under_weight)));
        }
        if 0 < missed && wanted.over_weight != 0 {
            findings.add(breach(code::HEADS_ABOVE_TARGET, wanted.target).costing(cost(wanted.over_weight)));
        }
    }

    fn reach(&self) -> Reach {
        Reach::SAME_DAY
    }

    fn validate_scope(&self, scope: &Scope, faults: &mut Faults) {
        for (pointer, binds_all) in
            [("/people", scope.people.is_empty()), ("/person_tags", scope.person_tags.is_empty())]
        {
            faults.require(binds_all, || Fault::new(pointer, "rule_binds_shifts"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::roster::Heads;
    use crate::rules::cases::{found, problem};
    use crate::rules::{RuleKind, Verdict};

    #[test]
    fn cases() {
        let heads = |min, target, max| Heads { min, target, max, under_weight: 100, over_weight: 7 };
        for (name, wanted, finds) in [
            ("as wanted", heads(1, 1, Some(1)), vec![]),
            (
                "too few",
                heads(2, 3, None),
                vec![
                    "heads_below_min 01-02..01-02 limit 2 actual 1 of A01-02 when complete",
                    "heads_below_target 01-02..01-02 limit 3 actual 1 of A01-02 when complete costs 200",
                ],
            ),
            (
                "too many",
                heads(0, 0, Some(0)),
                vec![
                    "heads_above_max 01-02..01-02 limit 0 actual 1 of A01-02",
                    "heads_above_target 01-02..01-02 limit 0 actual 1 of A01-02 costs 7",
                ],
            ),
            ("no weight, no cost", Heads { under_weight: 0, ..heads(0, 5, None) }, vec![]),
        ] {
            let mut problem = problem(RuleKind::HeadsPerShift, &["A 01-02 08:00 480", "H 12-31 08:00 480"]);
            problem.shifts.iter_mut().for_each(|shift| shift.heads = wanted);
            assert_eq!(found(&problem), finds, "{name}; history has no demand");
        }
    }

    #[test]
    fn a_minimum_that_only_costs_is_weighted_by_the_rule() {
        let mut problem = problem(RuleKind::HeadsPerShift, &["A 01-02 08:00 480"]);
        problem.shifts[0].heads = Heads { min: 3, target: 3, max: None, under_weight: 0, over_weight: 0 };
        problem.rules[0].verdict = Verdict::Cost;
        problem.rules[0].weight = 10;
        assert_eq!(found(&problem), ["heads_below_min 01-02..01-02 limit 3 actual 1 of A01-02 when complete costs 20"]);
    }
}
