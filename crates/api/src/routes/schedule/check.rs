use actix_web::HttpRequest;
use paperclip::actix::api_v2_operation;
use scheduling_app::roster::{Coverage, RosterCheck};
use scheduling_app::schedules::{self, CheckScheduleError};
use scheduling_domain::id::ScheduleId;
use scheduling_domain::optimization::Score;
use schemars::JsonSchema;
use serde::Serialize;

use crate::http::{Body, Code, Context, Id, Language, Problem, Result};
use crate::routes::caller::Caller;
use crate::routes::violation::{ViolationView, by};

/// What the rules say of a schedule's draft.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RosterCheck")]
pub(super) struct CheckView {
    /// Whether nothing stands against a publication.
    publishable: bool,
    /// How good it is.
    score: ScoreView,
    /// How far it is filled.
    coverage: CoverageView,
    /// Every breach of every rule, by day, person and rule.
    violations: Vec<ViolationView>,
}

/// How good a roster is; smaller is better, `hard` before `soft`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Score")]
pub(in crate::routes) struct ScoreView {
    /// By how much blocking rules are broken.
    hard: i64,
    /// What the roster costs.
    soft: i64,
}

/// How far the wanted heads are filled.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Coverage")]
struct CoverageView {
    /// How many shifts there are.
    shifts: u64,
    /// Heads that are wanted.
    wanted: u64,
    /// Those of them that are filled.
    filled: u64,
    /// Those of them that are not.
    open: u64,
    /// Shifts with fewer people than their minimum.
    below_min: u64,
}

impl From<Score> for ScoreView {
    fn from(Score { hard, soft }: Score) -> Self {
        Self { hard, soft }
    }
}

impl From<Coverage> for CoverageView {
    fn from(coverage: Coverage) -> Self {
        Self {
            shifts: coverage.shifts,
            wanted: coverage.target_heads,
            filled: coverage.filled_heads,
            open: coverage.unfilled_heads(),
            below_min: coverage.shifts_below_min,
        }
    }
}

impl CheckView {
    fn new(check: &RosterCheck, language: Language) -> Self {
        let hard = check.blocking().iter().fold(0_i64, |sum, finding| sum.saturating_add(by(finding)));
        Self {
            publishable: check.is_publishable,
            score: ScoreView { hard, soft: check.cost },
            coverage: check.coverage.into(),
            violations: ViolationView::all(&check.findings, language),
        }
    }
}

/// Check a schedule
///
/// Every breach of every rule in the draft, what they cost, how far it is filled, and whether it may be published.
#[api_v2_operation(tags("schedules"), operation_id = "checkSchedule")]
pub(super) async fn check(caller: Caller, id: Id<ScheduleId>, request: HttpRequest) -> Result<Body<CheckView>> {
    let check = schedules::check_schedule(&caller.app, &caller.actor, id.0).await?;
    Ok(Body::new(CheckView::new(&check, Context::of(&request).language)))
}

impl From<CheckScheduleError> for Problem {
    fn from(error: CheckScheduleError) -> Self {
        match error {
            CheckScheduleError::NotFound => Code::NotFound.into(),
            CheckScheduleError::Forbidden => Code::Forbidden.into(),
            CheckScheduleError::Store(error) => error.into(),
        }
    }
}
