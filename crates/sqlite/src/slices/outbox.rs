//! Events that wait to be told.

use async_trait::async_trait;
use diesel::prelude::*;
use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, OutboxEventId, TypedId};
use scheduling_domain::ports::{OutboxEvent, OutboxQueries, OutboxRepository, StoreError};

use crate::columns::{Instant, Key};
use crate::errors::store_error;
use crate::readers::Readers;
use crate::stored::{among, take_ids};
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    outbox (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        topic -> Text,
        payload -> Text,
        created_at -> BigInt,
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct EventRow {
    id: Key<OutboxEventId>,
    topic: String,
    payload: String,
    created_at: Instant,
}

impl From<EventRow> for OutboxEvent {
    fn from(row: EventRow) -> Self {
        Self { id: row.id.0, topic: row.topic, payload: row.payload, created_at: row.created_at.0 }
    }
}

/// The oldest events of a topic that were appended before an instant.
fn oldest(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    topic: &str,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<OutboxEvent>, StoreError> {
    outbox::table
        .filter(outbox::organization_id.eq(organization.get()))
        .filter(outbox::topic.eq(topic))
        .filter(outbox::created_at.lt(Instant(before)))
        .order(outbox::id.asc())
        .limit(limit)
        .select(EventRow::as_select())
        .load(connection)
        .map(|rows| rows.into_iter().map(OutboxEvent::from).collect())
        .map_err(|error| store_error(error, &[]))
}

#[async_trait]
impl OutboxQueries for Readers {
    async fn waiting(&self, organization: OrganizationId, topic: &str) -> Result<Vec<OutboxEvent>, StoreError> {
        let topic = topic.to_owned();
        self.run(move |connection| oldest(connection, organization, &topic, Timestamp::MAX, i64::MAX)).await
    }
}

#[async_trait]
impl OutboxRepository for SqliteUnitOfWork {
    async fn append(&mut self, topic: &str, payload: &str, now: Timestamp) -> Result<OutboxEventId, StoreError> {
        let (organization, topic, payload) = (self.organization().get(), topic.to_owned(), payload.to_owned());
        let id = self
            .run(move |connection| {
                let id = *take_ids(connection, "outbox", 1).map_err(|error| store_error(error, &[]))?.start();
                diesel::insert_into(outbox::table)
                    .values((
                        outbox::organization_id.eq(organization),
                        outbox::id.eq(id),
                        outbox::topic.eq(topic),
                        outbox::payload.eq(payload),
                        outbox::created_at.eq(Instant(now)),
                    ))
                    .execute(connection)
                    .map_err(|error| store_error(error, &[]))?;
                Ok(id)
            })
            .await?;
        OutboxEventId::try_new(id).map_err(crate::errors::backend)
    }

    /// Whoever asks is alone with the file until its unit of work ends.
    async fn claim(&mut self, topic: &str, before: Timestamp, limit: u32) -> Result<Vec<OutboxEvent>, StoreError> {
        let (organization, topic) = (self.organization(), topic.to_owned());
        self.run(move |connection| oldest(connection, organization, &topic, before, limit.into())).await
    }

    async fn remove(&mut self, ids: &[OutboxEventId]) -> Result<u64, StoreError> {
        let organization = self.organization().get();
        let told = among("id", ids);
        self.run(move |connection| {
            diesel::delete(outbox::table)
                .filter(outbox::organization_id.eq(organization))
                .filter(told)
                .execute(connection)
                .map(|removed| u64::try_from(removed).unwrap_or(u64::MAX))
                .map_err(|error| store_error(error, &[]))
        })
        .await
    }
}
