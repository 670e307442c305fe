//! Refresh tokens.

use async_trait::async_trait;
use diesel::prelude::*;
use jiff::Timestamp;
use scheduling_domain::id::{RefreshTokenId, SessionId, TypedId};
use scheduling_domain::ports::{RefreshTokenRepository, StoreError};
use scheduling_domain::session::RefreshToken;

use crate::columns::{Instant, Key};
use crate::errors::{backend, store_error};
use crate::stored::take_ids;
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    #[sql_name = "session_refresh_tokens"]
    refresh_tokens (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        created_at -> BigInt,
        session_id -> BigInt,
        token_hash -> Text,
        used_at -> Nullable<BigInt>,
    }
}

const UNIQUE: &[&str] = &["token_hash"];

fn failure(error: diesel::result::Error) -> StoreError {
    store_error(error, UNIQUE)
}

#[async_trait]
impl RefreshTokenRepository for SqliteUnitOfWork {
    async fn insert(
        &mut self,
        session: SessionId,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<RefreshTokenId, StoreError> {
        let (organization, token_hash) = (self.organization().get(), token_hash.to_owned());
        self.run(move |connection| {
            let raw_id = *take_ids(connection, "session_refresh_tokens", 1).map_err(failure)?.start();
            let id = RefreshTokenId::try_new(raw_id).map_err(backend)?;
            diesel::insert_into(refresh_tokens::table)
                .values((
                    refresh_tokens::organization_id.eq(organization),
                    refresh_tokens::id.eq(Key(id)),
                    refresh_tokens::created_at.eq(Instant(now)),
                    refresh_tokens::session_id.eq(Key(session)),
                    refresh_tokens::token_hash.eq(token_hash),
                ))
                .execute(connection)
                .map(|_| id)
                .map_err(failure)
        })
        .await
    }

    /// The row is locked as the whole file is: a unit of work is alone with it.
    async fn find_by_hash(&mut self, token_hash: &str) -> Result<Option<RefreshToken>, StoreError> {
        let (organization, token_hash) = (self.organization().get(), token_hash.to_owned());
        self.run(move |connection| {
            let found: Option<(Key<RefreshTokenId>, Key<SessionId>, Option<Instant>)> = refresh_tokens::table
                .filter(refresh_tokens::organization_id.eq(organization))
                .filter(refresh_tokens::token_hash.eq(token_hash))
                .select((refresh_tokens::id, refresh_tokens::session_id, refresh_tokens::used_at))
                .first(connection)
                .optional()
                .map_err(failure)?;
            Ok(found.map(|(id, session_id, used_at)| RefreshToken {
                id: id.0,
                session_id: session_id.0,
                used_at: used_at.map(|Instant(at)| at),
            }))
        })
        .await
    }

    async fn mark_used(&mut self, id: RefreshTokenId, now: Timestamp) -> Result<(), StoreError> {
        let key = (self.organization().get(), id.get());
        self.run(move |connection| {
            let marked = diesel::update(refresh_tokens::table.find(key))
                .set(refresh_tokens::used_at.eq(Some(Instant(now))))
                .execute(connection)
                .map_err(failure)?;
            if marked == 0 { Err(StoreError::Stale) } else { Ok(()) }
        })
        .await
    }
}
