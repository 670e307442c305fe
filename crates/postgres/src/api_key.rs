//! Keys of integrations.

use async_trait::async_trait;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::api_key::{ApiKey, ApiKeyFilter};
use scheduling_domain::id::{ApiKeyId, OrganizationId, TypedId, UserId};
use scheduling_domain::ports::{ApiKeyQueries, ApiKeyRepository, StoreError};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::scope::Scope;
use scheduling_domain::user::User;

use crate::columns::{self, Corrupt};
use crate::error::{StoreResult, failure};
use crate::schema::{api_keys, users};
use crate::store::PgStore;
use crate::stored::{Head, head, record, stored};
use crate::unit_of_work::PgUnitOfWork;
use crate::user::UserRow;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = api_keys, treat_none_as_null = true, treat_none_as_default_value = false)]
struct ApiKeyRow {
    user_id: i64,
    name: String,
    scopes: Vec<String>,
    token_hash: String,
    expires_at: jiff_diesel::Timestamp,
    last_used_at: Option<jiff_diesel::Timestamp>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            user_id: key.user_id.get(),
            name: key.name.clone(),
            scopes: key.scopes.iter().map(|scope| Scope::as_str(*scope).to_owned()).collect(),
            token_hash: key.token_hash.clone(),
            expires_at: key.expires_at.to_diesel(),
            last_used_at: key.last_used_at.map(ToDiesel::to_diesel),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = Corrupt;
    fn try_from(row: ApiKeyRow) -> Result<Self, Corrupt> {
        Ok(Self {
            user_id: columns::id(row.user_id)?,
            name: row.name,
            scopes: row.scopes.iter().map(|name| columns::named(name)).collect::<Result<_, _>>()?,
            token_hash: row.token_hash,
            expires_at: row.expires_at.to_jiff(),
            last_used_at: row.last_used_at.map(jiff_diesel::Timestamp::to_jiff),
        })
    }
}

fn narrow<'a, ST>(
    mut query: api_keys::BoxedQuery<'a, Pg, ST>,
    filter: &ApiKeyFilter,
) -> api_keys::BoxedQuery<'a, Pg, ST> {
    if let Some(user) = filter.user_id {
        query = query.filter(api_keys::user_id.eq(user.get()));
    }
    if let Some(at) = filter.ends_after {
        query = query.filter(api_keys::expires_at.gt(at.to_diesel()));
    }
    query
}

fn rivals(key: &ApiKey) -> Vec<(&'static str, api_keys::BoxedQuery<'static, Pg>)> {
    vec![("token_hash", api_keys::table.filter(api_keys::token_hash.eq(key.token_hash.clone())).into_boxed())]
}

stored!(ApiKey, table: api_keys, row: ApiKeyRow, order: api_keys::id, conflicts: on_conflict_do_nothing());

async fn find_by_hash(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    token_hash: &str,
) -> StoreResult<Option<(Record<ApiKey>, Record<User>)>> {
    let is_owner = users::organization_id.eq(api_keys::organization_id).and(users::id.eq(api_keys::user_id));
    let found: Option<(Head, ApiKeyRow, Head, UserRow)> = api_keys::table
        .inner_join(users::table.on(is_owner))
        .filter(api_keys::organization_id.eq(organization.get()))
        .filter(api_keys::token_hash.eq(token_hash))
        .select((head!(api_keys), ApiKeyRow::as_select(), head!(users), UserRow::as_select()))
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    found.map(|(key_head, key, head, owner)| Ok((record((key_head, key))?, record((head, owner))?))).transpose()
}

async fn mark_used(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: ApiKeyId,
    now: Timestamp,
    before: Timestamp,
) -> StoreResult<()> {
    diesel::update(
        api_keys::table
            .filter(api_keys::organization_id.eq(organization.get()))
            .filter(api_keys::id.eq(id.get()))
            .filter(api_keys::last_used_at.is_null().or(api_keys::last_used_at.le(before.to_diesel()))),
    )
    .set(api_keys::last_used_at.eq(now.to_diesel()))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

async fn delete_of(mut pg: &AsyncPgConnection, organization: OrganizationId, user: UserId) -> StoreResult<u64> {
    let removed = diesel::delete(
        api_keys::table
            .filter(api_keys::organization_id.eq(organization.get()))
            .filter(api_keys::user_id.eq(user.get())),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

#[async_trait]
impl ApiKeyQueries for PgStore {
    async fn find_by_hash(
        &self,
        organization: OrganizationId,
        token_hash: &str,
    ) -> Result<Option<(Record<ApiKey>, Record<User>)>, StoreError> {
        let connection = self.connection().await?;
        let found = find_by_hash(connection.pg(), organization, token_hash);
        connection.within(organization, found).await
    }
}

#[async_trait]
impl ApiKeyRepository for PgUnitOfWork {
    async fn mark_used(&mut self, id: ApiKeyId, now: Timestamp, before: Timestamp) -> StoreResult<()> {
        self.wrote(ApiKey::KIND);
        let marked = mark_used(self.pg(), self.organization(), id, now, before).await;
        self.watch(marked)
    }

    async fn delete_of(&mut self, user: UserId) -> StoreResult<u64> {
        self.wrote(ApiKey::KIND);
        let removed = delete_of(self.pg(), self.organization(), user).await;
        self.watch(removed)
    }
}
