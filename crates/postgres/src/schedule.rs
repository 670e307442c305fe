//! A team's roster for a period.

use async_trait::async_trait;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, ScheduleId, TeamId, TypedId};
use scheduling_domain::ports::ScheduleRepository;
use scheduling_domain::record::Record;
use scheduling_domain::roster::Period;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};

use crate::columns::{self, Corrupt};
use crate::error::{StoreResult, failure};
use crate::schema::{schedules, teams};
use crate::stored::{record, stored};
use crate::unit_of_work::PgUnitOfWork;

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
            period: Period { first: row.period_first.to_jiff(), end: row.period_end.to_jiff() },
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

async fn find_locked(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: ScheduleId,
) -> StoreResult<Option<Record<Schedule>>> {
    schedules::table
        .filter(schedules::organization_id.eq(organization.get()))
        .filter(schedules::id.eq(id.get()))
        .select(crate::stored::columns!(schedules, ScheduleRow))
        .for_no_key_update()
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?
        .map(record)
        .transpose()
}

async fn lock_team(mut pg: &AsyncPgConnection, organization: OrganizationId, team: TeamId) -> StoreResult<()> {
    teams::table
        .filter(teams::organization_id.eq(organization.get()))
        .filter(teams::id.eq(team.get()))
        .select(teams::id)
        .for_no_key_update()
        .load::<i64>(&mut pg)
        .await
        .map_err(failure)?;
    Ok(())
}

#[async_trait]
impl ScheduleRepository for PgUnitOfWork {
    async fn find_locked(&mut self, id: ScheduleId) -> StoreResult<Option<Record<Schedule>>> {
        let found = find_locked(self.pg(), self.organization(), id).await;
        self.watch(found)
    }

    async fn lock_team(&mut self, team: TeamId) -> StoreResult<()> {
        let locked = lock_team(self.pg(), self.organization(), team).await;
        self.watch(locked)
    }
}
