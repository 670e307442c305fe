use actix_web::HttpRequest;
use jiff::civil::Date;
use paperclip::actix::api_v2_operation;
use scheduling_app::Call;
use scheduling_app::schedules::{self, GenerateError, Generated, Skipped};
use scheduling_domain::id::{DemandId, ScheduleId, ShiftTemplateId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::http::{Body, Code, Context, Id, Idempotent, Language, Problem, Query, Result};
use crate::routes::answer::settled;
use crate::routes::attempt::DryRun;
use crate::routes::caller::Caller;
use crate::routes::fields::Ref;

/// What was generated.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Generated")]
pub(super) struct GeneratedView {
    /// How many shifts were missing and are there now.
    created: usize,
    /// How many were there already.
    kept: usize,
    /// What demand asks for and could not be made.
    skipped: Vec<SkippedView>,
}

/// A shift that demand asks for and that could not be made.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SkippedShift")]
struct SkippedView {
    /// The working day.
    on: Date,
    template_id: Ref<ShiftTemplateId>,
    demand_id: Ref<DemandId>,
    /// Why, for programs, such as `nonexistent_local_time`.
    reason: &'static str,
    /// Why, in words.
    message: String,
}

impl GeneratedView {
    fn new(generated: &Generated, language: Language) -> Self {
        Self {
            created: generated.made.len(),
            kept: generated.kept,
            skipped: generated.skipped.iter().map(|skipped| SkippedView::new(skipped, language)).collect(),
        }
    }
}

impl SkippedView {
    fn new(skipped: &Skipped, language: Language) -> Self {
        let texts = skipped.reasons.iter().filter_map(|one| language.text(&format!("fault-{}", one.code), &one.args));
        Self {
            on: skipped.on,
            template_id: Ref(skipped.template_id),
            demand_id: Ref(skipped.demand_id),
            reason: skipped.reasons.iter().next().map_or("invalid", |fault| fault.code),
            message: texts.collect::<Vec<String>>().join("; "),
        }
    }
}

/// Generate a schedule's shifts
///
/// Makes the shifts that the team's demand asks for and that are not there; what is there stays as it is.
#[api_v2_operation(tags("schedules"), operation_id = "generateShifts")]
pub(super) async fn generate(
    caller: Caller,
    id: Id<ScheduleId>,
    query: Query<DryRun>,
    key: Idempotent,
    request: HttpRequest,
) -> Result<Body<GeneratedView>> {
    let language = Context::of(&request).language;
    let Query(DryRun { dry_run }) = query;
    let answer = |generated: &Generated| Body::new(GeneratedView::new(generated, language));
    let write = async |call: Call<'_, _>| schedules::generate_shifts(&caller.app, &call.dry_run(dry_run), id.0).await;
    settled(&caller, key, answer, write).await
}

impl From<GenerateError> for Problem {
    fn from(error: GenerateError) -> Self {
        match error {
            GenerateError::NotFound => Code::NotFound.into(),
            GenerateError::Forbidden => Code::Forbidden.into(),
            GenerateError::Key(error) => error.into(),
            GenerateError::Store(error) => error.into(),
        }
    }
}
