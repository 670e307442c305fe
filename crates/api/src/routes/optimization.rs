//! `/api/optimizations/`: runs of the optimiser on a schedule's draft.

use actix_web::HttpRequest;
use jiff::Timestamp;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::Call;
use scheduling_app::optimizations::{
    self, Applied, ApplyOptimizationError, CancelOptimizationError, GetOptimizationError, ListOptimizationsError,
    NewOptimization, RequestOptimizationError, progress_permille,
};
use scheduling_domain::id::{EmployeeId, OptimizationId, ScheduleId, ShiftId};
use scheduling_domain::optimization::{Optimization, OptimizationFilter, OptimizationState, ProposedAssignment};
use scheduling_domain::record::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{Stored, settled};
use super::attempt::DryRun;
use super::caller::Caller;
use super::fields::{Choice, Field, Named, Ref, refs};
use super::schedule::ScoreView;
use super::verdict::{VerdictView, blocked, consent_required};
use crate::http::{
    Accepted, Body, Code, Context, Id, Idempotent, JsonBody, Language, Listed, Paged, Problem, Query, Result, resource,
};

/// A run of the optimiser.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateOptimizationBody {
    /// On which schedule.
    schedule_id: Ref<ScheduleId>,
    /// The longest it takes.
    #[serde(default = "ten_seconds")]
    #[schemars(range(min = 1, max = 3_600))]
    max_seconds: u32,
    /// The most search steps it takes; as many as fit into the time when absent. The same schedule, seed and steps give
    /// the same roster, where the time allows them.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000_000_000_u64))]
    max_steps: Option<u64>,
    /// Where its random numbers start.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    seed: u64,
}

fn ten_seconds() -> u32 {
    10
}

fn one() -> u64 {
    1
}

/// Which runs are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OptimizationQuery {
    /// Only on this schedule.
    schedule_id: Option<Ref<ScheduleId>>,
    /// Only in this state.
    state: Option<Choice<OptimizationState>>,
}

/// A run of the optimiser on a schedule's draft.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Optimization")]
struct OptimizationView {
    schedule_id: Ref<ScheduleId>,
    /// Where it stands.
    state: Choice<OptimizationState>,
    /// How much of its budget it has spent, from 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    progress: f64,
    /// The longest it takes.
    max_seconds: u64,
    /// The most search steps it takes; none for as many as fit into the time.
    max_steps: Option<u64>,
    /// Where its random numbers start.
    seed: u64,
    /// Search steps taken so far.
    steps: u64,
    /// How good the best roster so far is.
    score: Option<ScoreView>,
    /// What every legal roster costs, or more: none can be had for less. None while that is not known, as before the run
    /// ends, after it was stopped, or without a legal roster.
    bound: Option<i64>,
    /// Which part of the roster's cost a better one could save at the most, from 0 to 1; 0 says that it is the best.
    #[schemars(range(min = 0, max = 1))]
    gap: Option<f64>,
    /// The best roster so far.
    proposal: Vec<ProposedView>,
    /// Why it failed.
    failure: Option<FailureView>,
    /// Whether somebody asked it to stop.
    cancel_requested: bool,
    /// When a worker first took it.
    started_at: Option<Timestamp>,
    /// When it ended.
    finished_at: Option<Timestamp>,
    /// When its proposal was written to the draft.
    applied_at: Option<Timestamp>,
}

/// One assignment that the optimiser proposes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProposedAssignment")]
struct ProposedView {
    shift_id: Ref<ShiftId>,
    employee_id: Ref<EmployeeId>,
}

/// Why a run failed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OptimizationFailure")]
struct FailureView {
    /// For programs, such as `workers_lost`.
    code: String,
    /// For people.
    message: String,
}

/// What writing a proposal to the draft came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Applied")]
struct AppliedView {
    /// How many assignments are new.
    added: usize,
    /// How many are gone.
    removed: usize,
    /// How many stayed as they were.
    kept: usize,
    /// What the rules say of the change.
    verdict: VerdictView,
}

impl Named for OptimizationState {
    const NAMES: &'static [&'static str] = &["queued", "running", "done", "cancelled", "failed"];
}

/// Who looks at runs: when, and in which language.
#[derive(Clone, Copy)]
struct Eyes {
    now: Timestamp,
    language: Language,
}

impl Eyes {
    fn of(caller: &Caller, request: &HttpRequest) -> Self {
        Self { now: caller.app.now(), language: Context::of(request).language }
    }
}

impl OptimizationView {
    fn new(run: Optimization, eyes: Eyes) -> Self {
        Self {
            schedule_id: Ref(run.schedule_id),
            state: Choice(run.state),
            progress: share(progress_permille(&run, eyes.now)),
            max_seconds: run.max_ms / 1000,
            max_steps: Some(run.max_steps).filter(|steps| *steps != Optimization::UNBOUNDED_STEPS),
            seed: run.seed,
            steps: run.steps,
            score: run.score.map(ScoreView::from),
            bound: run.bound,
            gap: run.gap_permille().map(share),
            proposal: run.proposal.into_iter().map(ProposedView::from).collect(),
            failure: run.failure.map(|code| FailureView::new(code, eyes.language)),
            cancel_requested: run.cancel_requested,
            started_at: run.started_at,
            finished_at: run.finished_at,
            applied_at: run.applied_at,
        }
    }
}

impl FailureView {
    fn new(code: String, language: Language) -> Self {
        let message = language.text(&format!("failure-{code}"), &[]).unwrap_or_default();
        Self { code, message }
    }
}

#[expect(clippy::float_arithmetic, reason = "a share is shown, never decided by")]
fn share(permille: u16) -> f64 {
    f64::from(permille) / 1000.0
}

impl From<ProposedAssignment> for ProposedView {
    fn from(ProposedAssignment { shift_id, employee_id }: ProposedAssignment) -> Self {
        Self { shift_id: Ref(shift_id), employee_id: Ref(employee_id) }
    }
}

fn stored(record: Record<Optimization>, eyes: Eyes) -> Stored<OptimizationView> {
    Stored::with(record, |run| OptimizationView::new(run, eyes))
}

fn shown(record: Record<Optimization>, eyes: Eyes) -> Body<Stored<OptimizationView>> {
    let version = record.version;
    Body::new(stored(record, eyes)).version(version)
}

/// List runs of the optimiser
///
/// Those on schedules whose draft the caller may read.
#[api_v2_operation(tags("optimizations"), operation_id = "listOptimizations")]
async fn list(
    caller: Caller,
    query: Paged<OptimizationQuery>,
    request: HttpRequest,
) -> Result<Listed<Stored<OptimizationView>>> {
    let OptimizationQuery { schedule_id, state } = query.filter;
    let filter = OptimizationFilter {
        schedule_ids: schedule_id.plain().map(|id| vec![id]),
        states: state.plain().map(|state| vec![state]),
    };
    let page = optimizations::list_optimizations(&caller.app, &caller.actor, filter, query.page).await?;
    let eyes = Eyes::of(&caller, &request);
    Ok(Listed(page.map(|run| stored(run, eyes))))
}

/// Ask the optimiser to fill a schedule
///
/// The run goes on in the background; its `Location` says how it fares. What it proposes is written to the draft only when it
/// is applied. A schedule has one run at a time.
#[api_v2_operation(tags("optimizations"), operation_id = "createOptimization")]
async fn create(
    caller: Caller,
    key: Idempotent,
    body: JsonBody<CreateOptimizationBody>,
    request: HttpRequest,
) -> Result<Accepted<Stored<OptimizationView>>> {
    let JsonBody(body) = body;
    let new = NewOptimization {
        schedule_id: body.schedule_id.plain(),
        seed: body.seed,
        max_ms: u64::from(body.max_seconds) * 1000,
        max_steps: body.max_steps,
    };
    let eyes = Eyes::of(&caller, &request);
    let answer = |run: &Record<Optimization>| {
        let location = format!("/api/optimizations/{}", run.id);
        Accepted::new(stored(run.clone(), eyes)).version(run.version).location(location)
    };
    let write = async |call: Call<'_, _>| optimizations::request_optimization(&caller.app, &call, &new).await;
    settled(&caller, key, answer, write).await
}

/// Show a run of the optimiser
///
/// With its progress, and the best roster so far.
#[api_v2_operation(tags("optimizations"), operation_id = "showOptimization")]
async fn show(caller: Caller, id: Id<OptimizationId>, request: HttpRequest) -> Result<Body<Stored<OptimizationView>>> {
    let run = optimizations::get_optimization(&caller.app, &caller.actor, id.0).await?;
    Ok(shown(run, Eyes::of(&caller, &request)))
}

/// Cancel a run of the optimiser
///
/// It ends within seconds and keeps its best roster so far. Cancelling twice is cancelling once.
#[api_v2_operation(tags("optimizations"), operation_id = "cancelOptimization")]
async fn cancel(
    caller: Caller,
    id: Id<OptimizationId>,
    key: Idempotent,
    request: HttpRequest,
) -> Result<Body<Stored<OptimizationView>>> {
    let eyes = Eyes::of(&caller, &request);
    let answer = |run: &Record<Optimization>| shown(run.clone(), eyes);
    let write = async |call: Call<'_, _>| optimizations::cancel_optimization(&caller.app, &call, id.0).await;
    settled(&caller, key, answer, write).await
}

/// Write a run's proposal to the draft
///
/// In the place of the draft's unpinned assignments. The rules judge it as the draft stands now; what they forbid is refused
/// with `blocked_by_rules`, and `data.verdict` says why.
#[api_v2_operation(tags("optimizations"), operation_id = "applyOptimization")]
async fn apply(
    caller: Caller,
    id: Id<OptimizationId>,
    query: Query<DryRun>,
    key: Idempotent,
    request: HttpRequest,
) -> Result<Body<AppliedView>> {
    let language = Context::of(&request).language;
    let Query(DryRun { dry_run }) = query;
    let answer = |applied: &Applied| {
        let Applied { added, removed, kept, ref assessment, .. } = *applied;
        Body::new(AppliedView { added, removed, kept, verdict: VerdictView::new(assessment, language) })
    };
    let write = async |call: Call<'_, _>| {
        let applied = optimizations::apply_optimization(&caller.app, &call.dry_run(dry_run), id.0).await;
        applied.map_err(|error| refusal(error, language))
    };
    settled(&caller, key, answer, write).await
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/optimizations/").get(list).post(create))
        .service(resource("/api/optimizations/{id}").get(show))
        .service(resource("/api/optimizations/{id}/cancel").post(cancel))
        .service(resource("/api/optimizations/{id}/apply").post(apply));
}

fn refusal(error: ApplyOptimizationError, language: Language) -> Problem {
    match error {
        ApplyOptimizationError::NotFound => Code::NotFound.into(),
        ApplyOptimizationError::Forbidden => Code::Forbidden.into(),
        ApplyOptimizationError::NoResult { state } => {
            Problem::new(Code::NothingToApply).data(json!({ "state": state.as_str() }))
        }
        ApplyOptimizationError::Outdated { shift_ids, employee_ids } => Problem::new(Code::ProposalOutdated)
            .data(json!({ "shift_ids": refs(shift_ids), "employee_ids": refs(employee_ids) })),
        ApplyOptimizationError::Blocked(assessment) => blocked(&assessment, language),
        ApplyOptimizationError::NeedsConsent(assessment) => consent_required(&assessment, language),
        ApplyOptimizationError::Key(error) => error.into(),
        ApplyOptimizationError::Store(error) => error.into(),
    }
}

impl From<GetOptimizationError> for Problem {
    fn from(error: GetOptimizationError) -> Self {
        match error {
            GetOptimizationError::NotFound => Code::NotFound.into(),
            GetOptimizationError::Store(error) => error.into(),
        }
    }
}

impl From<ListOptimizationsError> for Problem {
    fn from(error: ListOptimizationsError) -> Self {
        match error {
            ListOptimizationsError::Forbidden => Code::Forbidden.into(),
            ListOptimizationsError::Store(error) => error.into(),
        }
    }
}

impl From<RequestOptimizationError> for Problem {
    fn from(error: RequestOptimizationError) -> Self {
        match error {
            RequestOptimizationError::Forbidden => Code::Forbidden.into(),
            RequestOptimizationError::Invalid(faults) => faults.into(),
            RequestOptimizationError::AlreadyActive { id } => {
                Self::new(Code::BeingOptimized).data(json!({ "optimization_id": Ref(id) }))
            }
            RequestOptimizationError::TooMany { limit } => Self::new(Code::TooManyOptimizations).arg("limit", limit),
            RequestOptimizationError::Key(error) => error.into(),
            RequestOptimizationError::Store(error) => error.into(),
        }
    }
}

impl From<CancelOptimizationError> for Problem {
    fn from(error: CancelOptimizationError) -> Self {
        match error {
            CancelOptimizationError::NotFound => Code::NotFound.into(),
            CancelOptimizationError::Forbidden => Code::Forbidden.into(),
            CancelOptimizationError::Ended { state } => {
                Self::new(Code::OptimizationEnded).data(json!({ "state": state.as_str() }))
            }
            CancelOptimizationError::Key(error) => error.into(),
            CancelOptimizationError::Store(error) => error.into(),
        }
    }
}
