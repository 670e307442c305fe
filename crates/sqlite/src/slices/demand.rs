//! Demand.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use jiff::civil::Date;
use scheduling_domain::demand::{Demand, DemandFilter, Heads};
use scheduling_domain::id::{ShiftTemplateId, TeamId, TypedId};

use crate::columns::{Count, Day, Json, Key, WeekdayMask};
use crate::stored::stored;

diesel::table! {
    demands (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        team_id -> BigInt,
        template_id -> BigInt,
        weekdays -> BigInt,
        valid_from -> BigInt,
        valid_until -> Nullable<BigInt>,
        except_on -> Text,
        heads_min -> BigInt,
        heads_target -> BigInt,
        heads_max -> Nullable<BigInt>,
        heads_under_weight -> BigInt,
        heads_over_weight -> BigInt,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = demands, treat_none_as_null = true)]
struct DemandRow {
    team_id: Key<TeamId>,
    template_id: Key<ShiftTemplateId>,
    weekdays: WeekdayMask,
    valid_from: Day,
    valid_until: Option<Day>,
    except_on: Json<Vec<Date>>,
    heads_min: Count<u16>,
    heads_target: Count<u16>,
    heads_max: Option<Count<u16>>,
    heads_under_weight: i64,
    heads_over_weight: i64,
}

impl From<&Demand> for DemandRow {
    fn from(value: &Demand) -> Self {
        Self {
            team_id: Key(value.team_id),
            template_id: Key(value.template_id),
            weekdays: WeekdayMask(value.weekdays),
            valid_from: Day(value.valid_from),
            valid_until: value.valid_until.map(Day),
            except_on: Json(value.except_on.clone()),
            heads_min: Count(value.heads.min),
            heads_target: Count(value.heads.target),
            heads_max: value.heads.max.map(Count),
            heads_under_weight: value.heads.under_weight,
            heads_over_weight: value.heads.over_weight,
        }
    }
}

impl From<DemandRow> for Demand {
    fn from(row: DemandRow) -> Self {
        Self {
            team_id: row.team_id.0,
            template_id: row.template_id.0,
            weekdays: row.weekdays.0,
            valid_from: row.valid_from.0,
            valid_until: row.valid_until.map(|Day(inner)| inner),
            except_on: row.except_on.0,
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

type Matches = demands::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &DemandFilter) -> Matches {
    if let Some(id) = filter.team_id {
        matches = matches.filter(demands::team_id.eq(id.get()));
    }
    if let Some(id) = filter.template_id {
        matches = matches.filter(demands::template_id.eq(id.get()));
    }
    matches
}

stored!(Demand, DemandRow in demands, order: (id), unique: []);
