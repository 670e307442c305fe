//! Shifts.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use scheduling_domain::id::{PositionId, ScheduleId, ShiftId, ShiftTemplateId, SiteId, SkillId, TypedId};
use scheduling_domain::ports::{ShiftRepository, StoreError};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::roster::Heads;
use scheduling_domain::shift::{Shift, ShiftFilter};

use crate::columns::{Count, Day, Instant, Json, Key};
use crate::errors::store_error;
use crate::stored::{Stored, among, insert_all, stored};
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    shifts (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        schedule_id -> BigInt,
        label -> Text,
        template_id -> Nullable<BigInt>,
        site_id -> BigInt,
        position_id -> BigInt,
        working_day -> BigInt,
        starts_at -> BigInt,
        ends_at -> BigInt,
        break_minutes -> BigInt,
        skill_ids -> Text,
        tags -> Text,
        heads_min -> BigInt,
        heads_target -> BigInt,
        heads_max -> Nullable<BigInt>,
        heads_under_weight -> BigInt,
        heads_over_weight -> BigInt,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shifts, treat_none_as_null = true)]
struct ShiftRow {
    schedule_id: Key<ScheduleId>,
    label: String,
    template_id: Option<Key<ShiftTemplateId>>,
    site_id: Key<SiteId>,
    position_id: Key<PositionId>,
    working_day: Day,
    starts_at: Instant,
    ends_at: Instant,
    break_minutes: Count<u32>,
    skill_ids: Json<Vec<SkillId>>,
    tags: Json<Vec<String>>,
    heads_min: Count<u16>,
    heads_target: Count<u16>,
    heads_max: Option<Count<u16>>,
    heads_under_weight: i64,
    heads_over_weight: i64,
}

impl From<&Shift> for ShiftRow {
    fn from(value: &Shift) -> Self {
        Self {
            schedule_id: Key(value.schedule_id),
            label: value.label.clone(),
            template_id: value.template_id.map(Key),
            site_id: Key(value.site_id),
            position_id: Key(value.position_id),
            working_day: Day(value.on),
            starts_at: Instant(value.starts_at),
            ends_at: Instant(value.ends_at),
            break_minutes: Count(value.break_minutes),
            skill_ids: Json(value.skill_ids.clone()),
            tags: Json(value.tags.clone()),
            heads_min: Count(value.heads.min),
            heads_target: Count(value.heads.target),
            heads_max: value.heads.max.map(Count),
            heads_under_weight: value.heads.under_weight,
            heads_over_weight: value.heads.over_weight,
        }
    }
}

impl From<ShiftRow> for Shift {
    fn from(row: ShiftRow) -> Self {
        Self {
            schedule_id: row.schedule_id.0,
            label: row.label,
            template_id: row.template_id.map(|Key(inner)| inner),
            site_id: row.site_id.0,
            position_id: row.position_id.0,
            on: row.working_day.0,
            starts_at: row.starts_at.0,
            ends_at: row.ends_at.0,
            break_minutes: row.break_minutes.0,
            skill_ids: row.skill_ids.0,
            tags: row.tags.0,
            heads: Heads {
                min: row.heads_min.0,
                target: row.heads_target.0,
                max: row.heads_max.map(|Count(max)| max),
                under_weight: row.heads_under_weight,
                over_weight: row.heads_over_weight,
            },
        }
    }
}

type Matches = shifts::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &ShiftFilter) -> Matches {
    if let Some(ids) = &filter.schedule_ids {
        matches = matches.filter(among("schedule_id", ids));
    }
    if let Some(ids) = &filter.ids {
        matches = matches.filter(among("id", ids));
    }
    if let Some(period) = filter.within {
        matches = matches.filter(shifts::working_day.ge(Day(period.first)));
        matches = matches.filter(shifts::working_day.lt(Day(period.end)));
    }
    if let Some(id) = filter.template_id {
        matches = matches.filter(shifts::template_id.eq(id.get()).assume_not_null());
    }
    if let Some(id) = filter.site_id {
        matches = matches.filter(shifts::site_id.eq(id.get()));
    }
    if let Some(id) = filter.position_id {
        matches = matches.filter(shifts::position_id.eq(id.get()));
    }
    matches
}

stored!(Shift, ShiftRow in shifts, order: (starts_at, id), unique: []);

#[async_trait]
impl ShiftRepository for SqliteUnitOfWork {
    async fn insert_many(&mut self, values: &[Shift], now: Timestamp) -> Result<Vec<Record<Shift>>, StoreError> {
        self.wrote(Shift::KIND);
        let (organization, values) = (self.organization(), values.to_vec());
        self.run(move |connection| {
            insert_all(connection, organization, &values, now).map_err(|error| store_error(error, Shift::UNIQUE))
        })
        .await
    }

    async fn delete_many(&mut self, ids: &[ShiftId]) -> Result<u64, StoreError> {
        self.wrote(Shift::KIND);
        let organization = self.organization().get();
        let among_them = among("id", ids);
        self.run(move |connection| {
            diesel::delete(shifts::table)
                .filter(shifts::organization_id.eq(organization))
                .filter(among_them)
                .execute(connection)
                .map(|removed| u64::try_from(removed).unwrap_or(u64::MAX))
                .map_err(|error| store_error(error, Shift::UNIQUE))
        })
        .await
    }

    /// Nothing to do: a unit of work is alone with the file.
    async fn lock(&mut self, _ids: &[ShiftId]) -> Result<(), StoreError> {
        Ok(())
    }
}
