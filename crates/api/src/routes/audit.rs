//! `/api/audit/`: what was done, by whom and why.

use std::io;

use actix_web::HttpRequest;
use futures_util::stream::try_unfold;
use jiff::Timestamp;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::audit::{self, Export, ListEventsError};
use scheduling_domain::audit::{AuditFilter, AuditRecord};
use scheduling_domain::id::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::caller::Caller;
use super::fields::{Field, Ref, Text};
use crate::http::{Code, Listed, ListedOrCsv, Paged, Pieces, Problem, Result, csv_rows, prefers_csv, resource};

/// Which events are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AuditQuery {
    /// Only what was done in this account's name.
    user_id: Option<Ref<UserId>>,
    /// Only what was done to this kind of thing, such as `employee`.
    object_kind: Option<Text<1, 40>>,
    /// Only what was done to things of this id.
    #[schemars(range(min = 1))]
    object_id: Option<i64>,
    /// Only this operation, such as `employee.update`.
    operation: Option<Text<1, 80>>,
    /// Only what this request did.
    request_id: Option<Text<1, 128>>,
    /// Only at this instant or later.
    from: Option<Timestamp>,
    /// Only before this instant.
    to: Option<Timestamp>,
    /// `csv` for all of it as a file; the same as `Accept: text/csv`.
    format: Option<Format>,
}

/// How the events are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// One page.
    Json,
    /// All of them, the oldest first.
    Csv,
}

/// Something that was done.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEvent")]
struct AuditEventView {
    /// Its number in the organization, from 1 without gaps.
    #[schemars(range(min = 1))]
    sequence: i64,
    /// When.
    at: Timestamp,
    /// In which account's name; none where nobody was known.
    user_id: Option<i64>,
    /// What the request proved itself with: `access_token`, `session`, `api_key`, `credentials`, `command_line`.
    via: String,
    /// The key, where that was one.
    api_key_id: Option<i64>,
    /// The client's address.
    address: Option<String>,
    /// The request's id.
    request_id: Option<String>,
    /// What was done, such as `employee.update`.
    operation: String,
    /// The kind of what it was done to.
    object_kind: String,
    /// Which one of that kind.
    object_id: Option<i64>,
    /// What it was before; personal fields are masked.
    before: Value,
    /// What it is now, or what was done in all; personal fields are masked.
    after: Value,
    /// What the rules said of a change that they judge: `allowed`, `noted`, `needs_consent`.
    verdict: Option<String>,
    /// How many rules it breaks, and the first of them.
    violations: Value,
    /// Why, in the words of whoever did it.
    reason: Option<String>,
    /// SHA-256 over it and all events before it.
    hash: String,
}

impl From<AuditRecord> for AuditEventView {
    fn from(AuditRecord { link, event }: AuditRecord) -> Self {
        // A text that is no JSON was put there by nobody of ours; it is shown as it is.
        let json = |text: Option<String>| {
            text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap_or(Value::String(text)))
        };
        Self {
            sequence: link.sequence,
            at: event.at,
            user_id: event.user_id,
            via: event.via,
            api_key_id: event.api_key_id,
            address: event.address,
            request_id: event.request_id,
            operation: event.operation,
            object_kind: event.object_kind,
            object_id: event.object_id,
            before: json(event.before),
            after: json(event.after),
            verdict: event.verdict,
            violations: json(event.violations),
            reason: event.reason,
            hash: link.hash.to_string(),
        }
    }
}

const HEADING: [&str; 16] = [
    "sequence",
    "at",
    "user_id",
    "via",
    "api_key_id",
    "address",
    "request_id",
    "operation",
    "object_kind",
    "object_id",
    "before",
    "after",
    "verdict",
    "violations",
    "reason",
    "hash",
];

fn row(AuditRecord { link, event }: AuditRecord) -> [String; 16] {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        link.sequence.to_string(),
        event.at.to_string(),
        number(event.user_id),
        event.via,
        number(event.api_key_id),
        event.address.unwrap_or_default(),
        event.request_id.unwrap_or_default(),
        event.operation,
        event.object_kind,
        number(event.object_id),
        event.before.unwrap_or_default(),
        event.after.unwrap_or_default(),
        event.verdict.unwrap_or_default(),
        event.violations.unwrap_or_default(),
        event.reason.unwrap_or_default(),
        link.hash.to_string(),
    ]
}

/// The heading, then the events in pieces as the client takes them.
fn pieces(export: Export) -> Pieces {
    Box::pin(try_unfold((export, true), |(mut export, is_first)| async move {
        if is_first {
            return Ok(Some((csv_rows([HEADING.map(str::to_owned)])?, (export, false))));
        }
        let events = export.next_piece().await.map_err(|error| {
            tracing::error!(%error, "an export of events broke off");
            io::Error::other(error)
        })?;
        if events.is_empty() {
            return Ok(None);
        }
        Ok(Some((csv_rows(events.into_iter().map(row))?, (export, false))))
    }))
}

/// List what was done
///
/// The newest first. Only administrators may. As CSV (`Accept: text/csv`, or `format=csv`) it is all that the filter
/// leaves, the oldest first, and `page` and `per_page` mean nothing; that somebody took it is itself an event.
#[api_v2_operation(tags("audit"), operation_id = "listAuditEvents")]
async fn list(caller: Caller, request: HttpRequest, query: Paged<AuditQuery>) -> Result<ListedOrCsv<AuditEventView>> {
    let Paged { page, filter } = query;
    let format = filter.format;
    let filter = AuditFilter {
        user_id: filter.user_id.map(Field::plain),
        object_kind: filter.object_kind.map(Field::plain),
        object_id: filter.object_id,
        operation: filter.operation.map(Field::plain),
        request_id: filter.request_id.map(Field::plain),
        from: filter.from,
        until: filter.to,
    };
    if format.map_or_else(|| prefers_csv(request.headers()), |format| format == Format::Csv) {
        let export = audit::export_events(&caller.app, &caller.actor, filter).await?;
        return Ok(ListedOrCsv::Csv("audit.csv", pieces(export)));
    }
    let events = audit::list_events(&caller.app, &caller.actor, &filter, page).await?;
    Ok(ListedOrCsv::Page(Listed(events.map(AuditEventView::from))))
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(resource("/api/audit/").get(list));
}

impl From<ListEventsError> for Problem {
    fn from(error: ListEventsError) -> Self {
        match error {
            ListEventsError::Forbidden => Code::Forbidden.into(),
            ListEventsError::Store(error) => error.into(),
        }
    }
}
