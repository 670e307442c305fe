//! What the rules say of a change to a roster, and the refusal of one that they forbid.

use scheduling_app::roster::{Assessment, Finding};
use scheduling_domain::rules::Outcome;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::fields::{Choice, Named};
use super::violation::ViolationView;
use crate::http::{Code, Language, Problem};

/// What a change to a roster would break and mend.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Verdict")]
pub(super) struct VerdictView {
    /// What follows for the change.
    outcome: Choice<Outcome>,
    /// What it breaks.
    introduced: Vec<ViolationView>,
    /// What it mends.
    resolved: Vec<ViolationView>,
    /// Points after less points before.
    cost_delta: i64,
    /// Wanted heads that are filled, after less before.
    coverage_delta: i64,
}

impl Named for Outcome {
    const NAMES: &'static [&'static str] = &["allowed", "noted", "needs_consent", "blocked"];
}

impl VerdictView {
    /// The assessment in a language.
    pub(super) fn new(assessment: &Assessment, language: Language) -> Self {
        Self {
            outcome: Choice(assessment.outcome),
            introduced: ViolationView::all(&assessment.introduced, language),
            resolved: ViolationView::all(&assessment.resolved, language),
            cost_delta: assessment.cost_delta,
            coverage_delta: assessment.coverage_delta,
        }
    }
}

/// A change that the rules forbid; `data.verdict` says why.
pub(super) fn blocked(assessment: &Assessment, language: Language) -> Problem {
    Problem::new(Code::BlockedByRules).data(json!({ "verdict": VerdictView::new(assessment, language) }))
}

/// A change that the people it concerns must consent to; `data.verdict` says why.
pub(super) fn consent_required(assessment: &Assessment, language: Language) -> Problem {
    Problem::new(Code::ConsentRequired).data(json!({ "verdict": VerdictView::new(assessment, language) }))
}

/// A roster that the rules forbid; `data.violations` says why.
pub(super) fn blocked_by(findings: &[Finding], language: Language) -> Problem {
    Problem::new(Code::BlockedByRules).data(json!({ "violations": ViolationView::all(findings, language) }))
}
