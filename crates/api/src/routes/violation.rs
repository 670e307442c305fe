//! A breach of a rule, in the words of whoever asked.

use jiff::civil::Date;
use scheduling_app::roster::Finding;
use scheduling_domain::id::{EmployeeId, ShiftId};
use scheduling_domain::rules::{Citation, Phase, Unit, Verdict};
use schemars::JsonSchema;
use serde::Serialize;

use super::fields::{Choice, Named, Ref, refs};
use crate::http::Language;

/// One breach of one rule.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Violation")]
pub(super) struct ViolationView {
    /// The kind of breach for programs, such as `rest_too_short`.
    code: &'static str,
    /// The key of the rule in its rule set.
    rule: String,
    /// What it means.
    verdict: Choice<Verdict>,
    /// Whether it counts at every edit, or only once the roster claims to be complete.
    phase: Choice<Phase>,
    /// The breach in words.
    message: String,
    /// Whose; none when it is a shift's.
    employee_id: Option<Ref<EmployeeId>>,
    /// Their name.
    employee_name: Option<String>,
    /// The shifts it concerns, in order of start.
    shift_ids: Vec<Ref<ShiftId>>,
    /// First working day it concerns.
    first_on: Date,
    /// Last working day it concerns.
    last_on: Date,
    /// What the rule allows.
    limit: i64,
    /// What is found.
    actual: i64,
    /// By how much the limit is missed.
    by: i64,
    /// What these are counted in.
    unit: Choice<Unit>,
    /// Points it costs.
    cost: i64,
    /// Where the rule is written, if that is known.
    citation: Option<CitationView>,
}

/// Where a rule is written.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Citation")]
struct CitationView {
    /// The text.
    source: String,
    /// The place in it.
    article: String,
}

impl Named for Phase {
    const NAMES: &'static [&'static str] = &["always", "when_complete"];
}

impl Named for Unit {
    const NAMES: &'static [&'static str] = &["minutes", "days", "weekends", "shifts", "heads", "skills"];
}

impl ViolationView {
    fn new(finding: &Finding, language: Language) -> Self {
        let arg = |name| finding.args.iter().find(|(known, _)| *known == name).map(|(_, text)| text.clone());
        Self {
            code: finding.code,
            rule: finding.rule.clone(),
            verdict: Choice(finding.verdict),
            phase: Choice(finding.phase),
            message: language.text(&format!("violation-{}", finding.code), &finding.args).unwrap_or_default(),
            employee_id: finding.employee_id.map(Ref),
            employee_name: arg("person"),
            shift_ids: refs(finding.shift_ids.clone()),
            first_on: finding.first,
            last_on: finding.last,
            limit: finding.limit,
            actual: finding.actual,
            by: by(finding),
            unit: Choice(finding.unit),
            cost: finding.cost,
            citation: finding.citation.clone().map(|Citation { source, article }| CitationView { source, article }),
        }
    }

    /// One for each finding, in their order.
    pub(super) fn all(findings: &[Finding], language: Language) -> Vec<Self> {
        findings.iter().map(|finding| Self::new(finding, language)).collect()
    }
}

/// By how much the limit is missed.
pub(super) fn by(finding: &Finding) -> i64 {
    finding.actual.saturating_sub(finding.limit).saturating_abs()
}
