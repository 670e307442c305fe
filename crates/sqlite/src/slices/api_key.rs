//! Keys of integrations.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use scheduling_domain::api_key::{ApiKey, ApiKeyFilter};
use scheduling_domain::id::{ApiKeyId, OrganizationId, TypedId, UserId};
use scheduling_domain::ports::{ApiKeyQueries, ApiKeyRepository, StoreError};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::scope::Scope;
use scheduling_domain::user::User;

use crate::columns::{Instant, Json, Key};
use crate::errors::store_error;
use crate::readers::Readers;
use crate::stored::{Loaded, Stored, record, stored};
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    api_keys (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        user_id -> BigInt,
        name -> Text,
        scopes -> Text,
        token_hash -> Text,
        expires_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = api_keys, treat_none_as_null = true)]
struct ApiKeyRow {
    user_id: Key<UserId>,
    name: String,
    scopes: Json<Vec<Scope>>,
    token_hash: String,
    expires_at: Instant,
    last_used_at: Option<Instant>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(value: &ApiKey) -> Self {
        Self {
            user_id: Key(value.user_id),
            name: value.name.clone(),
            scopes: Json(value.scopes.clone()),
            token_hash: value.token_hash.clone(),
            expires_at: Instant(value.expires_at),
            last_used_at: value.last_used_at.map(Instant),
        }
    }
}

impl From<ApiKeyRow> for ApiKey {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            user_id: row.user_id.0,
            name: row.name,
            scopes: row.scopes.0,
            token_hash: row.token_hash,
            expires_at: row.expires_at.0,
            last_used_at: row.last_used_at.map(|Instant(at)| at),
        }
    }
}

type Matches = api_keys::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &ApiKeyFilter) -> Matches {
    if let Some(user) = filter.user_id {
        matches = matches.filter(api_keys::user_id.eq(user.get()));
    }
    if let Some(at) = filter.ends_after {
        matches = matches.filter(api_keys::expires_at.gt(Instant(at)));
    }
    matches
}

stored!(ApiKey, ApiKeyRow in api_keys, order: (id), unique: ["token_hash"]);

#[async_trait]
impl ApiKeyQueries for Readers {
    async fn find_by_hash(
        &self,
        organization: OrganizationId,
        token_hash: &str,
    ) -> Result<Option<(Record<ApiKey>, Record<User>)>, StoreError> {
        let token_hash = token_hash.to_owned();
        self.run(move |connection| {
            let found = api_keys::table
                .filter(api_keys::organization_id.eq(organization.get()))
                .filter(api_keys::token_hash.eq(token_hash))
                .select((
                    api_keys::id,
                    api_keys::version,
                    api_keys::created_at,
                    api_keys::updated_at,
                    ApiKeyRow::as_select(),
                ))
                .first::<Loaded<_, ApiKeyRow>>(connection)
                .optional()
                .and_then(|found| found.map(record::<ApiKey, _>).transpose())
                .map_err(|error| store_error(error, ApiKey::UNIQUE))?;
            let Some(key) = found else { return Ok(None) };
            let owner = User::find(connection, (organization.get(), key.user_id.get()));
            let owner = owner.map_err(|error| store_error(error, User::UNIQUE))?;
            Ok(owner.map(|owner| (key, owner)))
        })
        .await
    }
}

#[async_trait]
impl ApiKeyRepository for SqliteUnitOfWork {
    async fn mark_used(&mut self, id: ApiKeyId, now: Timestamp, before: Timestamp) -> Result<(), StoreError> {
        self.wrote(ApiKey::KIND);
        let key = (self.organization().get(), id.get());
        self.run(move |connection| {
            let is_old = api_keys::last_used_at.is_null().or(api_keys::last_used_at.le(Some(Instant(before))));
            diesel::update(api_keys::table.find(key))
                .filter(is_old.assume_not_null())
                .set(api_keys::last_used_at.eq(Some(Instant(now))))
                .execute(connection)
                .map(|_| ())
                .map_err(|error| store_error(error, ApiKey::UNIQUE))
        })
        .await
    }

    async fn delete_of(&mut self, user: UserId) -> Result<u64, StoreError> {
        self.wrote(ApiKey::KIND);
        let organization = self.organization().get();
        self.run(move |connection| {
            diesel::delete(api_keys::table)
                .filter(api_keys::organization_id.eq(organization))
                .filter(api_keys::user_id.eq(user.get()))
                .execute(connection)
                .map(|removed| u64::try_from(removed).unwrap_or(u64::MAX))
                .map_err(|error| store_error(error, ApiKey::UNIQUE))
        })
        .await
    }
}
