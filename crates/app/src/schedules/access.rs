//! How schedules, and all that belongs to them, stand to whoever asks.

use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use scheduling_domain::user::Role;

use crate::actor::Actor;
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

/// Whether the actor may change the draft. A schedule that they may not even know of is not there.
pub(crate) fn may_plan(actor: &Actor, schedule: &Schedule) -> Result<(), PlanRefusal> {
    match access(actor, Operation::Plan, relation(actor, schedule)) {
        Access::Allowed => Ok(()),
        Access::Invisible | Access::Forbidden if !may_see(actor, schedule) => Err(PlanRefusal::NotFound),
        Access::Invisible | Access::Forbidden => Err(PlanRefusal::Forbidden),
    }
}

/// Narrows a list to drafts that the actor may read: managers to their own teams.
pub(crate) fn narrow_to_visible(actor: &Actor, filter: ScheduleFilter) -> ScheduleFilter {
    if actor.role != Role::Manager {
        return filter;
    }
    let mut team_ids = filter.team_ids.unwrap_or_else(|| actor.team_ids.clone());
    team_ids.retain(|team| actor.runs(*team));
    ScheduleFilter { team_ids: Some(team_ids), ..filter }
}
