//! Schedules.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::id::{ScheduleId, TeamId};
use scheduling_domain::ports::{Repository, ScheduleRepository, StoreError};
use scheduling_domain::record::Record;
use scheduling_domain::roster::Period;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};

use crate::columns::{Count, Day, Key};
use crate::stored::{among, stored};
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    schedules (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        team_id -> BigInt,
        period_first -> BigInt,
        period_end -> BigInt,
        published_number -> Nullable<BigInt>,
        note -> Text,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = schedules, treat_none_as_null = true)]
struct ScheduleRow {
    team_id: Key<TeamId>,
    period_first: Day,
    period_end: Day,
    published_number: Option<Count<u32>>,
    note: String,
}

impl From<&Schedule> for ScheduleRow {
    fn from(value: &Schedule) -> Self {
        Self {
            team_id: Key(value.team_id),
            period_first: Day(value.period.first),
            period_end: Day(value.period.end),
            published_number: value.published_number.map(Count),
            note: value.note.clone(),
        }
    }
}

impl From<ScheduleRow> for Schedule {
    fn from(row: ScheduleRow) -> Self {
        Self {
            team_id: row.team_id.0,
            period: Period { first: row.period_first.0, end: row.period_end.0 },
            published_number: row.published_number.map(|Count(inner)| inner),
            note: row.note,
        }
    }
}

type Matches = schedules::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &ScheduleFilter) -> Matches {
    if let Some(ids) = &filter.team_ids {
        matches = matches.filter(among("team_id", ids));
    }
    if let Some(period) = filter.overlapping {
        matches = matches.filter(schedules::period_first.lt(Day(period.end)));
        matches = matches.filter(schedules::period_end.gt(Day(period.first)));
    }
    match filter.is_published {
        Some(true) => matches = matches.filter(schedules::published_number.is_not_null()),
        Some(false) => matches = matches.filter(schedules::published_number.is_null()),
        None => {}
    }
    matches
}

stored!(Schedule, ScheduleRow in schedules, order: (id), unique: ["period"]);

/// The locks ask for nothing: a unit of work is alone with the file.
#[async_trait]
impl ScheduleRepository for SqliteUnitOfWork {
    async fn find_locked(&mut self, id: ScheduleId) -> Result<Option<Record<Schedule>>, StoreError> {
        Repository::<Schedule>::find(self, id).await
    }

    async fn lock_team(&mut self, _team: TeamId) -> Result<(), StoreError> {
        Ok(())
    }
}
