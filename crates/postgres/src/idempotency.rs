//! Answers to requests that may be repeated.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::ports::{IdempotencyKey, IdempotencyRepository, KeyState, StoredResponse};

use crate::columns;
use crate::error::{StoreResult, failure};
use crate::schema::{hashtextextended, idempotency_keys, pg_try_advisory_xact_lock};
use crate::unit_of_work::PgUnitOfWork;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = idempotency_keys, treat_none_as_null = true, treat_none_as_default_value = false)]
struct AnswerRow {
    fingerprint: String,
    status: i32,
    body: String,
    etag: Option<String>,
    location: Option<String>,
    expires_at: jiff_diesel::Timestamp,
}

/// The lock comes first and the look second, as two statements: whoever gets the lock sees what its last holder stored.
/// Both travel in one round trip.
async fn take(
    pg: &AsyncPgConnection,
    organization: OrganizationId,
    key: &IdempotencyKey,
    now: Timestamp,
) -> StoreResult<KeyState> {
    let name = format!("idempotency/{organization}/{}/{}", key.user_id, key.key);
    let (mut first, mut second) = (pg, pg);
    let lock = diesel::select(pg_try_advisory_xact_lock(hashtextextended(name, 0))).get_result::<bool>(&mut first);
    let answers = idempotency_keys::table
        .filter(idempotency_keys::organization_id.eq(organization.get()))
        .filter(idempotency_keys::user_id.eq(key.user_id.get()))
        .filter(idempotency_keys::key.eq(&key.key))
        .filter(idempotency_keys::expires_at.ge(now.to_diesel()))
        .select(AnswerRow::as_select())
        .load(&mut second);
    let (is_ours, answers) = tokio::try_join!(biased; lock, answers).map_err(failure)?;
    if !is_ours {
        return Ok(KeyState::InFlight);
    }
    let Some(answer) = answers.into_iter().next() else {
        return Ok(KeyState::New);
    };
    if answer.fingerprint != key.fingerprint {
        return Ok(KeyState::Mismatch);
    }
    Ok(KeyState::Done(StoredResponse {
        status: columns::number(answer.status)?,
        body: answer.body,
        etag: answer.etag,
        location: answer.location,
    }))
}

/// Replaces what an expired key may have left.
async fn finish(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    key: &IdempotencyKey,
    response: &StoredResponse,
    expires_at: Timestamp,
) -> StoreResult<()> {
    let answer = AnswerRow {
        fingerprint: key.fingerprint.clone(),
        status: response.status.into(),
        body: response.body.clone(),
        etag: response.etag.clone(),
        location: response.location.clone(),
        expires_at: expires_at.to_diesel(),
    };
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::organization_id.eq(organization.get()),
            idempotency_keys::user_id.eq(key.user_id.get()),
            idempotency_keys::key.eq(&key.key),
            &answer,
        ))
        .on_conflict((idempotency_keys::organization_id, idempotency_keys::user_id, idempotency_keys::key))
        .do_update()
        .set(&answer)
        .execute(&mut pg)
        .await
        .map_err(failure)?;
    Ok(())
}

/// Rows that another process is removing are passed over, so that all of them may sweep at once.
async fn delete_expired(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    before: Timestamp,
    at_most: u32,
) -> StoreResult<u64> {
    let removed = diesel::sql_query(
        "DELETE FROM idempotency_keys WHERE (organization_id, user_id, key) IN (SELECT organization_id, user_id, key \
         FROM idempotency_keys WHERE organization_id = $1 AND expires_at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)",
    )
    .bind::<BigInt, _>(organization.get())
    .bind::<Timestamptz, _>(before.to_diesel())
    .bind::<BigInt, _>(i64::from(at_most))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

#[async_trait]
impl IdempotencyRepository for PgUnitOfWork {
    async fn take(&mut self, key: &IdempotencyKey, now: Timestamp) -> StoreResult<KeyState> {
        let state = take(self.pg(), self.organization(), key, now).await;
        self.watch(state)
    }

    async fn finish(
        &mut self,
        key: &IdempotencyKey,
        response: &StoredResponse,
        expires_at: Timestamp,
    ) -> StoreResult<()> {
        let finished = finish(self.pg(), self.organization(), key, response, expires_at).await;
        self.watch(finished)
    }

    async fn delete_expired(&mut self, before: Timestamp, at_most: u32) -> StoreResult<u64> {
        let removed = delete_expired(self.pg(), self.organization(), before, at_most).await;
        self.watch(removed)
    }
}
