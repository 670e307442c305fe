use crate::roster::{Placement, Problem};
use crate::rules::engine::Engine;
use crate::rules::placed::Placed;
use crate::rules::{Verdict, Violation};

/// All that is wrong with a roster, and what it costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of [`Violation`]: by day, person, rule.
    pub violations: Vec<Violation>,
}

impl Report {
    /// Points of all violations together; lower is better.
    pub fn cost(&self) -> i64 {
        self.violations.iter().fold(0, |sum, violation| sum.saturating_add(violation.cost))
    }

    /// The gravest verdict; none when nothing is wrong.
    pub fn worst(&self) -> Option<Verdict> {
        self.violations.iter().map(|violation| violation.verdict).max()
    }

    /// The violations that may not be, in either phase.
    pub fn blocking(&self) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(|violation| violation.verdict == Verdict::Block)
    }

    /// Whether nothing blocks, even once the roster claims to be complete.
    pub fn is_publishable(&self) -> bool {
        self.blocking().next().is_none()
    }
}

/// Lints a whole roster. The order of `placements` does not matter, and one given twice counts once.
pub fn check(problem: &Problem, placements: &[Placement]) -> Report {
    let engine = Engine::new(problem);
    let placed = Placed::new(problem, placements);
    let mut violations = Vec::new();
    for (person, shifts) in placed.rows.iter().enumerate() {
        engine.judge_row(person, shifts, &mut violations);
    }
    for (shift, people) in placed.crews.iter().enumerate() {
        engine.judge_crew(shift, people, &mut violations);
    }
    violations.sort_unstable();
    Report { violations }
}
