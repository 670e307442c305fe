use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use scheduling_domain::user::Role;

use crate::actor::Actor;
use crate::app::App;

/// Lists schedules: employees see published ones; managers those of their teams, and of the others when they ask for
/// published ones.
pub async fn list_schedules(
    app: &App,
    actor: &Actor,
    filter: ScheduleFilter,
    page: PageRequest,
) -> Result<Page<Record<Schedule>>, StoreError> {
    let filter = match (actor.role, filter.is_published) {
        (Role::Admin, _) | (Role::Manager, Some(true)) => filter,
        (Role::Manager, _) => {
            let mut team_ids = filter.team_ids.unwrap_or_else(|| actor.team_ids.clone());
            team_ids.retain(|team| actor.runs(*team));
            ScheduleFilter { team_ids: Some(team_ids), ..filter }
        }
        (Role::Employee, Some(false)) => ScheduleFilter { team_ids: Some(Vec::new()), ..filter },
        (Role::Employee, _) => ScheduleFilter { is_published: Some(true), ..filter },
    };
    app.store.schedules().list(actor.organization, &filter, page).await
}
