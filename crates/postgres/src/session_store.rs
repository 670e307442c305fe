//! What the cookies of browsers open, where no other server keeps that: the rows of `sessions` by their keys.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::ports::{SessionStore, SessionsUnavailable, Store, StoreError};
use scheduling_domain::session::{OpenSession, SessionKey, SessionSpan};

use crate::columns;
use crate::error::{StoreResult, failure};
use crate::schema::sessions;
use crate::session::SpanRow;
use crate::store::PgStore;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct OpenRow {
    id: i64,
    #[diesel(embed)]
    span: SpanRow,
}

async fn find(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    key: &SessionKey,
    now: Timestamp,
) -> StoreResult<Option<OpenSession>> {
    let found: Option<OpenRow> = sessions::table
        .filter(sessions::organization_id.eq(organization.get()))
        .filter(sessions::key_hash.eq(&key.0))
        .filter(sessions::expires_at.gt(now.to_diesel()))
        .select(OpenRow::as_select())
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    let Some(OpenRow { id, span }) = found else {
        return Ok(None);
    };
    Ok(Some(OpenSession { id: columns::id(id)?, span: span.into() }))
}

/// A cookie's session is a row here already, so it is kept by the row's own key.
async fn put(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    key: &SessionKey,
    open: &OpenSession,
) -> StoreResult<()> {
    diesel::update(
        sessions::table.filter(sessions::organization_id.eq(organization.get())).filter(sessions::id.eq(open.id.get())),
    )
    .set((sessions::key_hash.eq(&key.0), SpanRow::from(open.span)))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

async fn touch(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    key: &SessionKey,
    span: SessionSpan,
) -> StoreResult<()> {
    diesel::update(
        sessions::table.filter(sessions::organization_id.eq(organization.get())).filter(sessions::key_hash.eq(&key.0)),
    )
    .set(SpanRow::from(span))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

async fn delete(mut pg: &AsyncPgConnection, organization: OrganizationId, key: &SessionKey) -> StoreResult<()> {
    diesel::delete(
        sessions::table.filter(sessions::organization_id.eq(organization.get())).filter(sessions::key_hash.eq(&key.0)),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

fn unavailable(error: StoreError) -> SessionsUnavailable {
    SessionsUnavailable(Box::new(error))
}

/// Does the work of a call to the session store as its organization.
macro_rules! within {
    ($store:ident, $organization:ident, |$pg:ident| $work:expr) => {{
        let connection = $store.connection().await.map_err(unavailable)?;
        let $pg = connection.pg();
        connection.within($organization, $work).await.map_err(unavailable)
    }};
}

#[async_trait]
impl SessionStore for PgStore {
    async fn put(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        _: Timestamp,
    ) -> Result<(), SessionsUnavailable> {
        within!(self, organization, |pg| put(pg, organization, key, session))
    }

    async fn find(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        now: Timestamp,
    ) -> Result<Option<OpenSession>, SessionsUnavailable> {
        within!(self, organization, |pg| find(pg, organization, key, now))
    }

    async fn touch(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        _: Timestamp,
    ) -> Result<(), SessionsUnavailable> {
        within!(self, organization, |pg| touch(pg, organization, key, session.span))
    }

    async fn delete(&self, organization: OrganizationId, key: &SessionKey) -> Result<(), SessionsUnavailable> {
        within!(self, organization, |pg| delete(pg, organization, key))
    }

    async fn ping(&self) -> Result<(), SessionsUnavailable> {
        Store::ping(self).await.map_err(unavailable)
    }
}
