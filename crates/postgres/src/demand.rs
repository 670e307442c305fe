//! How many people are wanted on which shifts.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use scheduling_domain::demand::{Demand, DemandFilter};
use scheduling_domain::id::TypedId;

use crate::columns::{self, Corrupt};
use crate::schema::demands;
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = demands, treat_none_as_null = true, treat_none_as_default_value = false)]
struct DemandRow {
    team_id: i64,
    template_id: i64,
    weekdays: i16,
    valid_from: jiff_diesel::Date,
    valid_until: Option<jiff_diesel::Date>,
    except_on: Vec<jiff_diesel::Date>,
    heads_min: i32,
    heads_target: i32,
    heads_max: Option<i32>,
    heads_under_weight: i64,
    heads_over_weight: i64,
}

impl From<&Demand> for DemandRow {
    fn from(demand: &Demand) -> Self {
        Self {
            team_id: demand.team_id.get(),
            template_id: demand.template_id.get(),
            weekdays: demand.weekdays.bits().into(),
            valid_from: demand.valid_from.to_diesel(),
            valid_until: demand.valid_until.map(ToDiesel::to_diesel),
            except_on: columns::dates(&demand.except_on),
            heads_min: demand.heads.min.into(),
            heads_target: demand.heads.target.into(),
            heads_max: demand.heads.max.map(i32::from),
            heads_under_weight: demand.heads.under_weight,
            heads_over_weight: demand.heads.over_weight,
        }
    }
}

impl TryFrom<DemandRow> for Demand {
    type Error = Corrupt;
    fn try_from(row: DemandRow) -> Result<Self, Corrupt> {
        Ok(Self {
            team_id: columns::id(row.team_id)?,
            template_id: columns::id(row.template_id)?,
            weekdays: columns::weekdays(row.weekdays)?,
            valid_from: row.valid_from.to_jiff(),
            valid_until: row.valid_until.map(jiff_diesel::Date::to_jiff),
            except_on: columns::civil(row.except_on),
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

fn narrow<'a, ST>(
    mut query: demands::BoxedQuery<'a, Pg, ST>,
    filter: &DemandFilter,
) -> demands::BoxedQuery<'a, Pg, ST> {
    if let Some(team) = filter.team_id {
        query = query.filter(demands::team_id.eq(team.get()));
    }
    if let Some(template) = filter.template_id {
        query = query.filter(demands::template_id.eq(template.get()));
    }
    query
}

/// Nothing of it is unique: demand adds up.
fn rivals(_: &Demand) -> Vec<(&'static str, demands::BoxedQuery<'static, Pg>)> {
    Vec::new()
}

stored!(Demand, table: demands, row: DemandRow, order: demands::id, conflicts: on_conflict_do_nothing());
