//! What the cookies of browsers open: the rows of `sessions` by their keys. So a restart signs nobody out.

use async_trait::async_trait;
use diesel::prelude::*;
use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, SessionId, TypedId};
use scheduling_domain::ports::{SessionStore, SessionsUnavailable, Store, StoreError};
use scheduling_domain::session::{OpenSession, SessionKey};

use super::session::{SpanRow, UNIQUE, sessions};
use crate::columns::{Instant, Key};
use crate::errors::store_error;
use crate::store::SqliteStore;

fn unavailable(error: StoreError) -> SessionsUnavailable {
    SessionsUnavailable(Box::new(error))
}

impl SqliteStore {
    /// Writes to the sessions, outside of a unit of work.
    async fn write(
        &self,
        task: impl FnOnce(&mut SqliteConnection) -> QueryResult<usize> + Send + 'static,
    ) -> Result<(), SessionsUnavailable> {
        self.writer
            .run(move |connection| task(connection).map(|_| ()).map_err(|error| store_error(error, UNIQUE)))
            .await
            .map_err(unavailable)
    }
}

#[async_trait]
impl SessionStore for SqliteStore {
    /// A cookie's session is a row here already, so it is kept by the row's own key.
    async fn put(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        _: Timestamp,
    ) -> Result<(), SessionsUnavailable> {
        let (id, key, span) = ((organization.get(), session.id.get()), key.0.clone(), SpanRow::from(session.span));
        self.write(move |connection| {
            diesel::update(sessions::table.find(id)).set((sessions::key_hash.eq(key), span)).execute(connection)
        })
        .await
    }

    async fn find(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        now: Timestamp,
    ) -> Result<Option<OpenSession>, SessionsUnavailable> {
        let key = key.0.clone();
        let found = self.readers.run(move |connection| {
            let row: Option<(Key<SessionId>, SpanRow)> = sessions::table
                .filter(sessions::organization_id.eq(organization.get()))
                .filter(sessions::key_hash.eq(key))
                .filter(sessions::expires_at.gt(Instant(now)))
                .select((sessions::id, SpanRow::as_select()))
                .first(connection)
                .optional()
                .map_err(|error| store_error(error, UNIQUE))?;
            Ok(row.map(|(id, span)| OpenSession { id: id.0, span: span.into() }))
        });
        found.await.map_err(unavailable)
    }

    async fn touch(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        _: Timestamp,
    ) -> Result<(), SessionsUnavailable> {
        let (key, span) = (key.0.clone(), SpanRow::from(session.span));
        self.write(move |connection| {
            diesel::update(sessions::table)
                .filter(sessions::organization_id.eq(organization.get()))
                .filter(sessions::key_hash.eq(key))
                .set(span)
                .execute(connection)
        })
        .await
    }

    async fn delete(&self, organization: OrganizationId, key: &SessionKey) -> Result<(), SessionsUnavailable> {
        let key = key.0.clone();
        self.write(move |connection| {
            diesel::delete(sessions::table)
                .filter(sessions::organization_id.eq(organization.get()))
                .filter(sessions::key_hash.eq(key))
                .execute(connection)
        })
        .await
    }

    async fn ping(&self) -> Result<(), SessionsUnavailable> {
        Store::ping(self).await.map_err(unavailable)
    }
}
