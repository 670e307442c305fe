use actix_web::HttpRequest;
use jiff::Timestamp;
use paperclip::actix::api_v2_operation;
use scheduling_app::Call;
use scheduling_app::schedules::{self, PublishError, Published};
use scheduling_domain::id::{EmployeeId, ScheduleId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::http::{Code, Context, Created, Id, Idempotent, Language, Problem, Query, Result};
use crate::routes::attempt::{Attempt, DryRun, attempted};
use crate::routes::caller::Caller;
use crate::routes::fields::{Ref, refs};
use crate::routes::verdict::blocked_by;

/// A numbered snapshot of a schedule, which never changes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Publication")]
pub(super) struct PublicationView {
    schedule_id: Ref<ScheduleId>,
    /// Counts the schedule's publications, from 1.
    number: u32,
    /// When.
    published_at: Timestamp,
    /// Who is told.
    audience: Vec<Ref<EmployeeId>>,
    /// How many shifts it has.
    shifts: usize,
}

impl From<&Published> for PublicationView {
    fn from(published: &Published) -> Self {
        let content = &published.publication.content;
        Self {
            schedule_id: Ref(content.schedule_id),
            number: content.number,
            published_at: content.published_at,
            audience: refs(content.audience.clone()),
            shifts: content.shifts.len(),
        }
    }
}

/// Publish a schedule
///
/// Takes a snapshot of the draft under the next number. While a rule that must hold is broken, the answer is 409 with
/// `blocked_by_rules`, and `data.violations` says which.
#[api_v2_operation(tags("schedules"), operation_id = "publishSchedule")]
pub(super) async fn publish(
    caller: Caller,
    id: Id<ScheduleId>,
    query: Query<DryRun>,
    key: Idempotent,
    request: HttpRequest,
) -> Result<Attempt<PublicationView>> {
    let language = Context::of(&request).language;
    let view = |published: &Published| PublicationView::from(published);
    let address = |published: &Published, answer: Created<PublicationView>| {
        let number = published.publication.content.number;
        answer.location(format!("/api/schedules/{}/roster?view=published&number={number}", id.0))
    };
    let write = async |call: Call<'_, _>| {
        let published = schedules::publish_schedule(&caller.app, &call, id.0).await;
        published.map_err(|error| refusal(error, language))
    };
    attempted(&caller, query.0, key, view, address, write).await
}

fn refusal(error: PublishError, language: Language) -> Problem {
    match error {
        PublishError::NotFound => Code::NotFound.into(),
        PublishError::Forbidden => Code::Forbidden.into(),
        PublishError::Blocked(check) => blocked_by(&check.blocking(), language),
        PublishError::Key(error) => error.into(),
        PublishError::Store(error) => error.into(),
    }
}
