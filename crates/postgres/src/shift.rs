//! Work to be staffed.

use async_trait::async_trait;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, ShiftId, TypedId};
use scheduling_domain::ports::ShiftRepository;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::shift::{Shift, ShiftFilter};

use crate::columns::{self, Corrupt};
use crate::error::{StoreResult, failure};
use crate::schema::shifts;
use crate::stored::{Head, ROWS_PER_STATEMENT, record, stored};
use crate::unit_of_work::PgUnitOfWork;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shifts, treat_none_as_null = true, treat_none_as_default_value = false)]
struct ShiftRow {
    schedule_id: i64,
    label: String,
    template_id: Option<i64>,
    site_id: i64,
    position_id: i64,
    working_day: jiff_diesel::Date,
    starts_at: jiff_diesel::Timestamp,
    ends_at: jiff_diesel::Timestamp,
    break_minutes: i64,
    skill_ids: Vec<i64>,
    tags: Vec<String>,
    heads_min: i32,
    heads_target: i32,
    heads_max: Option<i32>,
    heads_under_weight: i64,
    heads_over_weight: i64,
}

impl From<&Shift> for ShiftRow {
    fn from(shift: &Shift) -> Self {
        Self {
            schedule_id: shift.schedule_id.get(),
            label: shift.label.clone(),
            template_id: shift.template_id.map(TypedId::get),
            site_id: shift.site_id.get(),
            position_id: shift.position_id.get(),
            working_day: shift.on.to_diesel(),
            starts_at: shift.starts_at.to_diesel(),
            ends_at: shift.ends_at.to_diesel(),
            break_minutes: shift.break_minutes.into(),
            skill_ids: columns::raw(&shift.skill_ids),
            tags: shift.tags.clone(),
            heads_min: shift.heads.min.into(),
            heads_target: shift.heads.target.into(),
            heads_max: shift.heads.max.map(i32::from),
            heads_under_weight: shift.heads.under_weight,
            heads_over_weight: shift.heads.over_weight,
        }
    }
}

impl TryFrom<ShiftRow> for Shift {
    type Error = Corrupt;
    fn try_from(row: ShiftRow) -> Result<Self, Corrupt> {
        Ok(Self {
            schedule_id: columns::id(row.schedule_id)?,
            label: row.label,
            template_id: row.template_id.map(columns::id).transpose()?,
            site_id: columns::id(row.site_id)?,
            position_id: columns::id(row.position_id)?,
            on: row.working_day.to_jiff(),
            starts_at: row.starts_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            break_minutes: columns::number(row.break_minutes)?,
            skill_ids: columns::ids(row.skill_ids)?,
            tags: row.tags,
            heads: columns::heads(
                row.heads_min,
                row.heads_target,
                row.heads_max,
                row.heads_under_weight,
                row.heads_over_weight,
            )?,
        })
    }
}

fn narrow<'a, ST>(mut query: shifts::BoxedQuery<'a, Pg, ST>, filter: &ShiftFilter) -> shifts::BoxedQuery<'a, Pg, ST> {
    if let Some(schedules) = &filter.schedule_ids {
        query = query.filter(shifts::schedule_id.eq_any(columns::raw(schedules)));
    }
    if let Some(ids) = &filter.ids {
        query = query.filter(shifts::id.eq_any(columns::raw(ids)));
    }
    if let Some(template) = filter.template_id {
        query = query.filter(shifts::template_id.eq(template.get()));
    }
    if let Some(period) = filter.within {
        query = query
            .filter(shifts::working_day.ge(period.first.to_diesel()))
            .filter(shifts::working_day.lt(period.end.to_diesel()));
    }
    if let Some(site) = filter.site_id {
        query = query.filter(shifts::site_id.eq(site.get()));
    }
    if let Some(position) = filter.position_id {
        query = query.filter(shifts::position_id.eq(position.get()));
    }
    query
}

/// Nothing of a shift is unique.
fn rivals(_: &Shift) -> Vec<(&'static str, shifts::BoxedQuery<'static, Pg>)> {
    Vec::new()
}

stored!(
    Shift, table: shifts, row: ShiftRow, order: (shifts::starts_at, shifts::id), conflicts: on_conflict_do_nothing()
);

async fn insert_many(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    values: &[Shift],
    now: Timestamp,
) -> StoreResult<Vec<Record<Shift>>> {
    let mut records = Vec::with_capacity(values.len());
    for chunk in values.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|shift| {
                (
                    shifts::organization_id.eq(organization.get()),
                    shifts::created_at.eq(now.to_diesel()),
                    shifts::updated_at.eq(now.to_diesel()),
                    ShiftRow::from(shift),
                )
            })
            .collect();
        let inserted: Vec<(Head, ShiftRow)> = diesel::insert_into(shifts::table)
            .values(rows)
            .returning(crate::stored::columns!(shifts, ShiftRow))
            .get_results(&mut pg)
            .await
            .map_err(failure)?;
        for row in inserted {
            records.push(record(row)?);
        }
    }
    Ok(records)
}

async fn delete_many(mut pg: &AsyncPgConnection, organization: OrganizationId, ids: &[ShiftId]) -> StoreResult<u64> {
    let removed = diesel::delete(
        shifts::table
            .filter(shifts::organization_id.eq(organization.get()))
            .filter(shifts::id.eq_any(columns::raw(ids))),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

async fn lock(mut pg: &AsyncPgConnection, organization: OrganizationId, ids: &[ShiftId]) -> StoreResult<()> {
    shifts::table
        .filter(shifts::organization_id.eq(organization.get()))
        .filter(shifts::id.eq_any(columns::raw(ids)))
        .order(shifts::id)
        .select(shifts::id)
        .for_update()
        .load::<i64>(&mut pg)
        .await
        .map_err(failure)?;
    Ok(())
}

#[async_trait]
impl ShiftRepository for PgUnitOfWork {
    async fn insert_many(&mut self, values: &[Shift], now: Timestamp) -> StoreResult<Vec<Record<Shift>>> {
        self.wrote(Shift::KIND);
        let inserted = insert_many(self.pg(), self.organization(), values, now).await;
        self.watch(inserted)
    }

    async fn delete_many(&mut self, ids: &[ShiftId]) -> StoreResult<u64> {
        self.wrote(Shift::KIND);
        let removed = delete_many(self.pg(), self.organization(), ids).await;
        self.watch(removed)
    }

    async fn lock(&mut self, ids: &[ShiftId]) -> StoreResult<()> {
        let locked = lock(self.pg(), self.organization(), ids).await;
        self.watch(locked)
    }
}
