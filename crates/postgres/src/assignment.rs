//! Employees on shifts. The database holds them apart: `assignments_overlap` in the migrations.

use async_trait::async_trait;
use diesel::dsl::exists;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::assignment::{Assignment, AssignmentFilter};
use scheduling_domain::id::{AssignmentId, EmployeeId, OrganizationId, TypedId};
use scheduling_domain::ports::{AssignmentRepository, StoreError};
use scheduling_domain::record::{Entity, Record};

use crate::columns::{self, Corrupt};
use crate::error::{StoreResult, failure};
use crate::schema::{assignments, employees, shifts};
use crate::stored::{Head, ROWS_PER_STATEMENT, record, stored};
use crate::unit_of_work::PgUnitOfWork;

/// The key that an employee on the same shift twice would break. An overlap is another thing: it raises.
type ShiftAndEmployee = (assignments::organization_id, assignments::shift_id, assignments::employee_id);
const SHIFT_AND_EMPLOYEE: ShiftAndEmployee =
    (assignments::organization_id, assignments::shift_id, assignments::employee_id);

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = assignments)]
struct AssignmentRow {
    shift_id: i64,
    employee_id: i64,
    pinned: bool,
    source: String,
    starts_at: jiff_diesel::Timestamp,
    ends_at: jiff_diesel::Timestamp,
}

impl From<&Assignment> for AssignmentRow {
    fn from(assignment: &Assignment) -> Self {
        Self {
            shift_id: assignment.shift_id.get(),
            employee_id: assignment.employee_id.get(),
            pinned: assignment.pinned,
            source: assignment.source.as_str().to_owned(),
            starts_at: assignment.starts_at.to_diesel(),
            ends_at: assignment.ends_at.to_diesel(),
        }
    }
}

impl TryFrom<AssignmentRow> for Assignment {
    type Error = Corrupt;
    fn try_from(row: AssignmentRow) -> Result<Self, Corrupt> {
        Ok(Self {
            shift_id: columns::id(row.shift_id)?,
            employee_id: columns::id(row.employee_id)?,
            pinned: row.pinned,
            source: columns::named(&row.source)?,
            starts_at: row.starts_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
        })
    }
}

fn narrow<'a, ST>(
    mut query: assignments::BoxedQuery<'a, Pg, ST>,
    filter: &AssignmentFilter,
) -> assignments::BoxedQuery<'a, Pg, ST> {
    if let Some(schedules) = &filter.schedule_ids {
        query = query.filter(exists(
            shifts::table
                .filter(shifts::organization_id.eq(assignments::organization_id))
                .filter(shifts::id.eq(assignments::shift_id))
                .filter(shifts::schedule_id.eq_any(columns::raw(schedules))),
        ));
    }
    if let Some(ids) = &filter.shift_ids {
        query = query.filter(assignments::shift_id.eq_any(columns::raw(ids)));
    }
    if let Some(employees) = &filter.employee_ids {
        query = query.filter(assignments::employee_id.eq_any(columns::raw(employees)));
    }
    if let Some((start, end)) = filter.overlapping {
        query =
            query.filter(assignments::ends_at.gt(start.to_diesel())).filter(assignments::starts_at.lt(end.to_diesel()));
    }
    query
}

fn rivals(assignment: &Assignment) -> Vec<(&'static str, assignments::BoxedQuery<'static, Pg>)> {
    vec![(
        "employee_id",
        assignments::table
            .filter(assignments::shift_id.eq(assignment.shift_id.get()))
            .filter(assignments::employee_id.eq(assignment.employee_id.get()))
            .into_boxed(),
    )]
}

stored!(
    Assignment, table: assignments, row: AssignmentRow, order: assignments::id,
    conflicts: on_conflict(SHIFT_AND_EMPLOYEE).do_nothing()
);

async fn insert_many(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    values: &[Assignment],
    now: Timestamp,
) -> StoreResult<Vec<Record<Assignment>>> {
    let mut records: Vec<Record<Assignment>> = Vec::with_capacity(values.len());
    for chunk in values.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|assignment| {
                (
                    assignments::organization_id.eq(organization.get()),
                    assignments::created_at.eq(now.to_diesel()),
                    assignments::updated_at.eq(now.to_diesel()),
                    AssignmentRow::from(assignment),
                )
            })
            .collect();
        let inserted: Vec<(Head, AssignmentRow)> = diesel::insert_into(assignments::table)
            .values(rows)
            .on_conflict(SHIFT_AND_EMPLOYEE)
            .do_nothing()
            .returning(crate::stored::columns!(assignments, AssignmentRow))
            .get_results(&mut pg)
            .await
            .map_err(failure)?;
        let is_whole = inserted.len() == chunk.len();
        for row in inserted {
            records.push(record(row)?);
        }
        if !is_whole {
            // All or none: the unit of work stays usable, and must not keep half of what was asked.
            let ids: Vec<_> = records.iter().map(|record| record.id).collect();
            delete_many(pg, organization, &ids).await?;
            return Err(StoreError::Duplicate("employee_id"));
        }
    }
    Ok(records)
}

async fn delete_many(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    ids: &[AssignmentId],
) -> StoreResult<u64> {
    let removed = diesel::delete(
        assignments::table
            .filter(assignments::organization_id.eq(organization.get()))
            .filter(assignments::id.eq_any(columns::raw(ids))),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

/// `NO KEY`, so that rows which only point at an employee can be written meanwhile.
async fn lock_employees(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    ids: &[EmployeeId],
) -> StoreResult<()> {
    employees::table
        .filter(employees::organization_id.eq(organization.get()))
        .filter(employees::id.eq_any(columns::raw(ids)))
        .order(employees::id)
        .select(employees::id)
        .for_no_key_update()
        .load::<i64>(&mut pg)
        .await
        .map_err(failure)?;
    Ok(())
}

#[async_trait]
impl AssignmentRepository for PgUnitOfWork {
    async fn insert_many(&mut self, values: &[Assignment], now: Timestamp) -> StoreResult<Vec<Record<Assignment>>> {
        self.wrote(Assignment::KIND);
        let inserted = insert_many(self.pg(), self.organization(), values, now).await;
        self.watch(inserted)
    }

    async fn delete_many(&mut self, ids: &[AssignmentId]) -> StoreResult<u64> {
        self.wrote(Assignment::KIND);
        let removed = delete_many(self.pg(), self.organization(), ids).await;
        self.watch(removed)
    }

    async fn lock_employees(&mut self, ids: &[EmployeeId]) -> StoreResult<()> {
        let locked = lock_employees(self.pg(), self.organization(), ids).await;
        self.watch(locked)
    }
}
