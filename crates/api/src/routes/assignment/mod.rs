//! `/api/shifts/{id}/assignments/` and `/api/assignments/{id}`: who works what. The rules judge every edit.

mod assign;

use actix_web::HttpRequest;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::Call;
use scheduling_app::assignments::{
    self, GetAssignmentError, ListAssignmentsError, PinAssignmentError, UnassignError, Unassigned,
};
use scheduling_app::shifts;
use scheduling_domain::assignment::{Assignment, AssignmentFilter, AssignmentSource};
use scheduling_domain::id::{AssignmentId, EmployeeId, ShiftId, SiteId};
use scheduling_domain::record::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Stored;
use super::attempt::DryRun;
use super::caller::Caller;
use super::fields::{Choice, Named, Patch, Ref};
use super::refusal::{stale, unless_expected};
use super::verdict::VerdictView;
use super::zone::{SiteTime, Zones};
use crate::http::{
    Body, Code, Context, Id, IfMatch, JsonBody, Listed, NoFilter, OptionalIfMatch, Paged, Problem, Query, Result,
    resource,
};

/// Changes to an assignment; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct UpdateAssignmentBody {
    /// Whether the optimiser must leave it as it is.
    pinned: Patch<bool>,
}

/// One employee on one shift.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Assignment")]
struct AssignmentView {
    shift_id: Ref<ShiftId>,
    employee_id: Ref<EmployeeId>,
    /// Whether the optimiser must leave it as it is.
    pinned: bool,
    /// Which path it came by.
    source: Choice<AssignmentSource>,
    /// The shift's start.
    starts_at: SiteTime,
    /// The shift's end.
    ends_at: SiteTime,
}

/// What follows from taking somebody off a shift.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Unassigned")]
struct UnassignedView {
    /// What the rules say of it.
    verdict: VerdictView,
}

impl Named for AssignmentSource {
    const NAMES: &'static [&'static str] = &["manual", "import", "optimization"];
}

/// An assignment with the times of its shift by the clock of the shift's site.
fn stored(record: Record<Assignment>, site: SiteId, zones: &Zones) -> Stored<AssignmentView> {
    Stored::with(record, |assignment| AssignmentView {
        shift_id: Ref(assignment.shift_id),
        employee_id: Ref(assignment.employee_id),
        pinned: assignment.pinned,
        source: Choice(assignment.source),
        starts_at: zones.show(site, assignment.starts_at),
        ends_at: zones.show(site, assignment.ends_at),
    })
}

/// Where a shift is, and what the clocks show there.
async fn place(caller: &Caller, shift: ShiftId) -> Result<(SiteId, Zones)> {
    let site = shifts::get_shift(&caller.app, &caller.actor, shift).await?.site_id;
    Ok((site, Zones::of(caller, [site]).await?))
}

/// List a shift's assignments
#[api_v2_operation(tags("assignments"), operation_id = "listShiftAssignments")]
async fn list(caller: Caller, shift: Id<ShiftId>, query: Paged<NoFilter>) -> Result<Listed<Stored<AssignmentView>>> {
    let (site, zones) = place(&caller, shift.0).await?;
    let filter = AssignmentFilter { shift_ids: Some(vec![shift.0]), ..AssignmentFilter::default() };
    let page = assignments::list_assignments(&caller.app, &caller.actor, filter, query.page).await?;
    Ok(Listed(page.map(|assignment| stored(assignment, site, &zones))))
}

/// Show an assignment
#[api_v2_operation(tags("assignments"), operation_id = "showAssignment")]
async fn show(caller: Caller, id: Id<AssignmentId>) -> Result<Body<Stored<AssignmentView>>> {
    let assignment = assignments::get_assignment(&caller.app, &caller.actor, id.0).await?;
    let (site, zones) = place(&caller, assignment.shift_id).await?;
    let version = assignment.version;
    Ok(Body::new(stored(assignment, site, &zones)).version(version))
}

/// Pin an assignment, or free it
///
/// The optimiser leaves what is pinned as it is.
#[api_v2_operation(tags("assignments"), operation_id = "updateAssignment")]
async fn update(
    caller: Caller,
    id: Id<AssignmentId>,
    expected: IfMatch,
    query: Query<DryRun>,
    body: JsonBody<UpdateAssignmentBody>,
) -> Result<Body<Stored<AssignmentView>>> {
    let (JsonBody(body), Query(DryRun { dry_run })) = (body, query);
    let seen = assignments::get_assignment(&caller.app, &caller.actor, id.0).await?;
    let (site, zones) = place(&caller, seen.shift_id).await?;
    let pinned = body.pinned.plain().unwrap_or(seen.pinned);
    let call = Call::new(&caller.actor).dry_run(dry_run);
    let settled = assignments::pin_assignment(&caller.app, &call, id.0, expected.0, pinned).await?;
    Body::settled(settled, |assignment: &Record<Assignment>| {
        Body::new(stored(assignment.clone(), site, &zones)).version(assignment.version)
    })
}

/// Take somebody off a shift
///
/// No rule refuses that, since whoever falls ill must be taken off; the verdict says what it leaves behind.
#[api_v2_operation(tags("assignments"), operation_id = "deleteAssignment")]
async fn delete(
    caller: Caller,
    id: Id<AssignmentId>,
    expected: OptionalIfMatch,
    query: Query<DryRun>,
    request: HttpRequest,
) -> Result<Body<UnassignedView>> {
    let language = Context::of(&request).language;
    let version = match expected.0 {
        Some(version) => version,
        None => assignments::get_assignment(&caller.app, &caller.actor, id.0).await?.version,
    };
    let Query(DryRun { dry_run }) = query;
    let call = Call::new(&caller.actor).dry_run(dry_run);
    match assignments::unassign_employee(&caller.app, &call, id.0, version).await {
        Ok(settled) => Body::settled(settled, |unassigned: &Unassigned| {
            Body::new(UnassignedView { verdict: VerdictView::new(&unassigned.assessment, language) })
        }),
        Err(UnassignError::Stale { current }) => Err(unless_expected(expected, current)),
        Err(error) => Err(error.into()),
    }
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/shifts/{id}/assignments/").get(list).post(assign::assign))
        .service(resource("/api/assignments/{id}").get(show).patch(update).delete(delete));
}

impl From<GetAssignmentError> for Problem {
    fn from(error: GetAssignmentError) -> Self {
        match error {
            GetAssignmentError::NotFound => Code::NotFound.into(),
            GetAssignmentError::Store(error) => error.into(),
        }
    }
}

impl From<ListAssignmentsError> for Problem {
    fn from(error: ListAssignmentsError) -> Self {
        match error {
            ListAssignmentsError::Forbidden => Code::Forbidden.into(),
            ListAssignmentsError::Store(error) => error.into(),
        }
    }
}

impl From<PinAssignmentError> for Problem {
    fn from(error: PinAssignmentError) -> Self {
        match error {
            PinAssignmentError::NotFound => Code::NotFound.into(),
            PinAssignmentError::Forbidden => Code::Forbidden.into(),
            PinAssignmentError::Stale { current } => stale(current),
            PinAssignmentError::Key(error) => error.into(),
            PinAssignmentError::Store(error) => error.into(),
        }
    }
}

impl From<UnassignError> for Problem {
    fn from(error: UnassignError) -> Self {
        match error {
            UnassignError::NotFound => Code::NotFound.into(),
            UnassignError::Forbidden => Code::Forbidden.into(),
            UnassignError::Stale { current } => stale(current),
            UnassignError::Key(error) => error.into(),
            UnassignError::Store(error) => error.into(),
        }
    }
}
