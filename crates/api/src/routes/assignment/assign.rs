use actix_web::HttpRequest;
use paperclip::actix::api_v2_operation;
use scheduling_app::Call;
use scheduling_app::assignments::{self, AssignError, Assigned, NewAssignment};
use scheduling_app::roster::Assessment;
use scheduling_domain::assignment::AssignmentSource;
use scheduling_domain::id::{EmployeeId, ShiftId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AssignmentView, place, stored};
use crate::http::{Body, Code, Context, Created, Id, Idempotent, JsonBody, Language, Problem, Query, Result};
use crate::routes::answer::Stored;
use crate::routes::attempt::{Attempt, DryRun, attempted};
use crate::routes::caller::Caller;
use crate::routes::fields::{Field, Ref, Text};
use crate::routes::verdict::{VerdictView, blocked, consent_required};

/// Somebody to be put on a shift.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateAssignmentBody {
    /// Who.
    employee_id: Ref<EmployeeId>,
    /// Whether the optimiser must leave it as it is.
    #[serde(default)]
    pinned: bool,
    /// How the person consented, where a rule asks for that.
    #[serde(default)]
    consent_note: Option<Text<1, 500>>,
}

/// Somebody who was put on a shift, and what the rules say of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Assigned")]
pub(super) struct AssignedView {
    /// The assignment; none in a dry run.
    assignment: Option<Stored<AssignmentView>>,
    /// What the rules say.
    verdict: VerdictView,
}

/// Put somebody on a shift
///
/// Where a rule that must hold forbids it, the answer is 409 with `blocked_by_rules`, and `data.verdict` says why; who is
/// on another shift at that time is told which. A dry run answers the same verdict with 200, whatever its outcome.
#[api_v2_operation(tags("assignments"), operation_id = "createAssignment")]
pub(super) async fn assign(
    caller: Caller,
    shift: Id<ShiftId>,
    query: Query<DryRun>,
    key: Idempotent,
    body: JsonBody<CreateAssignmentBody>,
    request: HttpRequest,
) -> Result<Attempt<AssignedView>> {
    let (JsonBody(body), Query(DryRun { dry_run })) = (body, query);
    let language = Context::of(&request).language;
    let (site, zones) = place(&caller, shift.0).await?;
    let new = NewAssignment {
        shift_id: shift.0,
        employee_id: body.employee_id.plain(),
        pinned: body.pinned,
        source: AssignmentSource::Manual,
        consent_note: body.consent_note.plain(),
    };
    if dry_run {
        return tried(&caller, &new, language).await;
    }
    let view = |assigned: &Assigned| AssignedView {
        assignment: Some(stored(assigned.assignment.clone(), site, &zones)),
        verdict: VerdictView::new(&assigned.assessment, language),
    };
    let address = |assigned: &Assigned, answer: Created<AssignedView>| {
        let assignment = &assigned.assignment;
        answer.version(assignment.version).location(format!("/api/assignments/{}", assignment.id))
    };
    let write = async |call: Call<'_, _>| {
        let assigned = assignments::assign_employee(&caller.app, &call, &new).await;
        assigned.map_err(|error| refusal(error, language))
    };
    attempted(&caller, DryRun::default(), key, view, address, write).await
}

/// The verdict alone, whatever it is.
async fn tried(caller: &Caller, new: &NewAssignment, language: Language) -> Result<Attempt<AssignedView>> {
    let call = Call::new(&caller.actor).dry_run(true);
    let answer = |assessment: &Assessment| {
        Body::new(AssignedView { assignment: None, verdict: VerdictView::new(assessment, language) })
    };
    let body = match assignments::assign_employee(&caller.app, &call, new).await {
        Ok(settled) => Body::settled(settled, |assigned: &Assigned| answer(&assigned.assessment))?,
        Err(AssignError::AlreadyAssigned(there) | AssignError::Overlaps(there)) => answer(&there.assessment),
        Err(error) => return Err(refusal(error, language)),
    };
    Ok(Attempt::Tried(body))
}

fn refusal(error: AssignError, language: Language) -> Problem {
    match error {
        AssignError::NotFound => Code::NotFound.into(),
        AssignError::Forbidden => Code::Forbidden.into(),
        AssignError::Invalid(faults) => faults.into(),
        AssignError::AlreadyAssigned(there) | AssignError::Overlaps(there) => blocked(&there.assessment, language),
        AssignError::Blocked(assessment) => blocked(&assessment, language),
        AssignError::NeedsConsent(assessment) => consent_required(&assessment, language),
        AssignError::Key(error) => error.into(),
        AssignError::Store(error) => error.into(),
    }
}
