//! Accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::id::{OrganizationId, TeamId, TypedId, UserId};
use scheduling_domain::ports::{StoreError, UserQueries, UserRepository};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::user::{Credentials, PasswordHash, Role, User, UserFilter};

use crate::columns::{Instant, Json, Key, Name};
use crate::errors::store_error;
use crate::readers::Readers;
use crate::stored::{Stored, instr, lower, record, stored};
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    users (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        username -> Text,
        email -> Text,
        full_name -> Text,
        role -> Text,
        team_ids -> Text,
        is_active -> Bool,
        password_hash -> Nullable<Text>,
        token_epoch -> BigInt,
        has_second_factor -> Bool,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub(super) struct UserRow {
    username: String,
    email: String,
    full_name: String,
    role: Name<Role>,
    team_ids: Json<Vec<TeamId>>,
    is_active: bool,
}

impl From<&User> for UserRow {
    fn from(value: &User) -> Self {
        Self {
            username: value.username.clone(),
            email: value.email.clone(),
            full_name: value.full_name.clone(),
            role: Name(value.role),
            team_ids: Json(value.team_ids.clone()),
            is_active: value.is_active,
        }
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            username: row.username,
            email: row.email,
            full_name: row.full_name,
            role: row.role.0,
            team_ids: row.team_ids.0,
            is_active: row.is_active,
        }
    }
}

type Matches = users::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &UserFilter) -> Matches {
    if let Some(search) = &filter.search {
        let is_named = instr(lower(users::username), lower(search.clone())).gt(0).or(instr(
            lower(users::full_name),
            lower(search.clone()),
        )
        .gt(0));
        if filter.names_only {
            matches = matches.filter(is_named);
        } else {
            matches = matches.filter(is_named.or(instr(lower(users::email), lower(search.clone())).gt(0)));
        }
    }
    if let Some(role) = filter.role {
        matches = matches.filter(users::role.eq(Name(role)));
    }
    if let Some(is_active) = filter.is_active {
        matches = matches.filter(users::is_active.eq(is_active));
    }
    matches
}

stored!(User, UserRow in users, order: (id), unique: ["username", "email"]);

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct CredentialsRow {
    password_hash: Option<String>,
    has_second_factor: bool,
    token_epoch: i64,
}

impl CredentialsRow {
    fn of(self, user_id: UserId) -> Credentials {
        Credentials {
            user_id,
            password_hash: self.password_hash.map(PasswordHash),
            has_second_factor: self.has_second_factor,
            token_epoch: self.token_epoch,
        }
    }
}

/// An account with what it signs in with.
type WithCredentials = (Key<UserId>, i64, Instant, Instant, UserRow, CredentialsRow);

fn with_credentials(loaded: WithCredentials) -> QueryResult<(Record<User>, Credentials)> {
    let (id, version, created_at, updated_at, row, credentials) = loaded;
    let credentials = credentials.of(id.0);
    Ok((record((id, version, created_at, updated_at, row))?, credentials))
}

/// The columns of [`WithCredentials`].
macro_rules! with_credentials {
    () => {
        (
            users::id,
            users::version,
            users::created_at,
            users::updated_at,
            UserRow::as_select(),
            CredentialsRow::as_select(),
        )
    };
}

#[async_trait]
impl UserQueries for Readers {
    async fn find_credentials(
        &self,
        organization: OrganizationId,
        id: UserId,
    ) -> Result<Option<(Record<User>, Credentials)>, StoreError> {
        self.run(move |connection| {
            users::table
                .find((organization.get(), id.get()))
                .select(with_credentials!())
                .first::<WithCredentials>(connection)
                .optional()
                .and_then(|found| found.map(with_credentials).transpose())
                .map_err(|error| store_error(error, User::UNIQUE))
        })
        .await
    }

    async fn find_by_identifier(
        &self,
        organization: OrganizationId,
        identifier: &str,
    ) -> Result<Option<(Record<User>, Credentials)>, StoreError> {
        let identifier = identifier.to_owned();
        self.run(move |connection| {
            // Both columns collate without regard to the case of ASCII letters.
            let is_named = users::username.eq(identifier.clone()).or(users::email.eq(identifier));
            users::table
                .filter(users::organization_id.eq(organization.get()))
                .filter(is_named)
                .select(with_credentials!())
                .first::<WithCredentials>(connection)
                .optional()
                .and_then(|found| found.map(with_credentials).transpose())
                .map_err(|error| store_error(error, User::UNIQUE))
        })
        .await
    }
}

#[async_trait]
impl UserRepository for SqliteUnitOfWork {
    async fn set_password(&mut self, id: UserId, hash: &PasswordHash) -> Result<(), StoreError> {
        self.wrote(User::KIND);
        let (key, hash) = ((self.organization().get(), id.get()), hash.0.clone());
        self.run(move |connection| {
            let changed =
                diesel::update(users::table.find(key)).set(users::password_hash.eq(Some(hash))).execute(connection);
            require_one(changed)
        })
        .await
    }

    async fn rehash_password(
        &mut self,
        id: UserId,
        known: &PasswordHash,
        hash: &PasswordHash,
    ) -> Result<(), StoreError> {
        let (key, known, hash) = ((self.organization().get(), id.get()), known.0.clone(), hash.0.clone());
        self.run(move |connection| {
            diesel::update(users::table.find(key))
                .filter(users::password_hash.eq(known))
                .set(users::password_hash.eq(Some(hash)))
                .execute(connection)
                .map(|_| ())
                .map_err(|error| store_error(error, User::UNIQUE))
        })
        .await
    }

    async fn raise_token_epoch(&mut self, id: UserId) -> Result<(), StoreError> {
        self.wrote(User::KIND);
        let key = (self.organization().get(), id.get());
        self.run(move |connection| {
            let changed = diesel::update(users::table.find(key))
                .set(users::token_epoch.eq(users::token_epoch + 1))
                .execute(connection);
            require_one(changed)
        })
        .await
    }

    async fn find_credentials(&mut self, id: UserId) -> Result<Option<Credentials>, StoreError> {
        let key = (self.organization().get(), id.get());
        self.run(move |connection| {
            let found = users::table
                .find(key)
                .select(CredentialsRow::as_select())
                .first(connection)
                .optional()
                .map_err(|error| store_error(error, User::UNIQUE))?;
            Ok(found.map(|credentials| credentials.of(id)))
        })
        .await
    }

    /// The rows are locked as the whole file is.
    async fn lock_active_admins(&mut self) -> Result<Vec<UserId>, StoreError> {
        let organization = self.organization().get();
        self.run(move |connection| {
            let ids: Vec<Key<UserId>> = users::table
                .filter(users::organization_id.eq(organization))
                .filter(users::role.eq(Name(Role::Admin)))
                .filter(users::is_active.eq(true))
                .order(users::id.asc())
                .select(users::id)
                .load(connection)
                .map_err(|error| store_error(error, User::UNIQUE))?;
            Ok(ids.into_iter().map(|Key(id)| id).collect())
        })
        .await
    }
}

fn require_one(changed: QueryResult<usize>) -> Result<(), StoreError> {
    match changed {
        Ok(0) => Err(StoreError::Stale),
        Ok(_) => Ok(()),
        Err(error) => Err(store_error(error, User::UNIQUE)),
    }
}
