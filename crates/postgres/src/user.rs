//! Accounts, and what they sign in with.

use async_trait::async_trait;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use scheduling_domain::id::{OrganizationId, TypedId, UserId};
use scheduling_domain::ports::{StoreError, UserQueries, UserRepository};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::user::{Credentials, PasswordHash, Role, User, UserFilter};

use crate::columns::{self, Corrupt};
use crate::error::{StoreResult, failure};
use crate::schema::{contains_text, users};
use crate::store::PgStore;
use crate::stored::{Head, record, stored};
use crate::unit_of_work::PgUnitOfWork;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    username: String,
    email: String,
    full_name: String,
    role: String,
    team_ids: Vec<i64>,
    is_active: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct CredentialsRow {
    password_hash: Option<String>,
    has_second_factor: bool,
    token_epoch: i64,
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        Self {
            username: user.username.clone(),
            email: user.email.clone(),
            full_name: user.full_name.clone(),
            role: user.role.as_str().to_owned(),
            team_ids: columns::raw(&user.team_ids),
            is_active: user.is_active,
        }
    }
}

impl TryFrom<UserRow> for User {
    type Error = Corrupt;
    fn try_from(row: UserRow) -> Result<Self, Corrupt> {
        Ok(Self {
            username: row.username,
            email: row.email,
            full_name: row.full_name,
            role: columns::named(&row.role)?,
            team_ids: columns::ids(row.team_ids)?,
            is_active: row.is_active,
        })
    }
}

fn narrow<'a, ST>(mut query: users::BoxedQuery<'a, Pg, ST>, filter: &UserFilter) -> users::BoxedQuery<'a, Pg, ST> {
    if let Some(text) = filter.search.clone() {
        let is_named = contains_text(users::username, text.clone()).or(contains_text(users::full_name, text.clone()));
        query = if filter.names_only {
            query.filter(is_named)
        } else {
            query.filter(is_named.or(contains_text(users::email, text)))
        };
    }
    if let Some(role) = filter.role {
        query = query.filter(users::role.eq(role.as_str()));
    }
    if let Some(is_active) = filter.is_active {
        query = query.filter(users::is_active.eq(is_active));
    }
    query
}

fn rivals(user: &User) -> Vec<(&'static str, users::BoxedQuery<'static, Pg>)> {
    vec![
        ("username", users::table.filter(users::username_folded.eq(user.username.to_ascii_lowercase())).into_boxed()),
        ("email", users::table.filter(users::email_folded.eq(user.email.to_ascii_lowercase())).into_boxed()),
    ]
}

stored!(User, table: users, row: UserRow, order: users::id, conflicts: on_conflict_do_nothing());

fn with_credentials(
    (head, row, credentials): (Head, UserRow, CredentialsRow),
) -> StoreResult<(Record<User>, Credentials)> {
    let user: Record<User> = record((head, row))?;
    let credentials = Credentials {
        user_id: user.id,
        password_hash: credentials.password_hash.map(PasswordHash),
        has_second_factor: credentials.has_second_factor,
        token_epoch: credentials.token_epoch,
    };
    Ok((user, credentials))
}

async fn find_credentials(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: UserId,
) -> StoreResult<Option<(Record<User>, Credentials)>> {
    users::table
        .filter(users::organization_id.eq(organization.get()))
        .filter(users::id.eq(id.get()))
        .select((crate::stored::head!(users), UserRow::as_select(), CredentialsRow::as_select()))
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?
        .map(with_credentials)
        .transpose()
}

async fn find_by_identifier(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    identifier: &str,
) -> StoreResult<Option<(Record<User>, Credentials)>> {
    let folded = identifier.to_ascii_lowercase();
    users::table
        .filter(users::organization_id.eq(organization.get()))
        // A user name has no `@`, so one account matches at the most.
        .filter(users::username_folded.eq(&folded).or(users::email_folded.eq(&folded)))
        .select((crate::stored::head!(users), UserRow::as_select(), CredentialsRow::as_select()))
        .order(users::id)
        .limit(1)
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?
        .map(with_credentials)
        .transpose()
}

async fn set_password(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: UserId,
    hash: &PasswordHash,
) -> StoreResult<()> {
    let changed = diesel::update(
        users::table.filter(users::organization_id.eq(organization.get())).filter(users::id.eq(id.get())),
    )
    .set(users::password_hash.eq(&hash.0))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    unless_gone(changed)
}

async fn rehash_password(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: UserId,
    known: &PasswordHash,
    hash: &PasswordHash,
) -> StoreResult<()> {
    diesel::update(
        users::table
            .filter(users::organization_id.eq(organization.get()))
            .filter(users::id.eq(id.get()))
            .filter(users::password_hash.eq(&known.0)),
    )
    .set(users::password_hash.eq(&hash.0))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

async fn raise_token_epoch(mut pg: &AsyncPgConnection, organization: OrganizationId, id: UserId) -> StoreResult<()> {
    let changed = diesel::update(
        users::table.filter(users::organization_id.eq(organization.get())).filter(users::id.eq(id.get())),
    )
    .set(users::token_epoch.eq(users::token_epoch + 1))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    unless_gone(changed)
}

fn unless_gone(changed: usize) -> StoreResult<()> {
    if changed == 0 {
        return Err(StoreError::Stale);
    }
    Ok(())
}

/// In order of id, as everything that locks several rows does. Rows that stopped to be administrators while this waited
/// are left out.
async fn lock_active_admins(mut pg: &AsyncPgConnection, organization: OrganizationId) -> StoreResult<Vec<UserId>> {
    let ids: Vec<i64> = users::table
        .filter(users::organization_id.eq(organization.get()))
        .filter(users::role.eq(Role::Admin.as_str()))
        .filter(users::is_active)
        .order(users::id)
        .select(users::id)
        .for_no_key_update()
        .load(&mut pg)
        .await
        .map_err(failure)?;
    Ok(columns::ids(ids)?)
}

#[async_trait]
impl UserRepository for PgUnitOfWork {
    async fn find_credentials(&mut self, id: UserId) -> StoreResult<Option<Credentials>> {
        let found = find_credentials(self.pg(), self.organization(), id).await;
        Ok(self.watch(found)?.map(|(_, credentials)| credentials))
    }

    async fn lock_active_admins(&mut self) -> StoreResult<Vec<UserId>> {
        let locked = lock_active_admins(self.pg(), self.organization()).await;
        self.watch(locked)
    }

    async fn set_password(&mut self, id: UserId, hash: &PasswordHash) -> StoreResult<()> {
        self.wrote(User::KIND);
        let set = set_password(self.pg(), self.organization(), id, hash).await;
        self.watch(set)
    }

    async fn rehash_password(&mut self, id: UserId, known: &PasswordHash, hash: &PasswordHash) -> StoreResult<()> {
        let rehashed = rehash_password(self.pg(), self.organization(), id, known, hash).await;
        self.watch(rehashed)
    }

    async fn raise_token_epoch(&mut self, id: UserId) -> StoreResult<()> {
        self.wrote(User::KIND);
        let raised = raise_token_epoch(self.pg(), self.organization(), id).await;
        self.watch(raised)
    }
}

#[async_trait]
impl UserQueries for PgStore {
    async fn find_credentials(
        &self,
        organization: OrganizationId,
        id: UserId,
    ) -> StoreResult<Option<(Record<User>, Credentials)>> {
        let connection = self.connection().await?;
        let found = find_credentials(connection.pg(), organization, id);
        connection.within(organization, found).await
    }

    async fn find_by_identifier(
        &self,
        organization: OrganizationId,
        identifier: &str,
    ) -> StoreResult<Option<(Record<User>, Credentials)>> {
        let connection = self.connection().await?;
        let found = find_by_identifier(connection.pg(), organization, identifier);
        connection.within(organization, found).await
    }
}
