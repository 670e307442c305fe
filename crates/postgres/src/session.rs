//! Sessions.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, SessionId, TypedId, UserId};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::{SessionQueries, SessionRepository, StoreError};
use scheduling_domain::session::{Session, SessionGrant, SessionKey, SessionKind, SessionSpan, SignedIn};

use crate::columns::{self, Corrupt};
use crate::error::{StoreResult, failure};
use crate::schema::{sessions, users};
use crate::store::PgStore;
use crate::stored::{Head, head, record};
use crate::unit_of_work::PgUnitOfWork;
use crate::user::UserRow;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    id: i64,
    created_at: jiff_diesel::Timestamp,
    user_id: i64,
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
pub(crate) struct SpanRow {
    seen_at: jiff_diesel::Timestamp,
    expires_at: jiff_diesel::Timestamp,
    ends_at: jiff_diesel::Timestamp,
}

impl From<SessionSpan> for SpanRow {
    fn from(span: SessionSpan) -> Self {
        Self {
            seen_at: span.seen_at.to_diesel(),
            expires_at: span.expires_at.to_diesel(),
            ends_at: span.ends_at.to_diesel(),
        }
    }
}

impl From<SpanRow> for SessionSpan {
    fn from(row: SpanRow) -> Self {
        Self { seen_at: row.seen_at.to_jiff(), expires_at: row.expires_at.to_jiff(), ends_at: row.ends_at.to_jiff() }
    }
}

fn session(row: SessionRow) -> StoreResult<Session> {
    let address = row.address.map(|text| text.parse().map_err(|_| Corrupt("address"))).transpose()?;
    Ok(Session {
        id: columns::id(row.id)?,
        created_at: row.created_at.to_jiff(),
        grant: SessionGrant {
            user_id: columns::id(row.user_id)?,
            kind: row.key_hash.map_or(SessionKind::Bearer, |hash| SessionKind::Browser(SessionKey(hash))),
            token_epoch: row.token_epoch,
            address,
            user_agent: row.user_agent,
            span: row.span.into(),
        },
    })
}

fn key_hash(kind: &SessionKind) -> Option<&str> {
    match kind {
        SessionKind::Bearer => None,
        SessionKind::Browser(SessionKey(hash)) => Some(hash),
    }
}

async fn insert(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    grant: &SessionGrant,
    now: Timestamp,
) -> StoreResult<SessionId> {
    let id: Option<i64> = diesel::insert_into(sessions::table)
        .values((
            sessions::organization_id.eq(organization.get()),
            sessions::created_at.eq(now.to_diesel()),
            sessions::user_id.eq(grant.user_id.get()),
            sessions::key_hash.eq(key_hash(&grant.kind)),
            sessions::token_epoch.eq(grant.token_epoch),
            sessions::address.eq(grant.address.map(|address| address.to_string())),
            sessions::user_agent.eq(&grant.user_agent),
            SpanRow::from(grant.span),
        ))
        .on_conflict_do_nothing()
        .returning(sessions::id)
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    let id = id.ok_or(StoreError::Duplicate("key_hash"))?;
    Ok(columns::id(id)?)
}

async fn find(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: SessionId,
) -> StoreResult<Option<SignedIn>> {
    let is_theirs = users::organization_id.eq(sessions::organization_id).and(users::id.eq(sessions::user_id));
    let found: Option<(SessionRow, Head, UserRow, i64, bool)> = sessions::table
        .inner_join(users::table.on(is_theirs))
        .filter(sessions::organization_id.eq(organization.get()))
        .filter(sessions::id.eq(id.get()))
        .select((
            SessionRow::as_select(),
            head!(users),
            UserRow::as_select(),
            users::token_epoch,
            users::has_second_factor,
        ))
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    let Some((row, head, user, token_epoch, has_second_factor)) = found else {
        return Ok(None);
    };
    Ok(Some(SignedIn { session: session(row)?, user: record((head, user))?, token_epoch, has_second_factor }))
}

async fn list(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    user: UserId,
    now: Timestamp,
    request: PageRequest,
) -> StoreResult<Page<Session>> {
    let is_theirs = users::organization_id.eq(sessions::organization_id).and(users::id.eq(sessions::user_id));
    let good = sessions::table
        .inner_join(users::table.on(is_theirs))
        .filter(sessions::organization_id.eq(organization.get()))
        .filter(sessions::user_id.eq(user.get()))
        .filter(sessions::token_epoch.eq(users::token_epoch))
        .filter(sessions::expires_at.gt(now.to_diesel()));
    let total = good.count().get_result(&mut pg).await.map_err(failure)?;
    let rows: Vec<SessionRow> = good
        .select(SessionRow::as_select())
        .order(sessions::id.desc())
        .limit(request.per_page().into())
        .offset(request.offset())
        .load(&mut pg)
        .await
        .map_err(failure)?;
    Ok(Page { items: rows.into_iter().map(session).collect::<Result<_, _>>()?, total, request })
}

/// How many an organization has that are good.
pub(crate) async fn count_good(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    now: Timestamp,
) -> StoreResult<i64> {
    let is_theirs = users::organization_id.eq(sessions::organization_id).and(users::id.eq(sessions::user_id));
    sessions::table
        .inner_join(users::table.on(is_theirs))
        .filter(sessions::organization_id.eq(organization.get()))
        .filter(sessions::token_epoch.eq(users::token_epoch))
        .filter(sessions::expires_at.gt(now.to_diesel()))
        .count()
        .get_result(&mut pg)
        .await
        .map_err(failure)
}

async fn touch(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: SessionId,
    span: SessionSpan,
) -> StoreResult<()> {
    diesel::update(
        sessions::table.filter(sessions::organization_id.eq(organization.get())).filter(sessions::id.eq(id.get())),
    )
    .set(SpanRow::from(span))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

async fn delete(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: SessionId,
) -> StoreResult<Option<Session>> {
    diesel::delete(
        sessions::table.filter(sessions::organization_id.eq(organization.get())).filter(sessions::id.eq(id.get())),
    )
    .returning(SessionRow::as_returning())
    .get_result(&mut pg)
    .await
    .optional()
    .map_err(failure)?
    .map(session)
    .transpose()
}

/// Passes over what another process is removing.
async fn delete_ended(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    now: Timestamp,
    at_most: u32,
) -> StoreResult<u64> {
    let removed = diesel::sql_query(
        "DELETE FROM sessions WHERE (organization_id, id) IN (SELECT sessions.organization_id, sessions.id FROM sessions \
         JOIN users ON users.organization_id = sessions.organization_id AND users.id = sessions.user_id \
         WHERE sessions.organization_id = $1 AND (expires_at <= $2 OR users.token_epoch <> sessions.token_epoch) \
         LIMIT $3 FOR UPDATE OF sessions SKIP LOCKED)",
    )
    .bind::<BigInt, _>(organization.get())
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<BigInt, _>(i64::from(at_most))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

#[async_trait]
impl SessionRepository for PgUnitOfWork {
    async fn insert(&mut self, grant: &SessionGrant, now: Timestamp) -> StoreResult<SessionId> {
        let inserted = insert(self.pg(), self.organization(), grant, now).await;
        self.watch(inserted)
    }

    async fn find(&mut self, id: SessionId) -> StoreResult<Option<SignedIn>> {
        let found = find(self.pg(), self.organization(), id).await;
        self.watch(found)
    }

    async fn touch(&mut self, id: SessionId, span: SessionSpan) -> StoreResult<()> {
        let touched = touch(self.pg(), self.organization(), id, span).await;
        self.watch(touched)
    }

    async fn delete(&mut self, id: SessionId) -> StoreResult<Option<Session>> {
        self.wrote(Session::KIND);
        let deleted = delete(self.pg(), self.organization(), id).await;
        self.watch(deleted)
    }

    async fn delete_ended(&mut self, now: Timestamp, at_most: u32) -> StoreResult<u64> {
        self.wrote(Session::KIND);
        let removed = delete_ended(self.pg(), self.organization(), now, at_most).await;
        self.watch(removed)
    }
}

#[async_trait]
impl SessionQueries for PgStore {
    async fn find(&self, organization: OrganizationId, id: SessionId) -> StoreResult<Option<SignedIn>> {
        let connection = self.connection().await?;
        let found = find(connection.pg(), organization, id);
        connection.within(organization, found).await
    }

    async fn list(
        &self,
        organization: OrganizationId,
        user: UserId,
        now: Timestamp,
        page: PageRequest,
    ) -> StoreResult<Page<Session>> {
        let connection = self.connection().await?;
        let listed = list(connection.pg(), organization, user, now, page);
        connection.within(organization, listed).await
    }
}
