//! Refresh tokens.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use jiff::Timestamp;
use scheduling_domain::id::{RefreshTokenId, TypedId, UserId};
use scheduling_domain::ports::{RefreshTokenRepository, StoreError};
use scheduling_domain::user::{RefreshGrant, RefreshToken};

use crate::columns::{Instant, Key};
use crate::errors::store_error;
use crate::stored::take_ids;
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    refresh_tokens (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        user_id -> BigInt,
        family -> Text,
        token_hash -> Text,
        token_epoch -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

const UNIQUE: &[&str] = &["token_hash"];

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens)]
struct RefreshTokenRow {
    id: Key<RefreshTokenId>,
    user_id: Key<UserId>,
    family: String,
    token_hash: String,
    token_epoch: i64,
    expires_at: Instant,
    used_at: Option<Instant>,
    revoked_at: Option<Instant>,
}

impl From<RefreshTokenRow> for RefreshToken {
    fn from(row: RefreshTokenRow) -> Self {
        Self {
            id: row.id.0,
            grant: RefreshGrant {
                user_id: row.user_id.0,
                family: row.family,
                token_hash: row.token_hash,
                token_epoch: row.token_epoch,
                expires_at: row.expires_at.0,
            },
            used_at: row.used_at.map(|Instant(at)| at),
            revoked_at: row.revoked_at.map(|Instant(at)| at),
        }
    }
}

#[async_trait]
impl RefreshTokenRepository for SqliteUnitOfWork {
    async fn insert(&mut self, grant: &RefreshGrant, now: Timestamp) -> Result<RefreshTokenId, StoreError> {
        let (organization, grant) = (self.organization().get(), grant.clone());
        self.run(move |connection| {
            let raw_id =
                *take_ids(connection, "refresh_tokens", 1).map_err(|error| store_error(error, UNIQUE))?.start();
            let id = RefreshTokenId::try_new(raw_id).map_err(crate::errors::backend)?;
            let row = RefreshTokenRow {
                id: Key(id),
                user_id: Key(grant.user_id),
                family: grant.family,
                token_hash: grant.token_hash,
                token_epoch: grant.token_epoch,
                expires_at: Instant(grant.expires_at),
                used_at: None,
                revoked_at: None,
            };
            diesel::insert_into(refresh_tokens::table)
                .values((
                    refresh_tokens::organization_id.eq(organization),
                    refresh_tokens::created_at.eq(Instant(now)),
                    row,
                ))
                .execute(connection)
                .map(|_| id)
                .map_err(|error| store_error(error, UNIQUE))
        })
        .await
    }

    /// The row is locked as the whole file is: a unit of work is alone with it.
    async fn find_by_hash(&mut self, token_hash: &str) -> Result<Option<RefreshToken>, StoreError> {
        let (organization, token_hash) = (self.organization().get(), token_hash.to_owned());
        self.run(move |connection| {
            refresh_tokens::table
                .filter(refresh_tokens::organization_id.eq(organization))
                .filter(refresh_tokens::token_hash.eq(token_hash))
                .select(RefreshTokenRow::as_select())
                .first(connection)
                .optional()
                .map(|found| found.map(RefreshToken::from))
                .map_err(|error| store_error(error, UNIQUE))
        })
        .await
    }

    async fn mark_used(&mut self, id: RefreshTokenId, now: Timestamp) -> Result<(), StoreError> {
        let key = (self.organization().get(), id.get());
        self.run(move |connection| {
            let marked = diesel::update(refresh_tokens::table.find(key))
                .set(refresh_tokens::used_at.eq(Some(Instant(now))))
                .execute(connection)
                .map_err(|error| store_error(error, UNIQUE))?;
            if marked == 0 { Err(StoreError::Stale) } else { Ok(()) }
        })
        .await
    }

    async fn revoke_family(&mut self, family: &str, now: Timestamp) -> Result<(), StoreError> {
        let (organization, family) = (self.organization().get(), family.to_owned());
        self.run(move |connection| {
            diesel::update(refresh_tokens::table)
                .filter(refresh_tokens::organization_id.eq(organization))
                .filter(refresh_tokens::family.eq(family))
                .filter(refresh_tokens::revoked_at.is_null())
                .set(refresh_tokens::revoked_at.eq(Some(Instant(now))))
                .execute(connection)
                .map(|_| ())
                .map_err(|error| store_error(error, UNIQUE))
        })
        .await
    }

    async fn delete_expired(&mut self, before: Timestamp, at_most: u32) -> Result<u64, StoreError> {
        let organization = self.organization().get();
        self.run(move |connection| {
            diesel::sql_query(
                "DELETE FROM refresh_tokens WHERE (organization_id, id) IN (SELECT organization_id, id \
                 FROM refresh_tokens WHERE organization_id = ? AND expires_at < ? LIMIT ?)",
            )
            .bind::<BigInt, _>(organization)
            .bind::<BigInt, _>(Instant(before))
            .bind::<BigInt, _>(i64::from(at_most))
            .execute(connection)
            .map(|removed| u64::try_from(removed).unwrap_or(u64::MAX))
            .map_err(|error| store_error(error, UNIQUE))
        })
        .await
    }
}
