//! Published snapshots. The database refuses to change or remove them.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, ScheduleId, TypedId};
use scheduling_domain::ports::{PublicationQueries, PublicationRepository, StoreError};
use scheduling_domain::schedule::{Publication, PublishedContent, PublishedShift};

use crate::columns::{self, Corrupt, Json};
use crate::error::{StoreResult, failure};
use crate::schema::publications;
use crate::store::PgStore;
use crate::unit_of_work::PgUnitOfWork;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = publications)]
struct PublicationRow {
    schedule_id: i64,
    number: i64,
    published_at: jiff_diesel::Timestamp,
    published_by: i64,
    audience: Vec<i64>,
    snapshot: Json<Vec<PublishedShift>>,
}

impl From<&PublishedContent> for PublicationRow {
    fn from(content: &PublishedContent) -> Self {
        Self {
            schedule_id: content.schedule_id.get(),
            number: content.number.into(),
            published_at: content.published_at.to_diesel(),
            published_by: content.published_by.get(),
            audience: columns::raw(&content.audience),
            snapshot: Json(content.shifts.clone()),
        }
    }
}

impl TryFrom<PublicationRow> for PublishedContent {
    type Error = Corrupt;
    fn try_from(row: PublicationRow) -> Result<Self, Corrupt> {
        Ok(Self {
            schedule_id: columns::id(row.schedule_id)?,
            number: columns::number(row.number)?,
            published_at: row.published_at.to_jiff(),
            published_by: columns::id(row.published_by)?,
            audience: columns::ids(row.audience)?,
            shifts: row.snapshot.0,
        })
    }
}

fn publication((id, row): (i64, PublicationRow)) -> StoreResult<Publication> {
    Ok(Publication { id: columns::id(id)?, content: row.try_into()? })
}

async fn find(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    schedule: ScheduleId,
    number: u32,
) -> StoreResult<Option<Publication>> {
    publications::table
        .filter(publications::organization_id.eq(organization.get()))
        .filter(publications::schedule_id.eq(schedule.get()))
        .filter(publications::number.eq(i64::from(number)))
        .select((publications::id, PublicationRow::as_select()))
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?
        .map(publication)
        .transpose()
}

async fn insert(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    content: &PublishedContent,
) -> StoreResult<Publication> {
    diesel::insert_into(publications::table)
        .values((publications::organization_id.eq(organization.get()), PublicationRow::from(content)))
        .on_conflict_do_nothing()
        .returning((publications::id, PublicationRow::as_returning()))
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?
        .map_or(Err(StoreError::Duplicate("number")), publication)
}

#[async_trait]
impl PublicationRepository for PgUnitOfWork {
    async fn insert(&mut self, content: &PublishedContent) -> StoreResult<Publication> {
        let inserted = insert(self.pg(), self.organization(), content).await;
        self.watch(inserted)
    }

    async fn find(&mut self, schedule: ScheduleId, number: u32) -> StoreResult<Option<Publication>> {
        let found = find(self.pg(), self.organization(), schedule, number).await;
        self.watch(found)
    }
}

#[async_trait]
impl PublicationQueries for PgStore {
    async fn find(
        &self,
        organization: OrganizationId,
        schedule: ScheduleId,
        number: u32,
    ) -> StoreResult<Option<Publication>> {
        let connection = self.connection().await?;
        let found = find(connection.pg(), organization, schedule, number);
        connection.within(organization, found).await
    }
}
