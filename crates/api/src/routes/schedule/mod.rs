//! `/api/schedules/`: a team's roster for a period, made, filled, checked, published and read.

mod check;
mod generate;
mod publish;
mod roster;

pub(super) use check::ScoreView;

use jiff::ToSpan;
use jiff::civil::Date;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::Call;
use scheduling_app::schedules::{
    self, CreateScheduleError, DeleteScheduleError, GetScheduleError, UpdateScheduleError,
};
use scheduling_domain::id::{ScheduleId, TeamId};
use scheduling_domain::record::Record;
use scheduling_domain::roster::Period;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{Stored, settled};
use super::caller::Caller;
use super::fields::{Choice, Field, Named, Patch, Ref, Text};
use super::refusal::stale;
use crate::http::{
    Body, Code, Created, Id, Idempotent, JsonBody, Listed, NoContent, OptionalIfMatch, Paged, Problem, Result, resource,
};

/// A new schedule. Schedules of one team do not overlap.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["starts_on", "ends_on"] }))]
struct CreateScheduleBody {
    /// Whose.
    team_id: Ref<TeamId>,
    /// First working day.
    #[schemars(example = &"2026-01-05")]
    starts_on: Date,
    /// Last working day.
    #[schemars(example = &"2026-02-01")]
    ends_on: Date,
    /// For people.
    #[serde(default)]
    note: Text<0, 500>,
}

/// Changes to a schedule; what is absent stays. Team and period are what they were made with.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct UpdateScheduleBody {
    /// For people.
    note: Patch<Text<0, 500>>,
}

/// Where a schedule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Never published.
    Draft,
    /// Published at least once; its draft may be ahead of that.
    Published,
}

impl Named for State {
    const NAMES: &'static [&'static str] = &["draft", "published"];
}

/// Which schedules are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScheduleQuery {
    /// Only of this team.
    team_id: Option<Ref<TeamId>>,
    /// Only drafts, or only what was published.
    state: Option<Choice<State>>,
    /// Only with working days on or after this one.
    from: Option<Date>,
    /// Only with working days on or before this one.
    until: Option<Date>,
}

/// A team's roster for a period.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Schedule")]
struct ScheduleView {
    team_id: Ref<TeamId>,
    /// First working day.
    starts_on: Date,
    /// Last working day.
    ends_on: Date,
    /// For people; may be empty.
    note: String,
    /// Whether it was published.
    state: Choice<State>,
    /// The number of the newest publication; none for a draft.
    published_number: Option<u32>,
}

impl From<Schedule> for ScheduleView {
    fn from(schedule: Schedule) -> Self {
        let Schedule { team_id, period, published_number, note } = schedule;
        Self {
            team_id: Ref(team_id),
            starts_on: period.first,
            ends_on: period.end.saturating_sub(1.day()),
            note,
            state: Choice(if published_number.is_some() { State::Published } else { State::Draft }),
            published_number,
        }
    }
}

impl CreateScheduleBody {
    fn plain(self) -> Schedule {
        Schedule {
            team_id: self.team_id.plain(),
            period: Period { first: self.starts_on, end: self.ends_on.saturating_add(1.day()) },
            published_number: None,
            note: self.note.plain(),
        }
    }
}

/// The working days from one until another, both included; what is absent is open.
pub(super) fn days(from: Option<Date>, until: Option<Date>) -> Option<Period> {
    // The years that every store can hold.
    const FIRST: Date = Date::constant(1, 1, 1);
    const LAST: Date = Date::constant(9999, 12, 31);
    let end = until.map_or(LAST, |until| until.saturating_add(1.day()));
    (from.is_some() || until.is_some()).then_some(Period { first: from.unwrap_or(FIRST), end })
}

fn shown(record: Record<Schedule>) -> Body<Stored<ScheduleView>> {
    let version = record.version;
    Body::new(Stored::from(record)).version(version)
}

/// List schedules
///
/// Employees see what was published; managers, too, the drafts of their teams.
#[api_v2_operation(tags("schedules"), operation_id = "listSchedules")]
async fn list(caller: Caller, query: Paged<ScheduleQuery>) -> Result<Listed<Stored<ScheduleView>>> {
    let ScheduleQuery { team_id, state, from, until } = query.filter;
    let filter = ScheduleFilter {
        team_ids: team_id.plain().map(|team| vec![team]),
        overlapping: days(from, until),
        is_published: state.map(|Choice(state)| state == State::Published),
    };
    let page = schedules::list_schedules(&caller.app, &caller.actor, filter, query.page).await?;
    Ok(Listed(page.map(Stored::from)))
}

/// Create a schedule
///
/// An empty draft for a team and a period. The team's managers and administrators may.
#[api_v2_operation(tags("schedules"), operation_id = "createSchedule")]
async fn create(
    caller: Caller,
    key: Idempotent,
    body: JsonBody<CreateScheduleBody>,
) -> Result<Created<Stored<ScheduleView>>> {
    let JsonBody(body) = body;
    let schedule = body.plain();
    let answer = |record: &Record<Schedule>| {
        let location = format!("/api/schedules/{}", record.id);
        Created::new(Stored::from(record.clone())).version(record.version).location(location)
    };
    let write = async |call: Call<'_, _>| schedules::create_schedule(&caller.app, &call, &schedule).await;
    settled(&caller, key, answer, write).await
}

/// Show a schedule
///
/// A published one anybody who is signed in, a draft its planners.
#[api_v2_operation(tags("schedules"), operation_id = "showSchedule")]
async fn show(caller: Caller, id: Id<ScheduleId>) -> Result<Body<Stored<ScheduleView>>> {
    Ok(shown(schedules::get_schedule(&caller.app, &caller.actor, id.0).await?))
}

/// Change a schedule
///
/// With `If-Match`, only when nobody changed it since.
#[api_v2_operation(tags("schedules"), operation_id = "updateSchedule")]
async fn update(
    caller: Caller,
    id: Id<ScheduleId>,
    expected: OptionalIfMatch,
    body: JsonBody<UpdateScheduleBody>,
) -> Result<Body<Stored<ScheduleView>>> {
    let JsonBody(UpdateScheduleBody { note }) = body;
    let note = match note.plain() {
        Some(note) => note,
        None => schedules::get_schedule(&caller.app, &caller.actor, id.0).await?.value.note,
    };
    let call = Call::new(&caller.actor);
    let settled = schedules::update_schedule(&caller.app, &call, id.0, expected.0, &note).await?;
    Body::settled(settled, |record: &Record<Schedule>| shown(record.clone()))
}

/// Delete a schedule
///
/// With its shifts, assignments and runs of the optimiser. What was published once stays on record.
#[api_v2_operation(tags("schedules"), operation_id = "deleteSchedule")]
async fn delete(caller: Caller, id: Id<ScheduleId>, expected: OptionalIfMatch) -> Result<NoContent> {
    schedules::delete_schedule(&caller.app, &Call::new(&caller.actor), id.0, expected.0).await?;
    Ok(NoContent)
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/schedules/").get(list).post(create))
        .service(resource("/api/schedules/{id}").get(show).patch(update).delete(delete))
        .service(resource("/api/schedules/{id}/generate").post(generate::generate))
        .service(resource("/api/schedules/{id}/check").get(check::check))
        .service(resource("/api/schedules/{id}/publish").post(publish::publish))
        .service(resource("/api/schedules/{id}/roster").get(roster::roster));
}

impl From<GetScheduleError> for Problem {
    fn from(error: GetScheduleError) -> Self {
        match error {
            GetScheduleError::NotFound => Code::NotFound.into(),
            GetScheduleError::Store(error) => error.into(),
        }
    }
}

impl From<CreateScheduleError> for Problem {
    fn from(error: CreateScheduleError) -> Self {
        match error {
            CreateScheduleError::Forbidden => Code::Forbidden.into(),
            CreateScheduleError::Invalid(faults) => faults.into(),
            CreateScheduleError::Overlaps { with } => {
                Self::new(Code::ScheduleOverlaps).data(json!({ "schedule_id": Ref(with.id) }))
            }
            CreateScheduleError::Key(error) => error.into(),
            CreateScheduleError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateScheduleError> for Problem {
    fn from(error: UpdateScheduleError) -> Self {
        match error {
            UpdateScheduleError::NotFound => Code::NotFound.into(),
            UpdateScheduleError::Forbidden => Code::Forbidden.into(),
            UpdateScheduleError::Stale { current } => stale(current),
            UpdateScheduleError::Invalid(faults) => faults.into(),
            UpdateScheduleError::Key(error) => error.into(),
            UpdateScheduleError::Store(error) => error.into(),
        }
    }
}

impl From<DeleteScheduleError> for Problem {
    fn from(error: DeleteScheduleError) -> Self {
        match error {
            DeleteScheduleError::NotFound => Code::NotFound.into(),
            DeleteScheduleError::Forbidden => Code::Forbidden.into(),
            DeleteScheduleError::Stale { current } => stale(current),
            DeleteScheduleError::Published => Code::AlreadyPublished.into(),
            DeleteScheduleError::BeingOptimized => Code::BeingOptimized.into(),
            DeleteScheduleError::Key(error) => error.into(),
            DeleteScheduleError::Store(error) => error.into(),
        }
    }
}
