//! How schedules, and all that belongs to them, stand to whoever asks.

use scheduling_domain::id::ScheduleId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use scheduling_domain::user::Role;

use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Access, Operation, Relation, access};

/// Why an actor may not plan a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanRefusal {
    NotFound,
    Forbidden,
}

/// How a schedule stands to the actor.
pub(crate) fn relation(actor: &Actor, schedule: &Schedule) -> Relation {
    if actor.runs(schedule.team_id) { Relation::OwnTeam } else { Relation::Other }
}

/// Whether the actor may know of the schedule at all.
pub(crate) fn may_see(actor: &Actor, schedule: &Schedule) -> bool {
    let is_published = schedule.published_number.is_some();
    is_published && access(actor, Operation::ReadPublished, relation(actor, schedule)) == Access::Allowed
        || may_read_draft(actor, schedule)
}

/// Whether the actor may read the draft.
pub(crate) fn may_read_draft(actor: &Actor, schedule: &Schedule) -> bool {
    access(actor, Operation::ReadDraft, relation(actor, schedule)) == Access::Allowed
}

/// Whether the actor may change the schedule. One that they may not even know of is not there.
pub(crate) fn may_plan(actor: &Actor, schedule: &Schedule) -> Result<(), PlanRefusal> {
    refusal(actor, schedule, may_see)
}

/// Whether the actor may change a part of the draft, such as a shift. Who may not read the draft knows of no part of it.
pub(crate) fn may_plan_within(actor: &Actor, schedule: &Schedule) -> Result<(), PlanRefusal> {
    refusal(actor, schedule, may_read_draft)
}

fn refusal(actor: &Actor, schedule: &Schedule, knows: fn(&Actor, &Schedule) -> bool) -> Result<(), PlanRefusal> {
    match access(actor, Operation::Plan, relation(actor, schedule)) {
        Access::Allowed => Ok(()),
        Access::Invisible | Access::Forbidden if !knows(actor, schedule) => Err(PlanRefusal::NotFound),
        Access::Invisible | Access::Forbidden => Err(PlanRefusal::Forbidden),
    }
}

/// The schedules whose drafts the actor may read, cut with those asked for; `None` for all.
pub(crate) async fn visible_drafts(
    app: &App,
    actor: &Actor,
    asked: Option<Vec<ScheduleId>>,
) -> Result<Option<Vec<ScheduleId>>, StoreError> {
    if actor.role == Role::Admin {
        return Ok(asked);
    }
    let own = ScheduleFilter { team_ids: Some(actor.team_ids.clone()), ..ScheduleFilter::default() };
    let own = app.store.schedules().list_all(actor.organization, &own).await?;
    let readable = own.into_iter().filter(|schedule| may_read_draft(actor, schedule)).map(|schedule| schedule.id);
    Ok(Some(readable.filter(|id| asked.as_ref().is_none_or(|asked| asked.contains(id))).collect()))
}
