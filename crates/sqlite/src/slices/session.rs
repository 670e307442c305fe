//! Sessions.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, SessionId, TypedId, UserId};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::{SessionQueries, SessionRepository, StoreError};
use scheduling_domain::session::{Session, SessionGrant, SessionKey, SessionKind, SessionSpan, SignedIn};

use super::user::{UserRow, users};
use crate::columns::{Instant, Key};
use crate::errors::{backend, store_error};
use crate::readers::Readers;
use crate::stored::{record, take_ids};
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    sessions (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        created_at -> BigInt,
        user_id -> BigInt,
        key_hash -> Nullable<Text>,
        token_epoch -> BigInt,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        seen_at -> BigInt,
        expires_at -> BigInt,
        ends_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(sessions, users);

pub(super) const UNIQUE: &[&str] = &["key_hash"];

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    id: Key<SessionId>,
    created_at: Instant,
    user_id: Key<UserId>,
    key_hash: Option<String>,
    token_epoch: i64,
    address: Option<String>,
    user_agent: Option<String>,
    #[diesel(embed)]
    span: SpanRow,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sessions)]
#[expect(clippy::struct_field_names, reason = "columns are named as in the table")]
pub(super) struct SpanRow {
    seen_at: Instant,
    expires_at: Instant,
    ends_at: Instant,
}

impl From<SessionSpan> for SpanRow {
    fn from(SessionSpan { seen_at, expires_at, ends_at }: SessionSpan) -> Self {
        Self { seen_at: Instant(seen_at), expires_at: Instant(expires_at), ends_at: Instant(ends_at) }
    }
}

impl From<SpanRow> for SessionSpan {
    fn from(row: SpanRow) -> Self {
        Self { seen_at: row.seen_at.0, expires_at: row.expires_at.0, ends_at: row.ends_at.0 }
    }
}

impl SessionRow {
    fn new(id: SessionId, grant: SessionGrant, now: Timestamp) -> Self {
        Self {
            id: Key(id),
            created_at: Instant(now),
            user_id: Key(grant.user_id),
            key_hash: match grant.kind {
                SessionKind::Bearer => None,
                SessionKind::Browser(SessionKey(hash)) => Some(hash),
            },
            token_epoch: grant.token_epoch,
            address: grant.address.map(|address| address.to_string()),
            user_agent: grant.user_agent,
            span: grant.span.into(),
        }
    }
}

fn session(row: SessionRow) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.id.0,
        created_at: row.created_at.0,
        grant: SessionGrant {
            user_id: row.user_id.0,
            kind: row.key_hash.map_or(SessionKind::Bearer, |hash| SessionKind::Browser(SessionKey(hash))),
            token_epoch: row.token_epoch,
            address: row.address.map(|text| text.parse().map_err(backend)).transpose()?,
            user_agent: row.user_agent,
            span: row.span.into(),
        },
    })
}

fn failure(error: diesel::result::Error) -> StoreError {
    store_error(error, UNIQUE)
}

/// A session beside its account: id, version, times and columns of the account, and its epoch.
type WithAccount = (SessionRow, Key<UserId>, i64, Instant, Instant, UserRow, i64, bool);

fn find(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    id: SessionId,
) -> Result<Option<SignedIn>, StoreError> {
    let is_theirs = users::organization_id.eq(sessions::organization_id).and(users::id.eq(sessions::user_id));
    let found: Option<WithAccount> = sessions::table
        .inner_join(users::table.on(is_theirs))
        .filter(sessions::organization_id.eq(organization.get()))
        .filter(sessions::id.eq(id.get()))
        .select((
            SessionRow::as_select(),
            users::id,
            users::version,
            users::created_at,
            users::updated_at,
            UserRow::as_select(),
            users::token_epoch,
            users::has_second_factor,
        ))
        .first(connection)
        .optional()
        .map_err(failure)?;
    let Some((row, id, version, created_at, updated_at, user, token_epoch, has_second_factor)) = found else {
        return Ok(None);
    };
    let user = record((id, version, created_at, updated_at, user)).map_err(failure)?;
    Ok(Some(SignedIn { session: session(row)?, user, token_epoch, has_second_factor }))
}

fn list(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    user: UserId,
    now: Timestamp,
    request: PageRequest,
) -> Result<Page<Session>, StoreError> {
    let is_theirs = users::organization_id.eq(sessions::organization_id).and(users::id.eq(sessions::user_id));
    let good = sessions::table
        .inner_join(users::table.on(is_theirs))
        .filter(sessions::organization_id.eq(organization.get()))
        .filter(sessions::user_id.eq(user.get()))
        .filter(sessions::token_epoch.eq(users::token_epoch))
        .filter(sessions::expires_at.gt(Instant(now)));
    let total = good.count().get_result(connection).map_err(failure)?;
    let rows: Vec<SessionRow> = good
        .select(SessionRow::as_select())
        .order(sessions::id.desc())
        .limit(request.per_page().into())
        .offset(request.offset())
        .load(connection)
        .map_err(failure)?;
    Ok(Page { items: rows.into_iter().map(session).collect::<Result<_, _>>()?, total, request })
}

/// How many an organization has that are good.
pub(super) fn count_good(connection: &mut SqliteConnection, organization: i64, now: Timestamp) -> QueryResult<i64> {
    let is_theirs = users::organization_id.eq(sessions::organization_id).and(users::id.eq(sessions::user_id));
    sessions::table
        .inner_join(users::table.on(is_theirs))
        .filter(sessions::organization_id.eq(organization))
        .filter(sessions::token_epoch.eq(users::token_epoch))
        .filter(sessions::expires_at.gt(Instant(now)))
        .count()
        .get_result(connection)
}

#[async_trait]
impl SessionQueries for Readers {
    async fn find(&self, organization: OrganizationId, id: SessionId) -> Result<Option<SignedIn>, StoreError> {
        self.run(move |connection| find(connection, organization, id)).await
    }

    async fn list(
        &self,
        organization: OrganizationId,
        user: UserId,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Page<Session>, StoreError> {
        self.run(move |connection| list(connection, organization, user, now, page)).await
    }
}

#[async_trait]
impl SessionRepository for SqliteUnitOfWork {
    async fn insert(&mut self, grant: &SessionGrant, now: Timestamp) -> Result<SessionId, StoreError> {
        let (organization, grant) = (self.organization().get(), grant.clone());
        self.run(move |connection| {
            let raw_id = *take_ids(connection, "sessions", 1).map_err(failure)?.start();
            let id = SessionId::try_new(raw_id).map_err(backend)?;
            diesel::insert_into(sessions::table)
                .values((sessions::organization_id.eq(organization), SessionRow::new(id, grant, now)))
                .execute(connection)
                .map(|_| id)
                .map_err(failure)
        })
        .await
    }

    async fn find(&mut self, id: SessionId) -> Result<Option<SignedIn>, StoreError> {
        let organization = self.organization();
        self.run(move |connection| find(connection, organization, id)).await
    }

    async fn touch(&mut self, id: SessionId, span: SessionSpan) -> Result<(), StoreError> {
        let key = (self.organization().get(), id.get());
        self.run(move |connection| {
            diesel::update(sessions::table.find(key))
                .set(SpanRow::from(span))
                .execute(connection)
                .map(|_| ())
                .map_err(failure)
        })
        .await
    }

    async fn delete(&mut self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.wrote(Session::KIND);
        let key = (self.organization().get(), id.get());
        self.run(move |connection| {
            let ended: Option<SessionRow> = sessions::table
                .find(key)
                .select(SessionRow::as_select())
                .first(connection)
                .optional()
                .map_err(failure)?;
            diesel::delete(sessions::table.find(key)).execute(connection).map_err(failure)?;
            ended.map(session).transpose()
        })
        .await
    }

    async fn delete_ended(&mut self, now: Timestamp, at_most: u32) -> Result<u64, StoreError> {
        self.wrote(Session::KIND);
        let organization = self.organization().get();
        self.run(move |connection| {
            diesel::sql_query(
                "DELETE FROM sessions WHERE (organization_id, id) IN (SELECT sessions.organization_id, sessions.id \
                 FROM sessions JOIN users ON users.organization_id = sessions.organization_id \
                 AND users.id = sessions.user_id WHERE sessions.organization_id = ? \
                 AND (expires_at <= ? OR users.token_epoch <> sessions.token_epoch) LIMIT ?)",
            )
            .bind::<BigInt, _>(organization)
            .bind::<BigInt, _>(Instant(now))
            .bind::<BigInt, _>(i64::from(at_most))
            .execute(connection)
            .map(|removed| u64::try_from(removed).unwrap_or(u64::MAX))
            .map_err(failure)
        })
        .await
    }
}
