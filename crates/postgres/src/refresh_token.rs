//! Chains of refresh tokens.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, RefreshTokenId, TypedId};
use scheduling_domain::ports::{RefreshTokenRepository, StoreError};
use scheduling_domain::user::{RefreshGrant, RefreshToken};

use crate::columns;
use crate::error::{StoreResult, failure};
use crate::schema::refresh_tokens;
use crate::unit_of_work::PgUnitOfWork;

#[derive(Queryable, Selectable)]
#[diesel(table_name = refresh_tokens)]
struct RefreshTokenRow {
    id: i64,
    user_id: i64,
    family: String,
    token_hash: String,
    token_epoch: i64,
    expires_at: jiff_diesel::Timestamp,
    used_at: Option<jiff_diesel::Timestamp>,
    revoked_at: Option<jiff_diesel::Timestamp>,
}

fn refresh_token(row: RefreshTokenRow) -> StoreResult<RefreshToken> {
    Ok(RefreshToken {
        id: columns::id(row.id)?,
        grant: RefreshGrant {
            user_id: columns::id(row.user_id)?,
            family: row.family,
            token_hash: row.token_hash,
            token_epoch: row.token_epoch,
            expires_at: row.expires_at.to_jiff(),
        },
        used_at: row.used_at.map(jiff_diesel::Timestamp::to_jiff),
        revoked_at: row.revoked_at.map(jiff_diesel::Timestamp::to_jiff),
    })
}

async fn insert(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    grant: &RefreshGrant,
    now: Timestamp,
) -> StoreResult<RefreshTokenId> {
    let id: Option<i64> = diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::organization_id.eq(organization.get()),
            refresh_tokens::created_at.eq(now.to_diesel()),
            refresh_tokens::user_id.eq(grant.user_id.get()),
            refresh_tokens::family.eq(&grant.family),
            refresh_tokens::token_hash.eq(&grant.token_hash),
            refresh_tokens::token_epoch.eq(grant.token_epoch),
            refresh_tokens::expires_at.eq(grant.expires_at.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .returning(refresh_tokens::id)
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    let id = id.ok_or(StoreError::Duplicate("token_hash"))?;
    Ok(columns::id(id)?)
}

async fn find_by_hash(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    token_hash: &str,
) -> StoreResult<Option<RefreshToken>> {
    refresh_tokens::table
        .filter(refresh_tokens::organization_id.eq(organization.get()))
        .filter(refresh_tokens::token_hash.eq(token_hash))
        .select(RefreshTokenRow::as_select())
        .for_update()
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?
        .map(refresh_token)
        .transpose()
}

async fn mark_used(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: RefreshTokenId,
    now: Timestamp,
) -> StoreResult<()> {
    diesel::update(
        refresh_tokens::table
            .filter(refresh_tokens::organization_id.eq(organization.get()))
            .filter(refresh_tokens::id.eq(id.get())),
    )
    .set(refresh_tokens::used_at.eq(now.to_diesel()))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

async fn revoke_family(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    family: &str,
    now: Timestamp,
) -> StoreResult<()> {
    diesel::update(
        refresh_tokens::table
            .filter(refresh_tokens::organization_id.eq(organization.get()))
            .filter(refresh_tokens::family.eq(family))
            .filter(refresh_tokens::revoked_at.is_null()),
    )
    .set(refresh_tokens::revoked_at.eq(now.to_diesel()))
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
        "DELETE FROM refresh_tokens WHERE (organization_id, id) IN (SELECT organization_id, id \
         FROM refresh_tokens WHERE organization_id = $1 AND expires_at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)",
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
impl RefreshTokenRepository for PgUnitOfWork {
    async fn insert(&mut self, grant: &RefreshGrant, now: Timestamp) -> StoreResult<RefreshTokenId> {
        let inserted = insert(self.pg(), self.organization(), grant, now).await;
        self.watch(inserted)
    }

    async fn find_by_hash(&mut self, token_hash: &str) -> StoreResult<Option<RefreshToken>> {
        let found = find_by_hash(self.pg(), self.organization(), token_hash).await;
        self.watch(found)
    }

    async fn mark_used(&mut self, id: RefreshTokenId, now: Timestamp) -> StoreResult<()> {
        let marked = mark_used(self.pg(), self.organization(), id, now).await;
        self.watch(marked)
    }

    async fn revoke_family(&mut self, family: &str, now: Timestamp) -> StoreResult<()> {
        let revoked = revoke_family(self.pg(), self.organization(), family, now).await;
        self.watch(revoked)
    }

    async fn delete_expired(&mut self, before: Timestamp, at_most: u32) -> StoreResult<u64> {
        let removed = delete_expired(self.pg(), self.organization(), before, at_most).await;
        self.watch(removed)
    }
}
