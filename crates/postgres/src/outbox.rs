//! Events that wait to be told.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, OutboxEventId, TypedId};
use scheduling_domain::ports::{OutboxEvent, OutboxQueries, OutboxRepository};

use crate::columns;
use crate::error::{StoreResult, failure};
use crate::schema::{hashtextextended, outbox, pg_try_advisory_xact_lock};
use crate::store::PgStore;
use crate::unit_of_work::PgUnitOfWork;

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct EventRow {
    id: i64,
    topic: String,
    payload: String,
    created_at: jiff_diesel::Timestamp,
}

fn event(row: EventRow) -> StoreResult<OutboxEvent> {
    Ok(OutboxEvent {
        id: columns::id(row.id)?,
        topic: row.topic,
        payload: row.payload,
        created_at: row.created_at.to_jiff(),
    })
}

async fn waiting(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    topic: &str,
) -> StoreResult<Vec<OutboxEvent>> {
    let rows = outbox::table
        .filter(outbox::organization_id.eq(organization.get()))
        .filter(outbox::topic.eq(topic))
        .order(outbox::id)
        .select(EventRow::as_select())
        .load(&mut pg)
        .await
        .map_err(failure)?;
    rows.into_iter().map(event).collect()
}

async fn append(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    topic: &str,
    payload: &str,
    now: Timestamp,
) -> StoreResult<OutboxEventId> {
    let id: i64 = diesel::insert_into(outbox::table)
        .values((
            outbox::organization_id.eq(organization.get()),
            outbox::topic.eq(topic),
            outbox::payload.eq(payload),
            outbox::created_at.eq(now.to_diesel()),
        ))
        .returning(outbox::id)
        .get_result(&mut pg)
        .await
        .map_err(failure)?;
    Ok(columns::id(id)?)
}

/// Only whoever holds the topic's lock takes anything, so that nobody overtakes; rows that their writer is removing at this
/// moment are passed over.
async fn claim(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    topic: &str,
    before: Timestamp,
    limit: u32,
) -> StoreResult<Vec<OutboxEvent>> {
    let name = format!("outbox/{organization}/{topic}");
    let is_ours: bool = diesel::select(pg_try_advisory_xact_lock(hashtextextended(name, 0)))
        .get_result(&mut pg)
        .await
        .map_err(failure)?;
    if !is_ours {
        return Ok(Vec::new());
    }
    let rows = outbox::table
        .filter(outbox::organization_id.eq(organization.get()))
        .filter(outbox::topic.eq(topic))
        .filter(outbox::created_at.lt(before.to_diesel()))
        .order(outbox::id)
        .limit(limit.into())
        .select(EventRow::as_select())
        .for_update()
        .skip_locked()
        .load(&mut pg)
        .await
        .map_err(failure)?;
    rows.into_iter().map(event).collect()
}

async fn remove(mut pg: &AsyncPgConnection, organization: OrganizationId, ids: &[OutboxEventId]) -> StoreResult<u64> {
    let told = outbox::table
        .filter(outbox::organization_id.eq(organization.get()))
        .filter(outbox::id.eq_any(columns::raw(ids)))
        .order(outbox::id)
        .select(outbox::id)
        .for_update()
        .skip_locked()
        .load::<i64>(&mut pg)
        .await
        .map_err(failure)?;
    let removed = diesel::delete(
        outbox::table.filter(outbox::organization_id.eq(organization.get())).filter(outbox::id.eq_any(told)),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

#[async_trait]
impl OutboxRepository for PgUnitOfWork {
    async fn append(&mut self, topic: &str, payload: &str, now: Timestamp) -> StoreResult<OutboxEventId> {
        let appended = append(self.pg(), self.organization(), topic, payload, now).await;
        self.watch(appended)
    }

    async fn claim(&mut self, topic: &str, before: Timestamp, limit: u32) -> StoreResult<Vec<OutboxEvent>> {
        let claimed = claim(self.pg(), self.organization(), topic, before, limit).await;
        self.watch(claimed)
    }

    async fn remove(&mut self, ids: &[OutboxEventId]) -> StoreResult<u64> {
        let removed = remove(self.pg(), self.organization(), ids).await;
        self.watch(removed)
    }
}

#[async_trait]
impl OutboxQueries for PgStore {
    async fn waiting(&self, organization: OrganizationId, topic: &str) -> StoreResult<Vec<OutboxEvent>> {
        let connection = self.connection().await?;
        let waiting = waiting(connection.pg(), organization, topic);
        connection.within(organization, waiting).await
    }
}
