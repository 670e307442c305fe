//! Chains of refresh tokens.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, RefreshTokenId, SessionId, TypedId};
use scheduling_domain::ports::{RefreshTokenRepository, StoreError};
use scheduling_domain::session::RefreshToken;

use crate::columns;
use crate::error::{StoreResult, failure};
use crate::schema::session_refresh_tokens as refresh_tokens;
use crate::unit_of_work::PgUnitOfWork;

async fn insert(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    session: SessionId,
    token_hash: &str,
    now: Timestamp,
) -> StoreResult<RefreshTokenId> {
    let id: Option<i64> = diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::organization_id.eq(organization.get()),
            refresh_tokens::created_at.eq(now.to_diesel()),
            refresh_tokens::session_id.eq(session.get()),
            refresh_tokens::token_hash.eq(token_hash),
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
    let found: Option<(i64, i64, Option<jiff_diesel::Timestamp>)> = refresh_tokens::table
        .filter(refresh_tokens::organization_id.eq(organization.get()))
        .filter(refresh_tokens::token_hash.eq(token_hash))
        .select((refresh_tokens::id, refresh_tokens::session_id, refresh_tokens::used_at))
        .for_update()
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    let Some((id, session_id, used_at)) = found else {
        return Ok(None);
    };
    Ok(Some(RefreshToken {
        id: columns::id(id)?,
        session_id: columns::id(session_id)?,
        used_at: used_at.map(jiff_diesel::Timestamp::to_jiff),
    }))
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

#[async_trait]
impl RefreshTokenRepository for PgUnitOfWork {
    async fn insert(&mut self, session: SessionId, token_hash: &str, now: Timestamp) -> StoreResult<RefreshTokenId> {
        let inserted = insert(self.pg(), self.organization(), session, token_hash, now).await;
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
}
