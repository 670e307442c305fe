//! A team's roster for a period.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::TypedId;
use scheduling_domain::roster::Period;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};

use crate::columns::{self, Corrupt};
use crate::schema::schedules;
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = schedules, treat_none_as_null = true, treat_none_as_default_value = false)]
struct ScheduleRow {
    team_id: i64,
    period_first: jiff_diesel::Date,
    period_end: jiff_diesel::Date,
    published_number: Option<i64>,
    note: String,
}

impl From<&Schedule> for ScheduleRow {
    fn from(schedule: &Schedule) -> Self {
        Self {
            team_id: schedule.team_id.get(),
            period_first: schedule.period.first.to_diesel(),
            period_end: schedule.period.end.to_diesel(),
            published_number: schedule.published_number.map(i64::from),
            note: schedule.note.clone(),
        }
    }
}

impl TryFrom<ScheduleRow> for Schedule {
    type Error = Corrupt;
    fn try_from(row: ScheduleRow) -> Result<Self, Corrupt> {
        Ok(Self {
            team_id: columns::id(row.team_id)?,
            period: Period {
                first: row.period_first.to_jiff(),
                end: row.period_end.to_jiff(),
            },
            published_number: row.published_number.map(columns::number).transpose()?,
            note: row.note,
        })
    }
}

fn narrow<'a, ST>(
    mut query: schedules::BoxedQuery<'a, Pg, ST>,
    filter: &ScheduleFilter,
) -> schedules::BoxedQuery<'a, Pg, ST> {
    if let Some(teams) = &filter.team_ids {
        query = query.filter(schedules::team_id.eq_any(columns::raw(teams)));
    }
    if let Some(period) = filter.overlapping {
        query = query
            .filter(schedules::period_first.lt(period.end.to_diesel()))
            .filter(schedules::period_end.gt(period.first.to_diesel()));
    }
    match filter.is_published {
        Some(true) => query.filter(schedules::published_number.is_not_null()),
        Some(false) => query.filter(schedules::published_number.is_null()),
        None => query,
    }
}

/// Schedules of the same team that share a day with this one.
fn rivals(schedule: &Schedule) -> Vec<(&'static str, schedules::BoxedQuery<'static, Pg>)> {
    vec![(
        "period",
        schedules::table
            .filter(schedules::team_id.eq(schedule.team_id.get()))
            .filter(schedules::period_first.lt(schedule.period.end.to_diesel()))
            .filter(schedules::period_end.gt(schedule.period.first.to_diesel()))
            .into_boxed(),
    )]
}

stored!(Schedule, table: schedules, row: ScheduleRow, order: schedules::id, conflicts: on_conflict_do_nothing());
