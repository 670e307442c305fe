//! What was done: the chain of each organization, and the look back at it.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::audit::{AuditEvent, AuditFilter, AuditHash, AuditLink, AuditRecord};
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::{AuditQueries, AuditRepository, StoreError};

use crate::columns::Instant;
use crate::errors::store_error;
use crate::readers::Readers;
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    audit_events (organization_id, sequence) {
        organization_id -> BigInt,
        sequence -> BigInt,
        at -> BigInt,
        user_id -> Nullable<BigInt>,
        via -> Text,
        api_key_id -> Nullable<BigInt>,
        address -> Nullable<Text>,
        request_id -> Nullable<Text>,
        operation -> Text,
        object_kind -> Text,
        object_id -> Nullable<BigInt>,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        verdict -> Nullable<Text>,
        violations -> Nullable<Text>,
        reason -> Nullable<Text>,
        hash -> Text,
    }
}

diesel::table! {
    audit_heads (organization_id) {
        organization_id -> BigInt,
        sequence -> BigInt,
        hash -> Text,
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
struct EventRow {
    sequence: i64,
    at: Instant,
    user_id: Option<i64>,
    via: String,
    api_key_id: Option<i64>,
    address: Option<String>,
    request_id: Option<String>,
    operation: String,
    object_kind: String,
    object_id: Option<i64>,
    before: Option<String>,
    after: Option<String>,
    verdict: Option<String>,
    violations: Option<String>,
    reason: Option<String>,
    hash: String,
}

impl From<AuditRecord> for EventRow {
    fn from(AuditRecord { link, event }: AuditRecord) -> Self {
        Self {
            sequence: link.sequence,
            at: Instant(event.at),
            user_id: event.user_id,
            via: event.via,
            api_key_id: event.api_key_id,
            address: event.address,
            request_id: event.request_id,
            operation: event.operation,
            object_kind: event.object_kind,
            object_id: event.object_id,
            before: event.before,
            after: event.after,
            verdict: event.verdict,
            violations: event.violations,
            reason: event.reason,
            hash: link.hash.to_string(),
        }
    }
}

impl From<EventRow> for AuditRecord {
    fn from(row: EventRow) -> Self {
        let event = AuditEvent {
            at: row.at.0,
            user_id: row.user_id,
            via: row.via,
            api_key_id: row.api_key_id,
            address: row.address,
            request_id: row.request_id,
            operation: row.operation,
            object_kind: row.object_kind,
            object_id: row.object_id,
            before: row.before,
            after: row.after,
            verdict: row.verdict,
            violations: row.violations,
            reason: row.reason,
        };
        Self { link: AuditLink { sequence: row.sequence, hash: AuditHash::read(&row.hash) }, event }
    }
}

/// Chains the events to the organization's last one. Nobody else writes meanwhile.
pub(crate) fn append(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    events: Vec<AuditEvent>,
) -> QueryResult<()> {
    let mut end = head(connection, organization)?;
    for event in events {
        end = end.next(organization, &event);
        let row = EventRow::from(AuditRecord { link: end, event });
        diesel::insert_into(audit_events::table)
            .values((audit_events::organization_id.eq(organization.get()), row))
            .execute(connection)?;
    }
    let place = (audit_heads::sequence.eq(end.sequence), audit_heads::hash.eq(end.hash.to_string()));
    diesel::insert_into(audit_heads::table)
        .values((audit_heads::organization_id.eq(organization.get()), place.clone()))
        .on_conflict(audit_heads::organization_id)
        .do_update()
        .set(place)
        .execute(connection)
        .map(|_| ())
}

fn head(connection: &mut SqliteConnection, organization: OrganizationId) -> QueryResult<AuditLink> {
    let found: Option<(i64, String)> = audit_heads::table
        .find(organization.get())
        .select((audit_heads::sequence, audit_heads::hash))
        .first(connection)
        .optional()?;
    Ok(found.map_or(AuditLink::START, |(sequence, hash)| AuditLink { sequence, hash: AuditHash::read(&hash) }))
}

fn narrow(organization: OrganizationId, filter: &AuditFilter) -> audit_events::BoxedQuery<'_, Sqlite> {
    let mut matches = audit_events::table.filter(audit_events::organization_id.eq(organization.get())).into_boxed();
    if let Some(user) = filter.user_id {
        matches = matches.filter(audit_events::user_id.eq(user.get()));
    }
    if let Some(kind) = &filter.object_kind {
        matches = matches.filter(audit_events::object_kind.eq(kind));
    }
    if let Some(id) = filter.object_id {
        matches = matches.filter(audit_events::object_id.eq(id));
    }
    if let Some(operation) = &filter.operation {
        matches = matches.filter(audit_events::operation.eq(operation));
    }
    if let Some(request) = &filter.request_id {
        matches = matches.filter(audit_events::request_id.eq(request));
    }
    if let Some(from) = filter.from {
        matches = matches.filter(audit_events::at.ge(Instant(from)));
    }
    if let Some(until) = filter.until {
        matches = matches.filter(audit_events::at.lt(Instant(until)));
    }
    matches
}

fn list(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    filter: &AuditFilter,
    request: PageRequest,
) -> QueryResult<Page<AuditRecord>> {
    connection.transaction(|connection| {
        let rows: Vec<EventRow> = narrow(organization, filter)
            .order(audit_events::sequence.desc())
            .limit(request.per_page().into())
            .offset(request.offset())
            .select(EventRow::as_select())
            .load(connection)?;
        let total = narrow(organization, filter).count().get_result(connection)?;
        Ok(Page { items: rows.into_iter().map(AuditRecord::from).collect(), total, request })
    })
}

fn list_after(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    filter: &AuditFilter,
    sequence: i64,
    limit: u32,
) -> QueryResult<Vec<AuditRecord>> {
    let rows: Vec<EventRow> = narrow(organization, filter)
        .filter(audit_events::sequence.gt(sequence))
        .order(audit_events::sequence.asc())
        .limit(limit.into())
        .select(EventRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(AuditRecord::from).collect())
}

impl AuditRepository for SqliteUnitOfWork {
    fn record(&mut self, event: AuditEvent) {
        self.events.push(event);
    }
}

#[async_trait]
impl AuditQueries for Readers {
    async fn list(
        &self,
        organization: OrganizationId,
        filter: &AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditRecord>, StoreError> {
        let filter = filter.clone();
        self.run(move |connection| {
            list(connection, organization, &filter, page).map_err(|error| store_error(error, &[]))
        })
        .await
    }

    async fn list_after(
        &self,
        organization: OrganizationId,
        filter: &AuditFilter,
        sequence: i64,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let filter = filter.clone();
        self.run(move |connection| {
            list_after(connection, organization, &filter, sequence, limit).map_err(|error| store_error(error, &[]))
        })
        .await
    }

    async fn head(&self, organization: OrganizationId) -> Result<AuditLink, StoreError> {
        self.run(move |connection| head(connection, organization).map_err(|error| store_error(error, &[]))).await
    }
}
