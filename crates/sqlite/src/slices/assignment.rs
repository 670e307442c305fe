//! Assignments.

use async_trait::async_trait;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::sqlite::Sqlite;
use jiff::{SignedDuration, Timestamp};
use scheduling_domain::assignment::{Assignment, AssignmentFilter, AssignmentSource};
use scheduling_domain::id::{AssignmentId, EmployeeId, ShiftId, TypedId};
use scheduling_domain::ports::{AssignmentRepository, StoreError};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::shift::Shift;

use crate::columns::{Instant, Key, Name};
use crate::errors::store_error;
use crate::stored::{Stored, among, insert_all, json_ids, stored};
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    assignments (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        shift_id -> BigInt,
        employee_id -> BigInt,
        pinned -> Bool,
        source -> Text,
        starts_at -> BigInt,
        ends_at -> BigInt,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = assignments, treat_none_as_null = true)]
struct AssignmentRow {
    shift_id: Key<ShiftId>,
    employee_id: Key<EmployeeId>,
    pinned: bool,
    source: Name<AssignmentSource>,
    starts_at: Instant,
    ends_at: Instant,
}

impl From<&Assignment> for AssignmentRow {
    fn from(value: &Assignment) -> Self {
        Self {
            shift_id: Key(value.shift_id),
            employee_id: Key(value.employee_id),
            pinned: value.pinned,
            source: Name(value.source),
            starts_at: Instant(value.starts_at),
            ends_at: Instant(value.ends_at),
        }
    }
}

impl From<AssignmentRow> for Assignment {
    fn from(row: AssignmentRow) -> Self {
        Self {
            shift_id: row.shift_id.0,
            employee_id: row.employee_id.0,
            pinned: row.pinned,
            source: row.source.0,
            starts_at: row.starts_at.0,
            ends_at: row.ends_at.0,
        }
    }
}

type Matches = assignments::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, organization: i64, filter: &AssignmentFilter) -> Matches {
    if let Some(ids) = &filter.schedule_ids {
        matches = matches.filter(
            sql::<Bool>("shift_id IN (SELECT id FROM shifts WHERE organization_id = ")
                .bind::<BigInt, _>(organization)
                .sql(" AND schedule_id IN (SELECT value FROM json_each(")
                .bind::<Text, _>(json_ids(ids))
                .sql(")))"),
        );
    }
    if let Some(ids) = &filter.shift_ids {
        matches = matches.filter(among("shift_id", ids));
    }
    if let Some(ids) = &filter.employee_ids {
        matches = matches.filter(among("employee_id", ids));
    }
    if let Some((start, end)) = filter.overlapping {
        // No span is longer than a shift may be, so that the index bounds the look-up on both sides.
        let earliest = start.saturating_sub(SignedDuration::from_mins(Shift::MAX_MINUTES)).unwrap_or(Timestamp::MIN);
        matches = matches
            .filter(assignments::starts_at.lt(Instant(end)))
            .filter(assignments::starts_at.ge(Instant(earliest)))
            .filter(assignments::ends_at.gt(Instant(start)));
    }
    matches
}

stored!(Assignment, AssignmentRow in assignments, order: (id), unique: ["employee_id"]);

#[async_trait]
impl AssignmentRepository for SqliteUnitOfWork {
    async fn insert_many(
        &mut self,
        values: &[Assignment],
        now: Timestamp,
    ) -> Result<Vec<Record<Assignment>>, StoreError> {
        self.wrote(Assignment::KIND);
        let (organization, values) = (self.organization(), values.to_vec());
        self.run(move |connection| {
            insert_all(connection, organization, &values, now).map_err(|error| store_error(error, Assignment::UNIQUE))
        })
        .await
    }

    async fn delete_many(&mut self, ids: &[AssignmentId]) -> Result<u64, StoreError> {
        self.wrote(Assignment::KIND);
        let organization = self.organization().get();
        let among_them = among("id", ids);
        self.run(move |connection| {
            diesel::delete(assignments::table)
                .filter(assignments::organization_id.eq(organization))
                .filter(among_them)
                .execute(connection)
                .map(|removed| u64::try_from(removed).unwrap_or(u64::MAX))
                .map_err(|error| store_error(error, Assignment::UNIQUE))
        })
        .await
    }

    /// Nothing to do: a unit of work is alone with the file.
    async fn lock_employees(&mut self, _ids: &[EmployeeId]) -> Result<(), StoreError> {
        Ok(())
    }
}
