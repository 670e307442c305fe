//! What the rules say, in ids.

use jiff::civil::Date;
use scheduling_domain::id::{EmployeeId, ShiftId};
use scheduling_domain::ports::SchedulingMetrics;
use scheduling_domain::roster::Problem;
use scheduling_domain::rules::{Citation, Judgement, Outcome, Phase, Report, Unit, Verdict, Violation};
use serde::{Deserialize, Serialize};

/// One breach of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's stable name, such as `daily-rest`.
    pub rule: String,
    /// The kind of the rule, such as `rest_between_shifts`.
    pub kind: &'static str,
    /// Where the rule is written, if that is known.
    pub citation: Option<Citation>,
    /// Stable code such as `rest_too_short`; the message catalogues have a text for each.
    pub code: &'static str,
    /// Named arguments of the text.
    pub args: Vec<(&'static str, String)>,
    /// What it means.
    pub verdict: Verdict,
    /// When it counts.
    pub phase: Phase,
    /// Whose; none when it is a shift's.
    pub employee_id: Option<EmployeeId>,
    /// The shifts it concerns, in order of start.
    pub shift_ids: Vec<ShiftId>,
    /// First working day it concerns.
    pub first: Date,
    /// Last working day it concerns.
    pub last: Date,
    /// What the rule allows.
    pub limit: i64,
    /// What is found.
    pub actual: i64,
    /// What both are counted in.
    pub unit: Unit,
    /// Points it costs.
    pub cost: i64,
}

impl Finding {
    pub(super) fn new(problem: &Problem, violation: &Violation) -> Self {
        let rule = problem.rules.get(violation.rule);
        Self {
            rule: rule.map(|rule| rule.key.clone()).unwrap_or_default(),
            kind: rule.map_or("", |rule| rule.kind.code()),
            citation: rule.and_then(|rule| rule.citation.clone()),
            code: violation.code,
            args: violation.args(problem),
            verdict: violation.verdict,
            phase: violation.phase,
            employee_id: violation.person.and_then(|index| problem.people.get(index)).map(|person| person.id),
            shift_ids: violation
                .shifts
                .iter()
                .filter_map(|index| problem.shifts.get(*index))
                .map(|shift| shift.id)
                .collect(),
            first: violation.first,
            last: violation.last,
            limit: violation.limit,
            actual: violation.actual,
            unit: violation.unit,
            cost: violation.cost,
        }
    }

    pub(super) fn all<'a>(problem: &Problem, violations: impl IntoIterator<Item = &'a Violation>) -> Vec<Self> {
        violations.into_iter().map(|violation| Self::new(problem, violation)).collect()
    }
}

/// Tells the operators which rules were broken, or would have been.
pub(crate) fn count(metrics: &dyn SchedulingMetrics, findings: &[Finding]) {
    for finding in findings {
        metrics.violation_found(finding.kind, finding.verdict);
    }
}

/// What a change would do to a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// What follows for the change.
    pub outcome: Outcome,
    /// What it breaks.
    pub introduced: Vec<Finding>,
    /// What it mends.
    pub resolved: Vec<Finding>,
    /// Those of `introduced` that stand against it: they block it, or it needs consent because of them.
    pub obstacles: Vec<Finding>,
    /// Points after less points before.
    pub cost_delta: i64,
    /// Wanted heads that are filled, after less before.
    pub coverage_delta: i64,
}

impl Assessment {
    pub(super) fn of_judgement(problem: &Problem, judgement: &Judgement, coverage_delta: i64) -> Self {
        Self {
            outcome: judgement.outcome,
            introduced: Finding::all(problem, &judgement.introduced),
            resolved: Finding::all(problem, &judgement.resolved),
            obstacles: Finding::all(problem, judgement.obstacles().filter(|one| Verdict::Consent <= one.verdict)),
            cost_delta: judgement.cost_delta,
            coverage_delta,
        }
    }

    /// A change that `obstacles` forbid, and that changes nothing else.
    pub(super) fn of_obstacles(obstacles: Vec<Finding>) -> Self {
        Self {
            outcome: Outcome::Blocked,
            introduced: obstacles.clone(),
            resolved: Vec::new(),
            obstacles,
            cost_delta: 0,
            coverage_delta: 0,
        }
    }

    /// What becomes of a roster when the shift `moved` changes under its crew: the roster before against the roster after.
    /// What stands against it is what the moved shift's crew would break by working it.
    pub(super) fn of_move(before: &[Finding], after: &[Finding], moved: ShiftId, coverage_delta: i64) -> Self {
        let cost = |findings: &[Finding]| findings.iter().fold(0_i64, |sum, one| sum.saturating_add(one.cost));
        let cost_delta = cost(after).saturating_sub(cost(before));
        let resolved = without(before, after);
        let introduced = without(after, before);
        let obstacles: Vec<Finding> = introduced
            .iter()
            .filter(|finding| finding.phase == Phase::Always && Verdict::Consent <= finding.verdict)
            .filter(|finding| finding.shift_ids.contains(&moved))
            .cloned()
            .collect();
        let outcome = match obstacles.iter().map(|finding| finding.verdict).max() {
            Some(Verdict::Block) => Outcome::Blocked,
            Some(Verdict::Consent) => Outcome::NeedsConsent,
            _ if introduced.iter().any(|finding| finding.phase == Phase::Always) => Outcome::Noted,
            _ => Outcome::Allowed,
        };
        Self { outcome, introduced, resolved, obstacles, cost_delta, coverage_delta }
    }
}

/// What `these` has beyond `others`, counted.
fn without(these: &[Finding], others: &[Finding]) -> Vec<Finding> {
    let mut others: Vec<&Finding> = others.iter().collect();
    let mut beyond = Vec::new();
    for finding in these {
        match others.iter().position(|other| *other == finding) {
            Some(index) => drop(others.swap_remove(index)),
            None => beyond.push(finding.clone()),
        }
    }
    beyond
}

/// How far the wanted heads of a schedule are filled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Shifts.
    pub shifts: u64,
    /// Shifts with fewer people than their minimum.
    pub shifts_below_min: u64,
    /// Heads that are wanted.
    pub target_heads: u64,
    /// Those of them that are filled.
    pub filled_heads: u64,
}

impl Coverage {
    /// Heads that are wanted and not filled.
    pub fn unfilled_heads(&self) -> u64 {
        self.target_heads - self.filled_heads
    }
}

/// What the rules say of a whole schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterCheck {
    /// Every breach, by day, person, rule.
    pub findings: Vec<Finding>,
    /// Points of all of them together; lower is better.
    pub cost: i64,
    /// How far the wanted heads are filled.
    pub coverage: Coverage,
    /// Whether nothing stands against a publication.
    pub is_publishable: bool,
}

impl RosterCheck {
    pub(super) fn new(problem: &Problem, report: &Report, coverage: Coverage) -> Self {
        Self {
            findings: Finding::all(problem, &report.violations),
            cost: report.cost(),
            coverage,
            is_publishable: report.is_publishable(),
        }
    }

    /// The breaches that stand against a publication.
    pub fn blocking(&self) -> Vec<Finding> {
        self.findings.iter().filter(|finding| finding.verdict == Verdict::Block).cloned().collect()
    }
}
