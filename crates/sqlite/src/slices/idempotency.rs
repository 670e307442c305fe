//! Answers to requests that may be repeated.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use jiff::Timestamp;
use scheduling_domain::id::TypedId;
use scheduling_domain::ports::{IdempotencyKey, IdempotencyRepository, KeyState, StoreError, StoredResponse};

use crate::columns::{Count, Instant};
use crate::errors::store_error;
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    idempotency_keys (organization_id, user_id, key) {
        organization_id -> BigInt,
        user_id -> BigInt,
        key -> Text,
        fingerprint -> Text,
        status -> BigInt,
        body -> Text,
        etag -> Nullable<Text>,
        location -> Nullable<Text>,
        expires_at -> BigInt,
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys)]
struct AnswerRow {
    fingerprint: String,
    status: Count<u16>,
    body: String,
    etag: Option<String>,
    location: Option<String>,
}

#[async_trait]
impl IdempotencyRepository for SqliteUnitOfWork {
    /// Nothing is written: who asks is alone with the file until its unit of work ends, so others wait in `begin` and
    /// find the answer.
    async fn take(&mut self, key: &IdempotencyKey, now: Timestamp) -> Result<KeyState, StoreError> {
        let (organization, asked) = (self.organization().get(), key.clone());
        self.run(move |connection| {
            look_up(connection, organization, asked, now).map_err(|error| store_error(error, &[]))
        })
        .await
    }

    async fn finish(
        &mut self,
        key: &IdempotencyKey,
        response: &StoredResponse,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let (organization, key, response) = (self.organization().get(), key.clone(), response.clone());
        self.run(move |connection| {
            diesel::replace_into(idempotency_keys::table)
                .values((
                    idempotency_keys::organization_id.eq(organization),
                    idempotency_keys::user_id.eq(key.user_id.get()),
                    idempotency_keys::key.eq(key.key),
                    idempotency_keys::expires_at.eq(Instant(expires_at)),
                    AnswerRow {
                        fingerprint: key.fingerprint,
                        status: Count(response.status),
                        body: response.body,
                        etag: response.etag,
                        location: response.location,
                    },
                ))
                .execute(connection)
                .map(|_| ())
                .map_err(|error| store_error(error, &[]))
        })
        .await
    }

    async fn delete_expired(&mut self, before: Timestamp, at_most: u32) -> Result<u64, StoreError> {
        let organization = self.organization().get();
        self.run(move |connection| {
            diesel::sql_query(
                "DELETE FROM idempotency_keys WHERE rowid IN (SELECT rowid FROM idempotency_keys \
                 WHERE organization_id = ? AND expires_at < ? LIMIT ?)",
            )
            .bind::<BigInt, _>(organization)
            .bind::<BigInt, _>(Instant(before))
            .bind::<BigInt, _>(i64::from(at_most))
            .execute(connection)
            .map(|removed| u64::try_from(removed).unwrap_or(u64::MAX))
            .map_err(|error| store_error(error, &[]))
        })
        .await
    }
}

fn look_up(
    connection: &mut SqliteConnection,
    organization: i64,
    asked: IdempotencyKey,
    now: Timestamp,
) -> QueryResult<KeyState> {
    let found = idempotency_keys::table
        .find((organization, asked.user_id.get(), asked.key))
        .filter(idempotency_keys::expires_at.ge(Instant(now)))
        .select(AnswerRow::as_select())
        .first(connection)
        .optional()?;
    Ok(match found {
        None => KeyState::New,
        Some(row) if row.fingerprint != asked.fingerprint => KeyState::Mismatch,
        Some(row) => KeyState::Done(StoredResponse {
            status: row.status.0,
            body: row.body,
            etag: row.etag,
            location: row.location,
        }),
    })
}
