//! Published snapshots.

use async_trait::async_trait;
use diesel::prelude::*;
use scheduling_domain::id::{EmployeeId, OrganizationId, PublicationId, ScheduleId, TypedId, UserId};
use scheduling_domain::ports::{PublicationQueries, PublicationRepository, StoreError};
use scheduling_domain::schedule::{Publication, PublishedContent, PublishedShift};

use crate::columns::{Count, Instant, Json, Key};
use crate::errors::{backend, store_error};
use crate::readers::Readers;
use crate::stored::take_ids;
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    publications (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        schedule_id -> BigInt,
        number -> BigInt,
        published_at -> BigInt,
        published_by -> BigInt,
        audience -> Text,
        snapshot -> Text,
    }
}

const UNIQUE: &[&str] = &["number"];

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = publications)]
struct PublicationRow {
    id: Key<PublicationId>,
    schedule_id: Key<ScheduleId>,
    number: Count<u32>,
    published_at: Instant,
    published_by: Key<UserId>,
    audience: Json<Vec<EmployeeId>>,
    snapshot: Json<Vec<PublishedShift>>,
}

impl From<Publication> for PublicationRow {
    fn from(Publication { id, content }: Publication) -> Self {
        Self {
            id: Key(id),
            schedule_id: Key(content.schedule_id),
            number: Count(content.number),
            published_at: Instant(content.published_at),
            published_by: Key(content.published_by),
            audience: Json(content.audience),
            snapshot: Json(content.shifts),
        }
    }
}

impl From<PublicationRow> for Publication {
    fn from(row: PublicationRow) -> Self {
        Self {
            id: row.id.0,
            content: PublishedContent {
                schedule_id: row.schedule_id.0,
                number: row.number.0,
                published_at: row.published_at.0,
                published_by: row.published_by.0,
                audience: row.audience.0,
                shifts: row.snapshot.0,
            },
        }
    }
}

fn find(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    schedule: ScheduleId,
    number: u32,
) -> Result<Option<Publication>, StoreError> {
    publications::table
        .filter(publications::organization_id.eq(organization.get()))
        .filter(publications::schedule_id.eq(schedule.get()))
        .filter(publications::number.eq(Count(number)))
        .select(PublicationRow::as_select())
        .first(connection)
        .optional()
        .map(|found| found.map(Publication::from))
        .map_err(|error| store_error(error, UNIQUE))
}

#[async_trait]
impl PublicationQueries for Readers {
    async fn find(
        &self,
        organization: OrganizationId,
        schedule: ScheduleId,
        number: u32,
    ) -> Result<Option<Publication>, StoreError> {
        self.run(move |connection| find(connection, organization, schedule, number)).await
    }
}

#[async_trait]
impl PublicationRepository for SqliteUnitOfWork {
    async fn insert(&mut self, content: &PublishedContent) -> Result<Publication, StoreError> {
        let (organization, content) = (self.organization(), content.clone());
        self.run(move |connection| {
            let raw_id = *take_ids(connection, "publications", 1).map_err(|error| store_error(error, UNIQUE))?.start();
            let publication = Publication { id: PublicationId::try_new(raw_id).map_err(backend)?, content };
            diesel::insert_into(publications::table)
                .values((
                    publications::organization_id.eq(organization.get()),
                    PublicationRow::from(publication.clone()),
                ))
                .execute(connection)
                .map(|_| publication)
                .map_err(|error| store_error(error, UNIQUE))
        })
        .await
    }

    async fn find(&mut self, schedule: ScheduleId, number: u32) -> Result<Option<Publication>, StoreError> {
        let organization = self.organization();
        self.run(move |connection| find(connection, organization, schedule, number)).await
    }
}
