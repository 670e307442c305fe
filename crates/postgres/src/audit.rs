//! What was done: the chain of each organization, and the look back at it.

use async_trait::async_trait;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff_diesel::ToDiesel;
use scheduling_domain::audit::{AuditEvent, AuditFilter, AuditHash, AuditLink, AuditRecord};
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::{AuditQueries, AuditRepository};

use crate::error::{StoreResult, failure};
use crate::schema::{audit_events, audit_heads};
use crate::store::PgStore;
use crate::stored::ROWS_PER_STATEMENT;
use crate::unit_of_work::PgUnitOfWork;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
struct EventRow {
    sequence: i64,
    at: jiff_diesel::Timestamp,
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
            at: event.at.to_diesel(),
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
            at: row.at.to_jiff(),
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
        Self { link: link(row.sequence, &row.hash), event }
    }
}

fn link(sequence: i64, hash: &str) -> AuditLink {
    AuditLink { sequence, hash: AuditHash::read(hash) }
}

/// Chains the events to the organization's last one. Whoever else commits for it waits from here to the commit.
pub(crate) async fn append(
    pg: &AsyncPgConnection,
    organization: OrganizationId,
    events: Vec<AuditEvent>,
) -> StoreResult<()> {
    let mut end = lock_head(pg, organization).await?;
    let rows: Vec<EventRow> = events
        .into_iter()
        .map(|event| {
            end = end.next(organization, &event);
            AuditRecord { link: end, event }.into()
        })
        .collect();
    let (mut first, mut second) = (pg, pg);
    let moved = diesel::update(audit_heads::table.find(organization.get()))
        .set((audit_heads::sequence.eq(end.sequence), audit_heads::hash.eq(end.hash.to_string())))
        .execute(&mut first);
    // Both travel in one round trip, except where there are more rows than a statement takes.
    let added = async {
        for rows in rows.chunks(ROWS_PER_STATEMENT) {
            let rows: Vec<_> =
                rows.iter().map(|row| (audit_events::organization_id.eq(organization.get()), row)).collect();
            diesel::insert_into(audit_events::table).values(rows).execute(&mut second).await?;
        }
        Ok(())
    };
    tokio::try_join!(moved, added).map(|_| ()).map_err(failure)
}

/// Where the chain ends, locked until the transaction does. The first event of an organization makes the row.
async fn lock_head(mut pg: &AsyncPgConnection, organization: OrganizationId) -> StoreResult<AuditLink> {
    let head =
        audit_heads::table.find(organization.get()).select((audit_heads::sequence, audit_heads::hash)).for_update();
    loop {
        let found: Option<(i64, String)> = head.get_result(&mut pg).await.optional().map_err(failure)?;
        if let Some((sequence, hash)) = found {
            return Ok(link(sequence, &hash));
        }
        let start = AuditLink::START;
        diesel::insert_into(audit_heads::table)
            .values((
                audit_heads::organization_id.eq(organization.get()),
                audit_heads::sequence.eq(start.sequence),
                audit_heads::hash.eq(start.hash.to_string()),
            ))
            .on_conflict_do_nothing()
            .execute(&mut pg)
            .await
            .map_err(failure)?;
    }
}

type Matches<'a> = audit_events::BoxedQuery<'a, Pg>;

fn narrow(organization: OrganizationId, filter: &AuditFilter) -> Matches<'_> {
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
        matches = matches.filter(audit_events::at.ge(from.to_diesel()));
    }
    if let Some(until) = filter.until {
        matches = matches.filter(audit_events::at.lt(until.to_diesel()));
    }
    matches
}

async fn list(
    pg: &AsyncPgConnection,
    organization: OrganizationId,
    filter: &AuditFilter,
    request: PageRequest,
) -> StoreResult<Page<AuditRecord>> {
    let (mut first, mut second) = (pg, pg);
    let total = narrow(organization, filter).count().get_result(&mut first);
    let rows = narrow(organization, filter)
        .order(audit_events::sequence.desc())
        .limit(request.per_page().into())
        .offset(request.offset())
        .select(EventRow::as_select())
        .load(&mut second);
    let (total, rows) = tokio::try_join!(total, rows).map_err(failure)?;
    Ok(Page { items: rows.into_iter().map(AuditRecord::from).collect(), total, request })
}

async fn list_after(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    filter: &AuditFilter,
    sequence: i64,
    limit: u32,
) -> StoreResult<Vec<AuditRecord>> {
    let rows = narrow(organization, filter)
        .filter(audit_events::sequence.gt(sequence))
        .order(audit_events::sequence)
        .limit(limit.into())
        .select(EventRow::as_select())
        .load(&mut pg)
        .await
        .map_err(failure)?;
    Ok(rows.into_iter().map(AuditRecord::from).collect())
}

async fn head(mut pg: &AsyncPgConnection, organization: OrganizationId) -> StoreResult<AuditLink> {
    let found: Option<(i64, String)> = audit_heads::table
        .find(organization.get())
        .select((audit_heads::sequence, audit_heads::hash))
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    Ok(found.map_or(AuditLink::START, |(sequence, hash)| link(sequence, &hash)))
}

impl AuditRepository for PgUnitOfWork {
    fn record(&mut self, event: AuditEvent) {
        self.events.push(event);
    }
}

#[async_trait]
impl AuditQueries for PgStore {
    async fn list(
        &self,
        organization: OrganizationId,
        filter: &AuditFilter,
        page: PageRequest,
    ) -> StoreResult<Page<AuditRecord>> {
        let connection = self.connection().await?;
        connection.within(organization, list(connection.pg(), organization, filter, page)).await
    }

    async fn list_after(
        &self,
        organization: OrganizationId,
        filter: &AuditFilter,
        sequence: i64,
        limit: u32,
    ) -> StoreResult<Vec<AuditRecord>> {
        let connection = self.connection().await?;
        let listed = list_after(connection.pg(), organization, filter, sequence, limit);
        connection.within(organization, listed).await
    }

    async fn head(&self, organization: OrganizationId) -> StoreResult<AuditLink> {
        let connection = self.connection().await?;
        connection.within(organization, head(connection.pg(), organization)).await
    }
}
