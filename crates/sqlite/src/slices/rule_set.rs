//! Rule sets.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::rule_set::{RuleSet, RuleSetFilter};
use scheduling_domain::rules::Rule;

use crate::columns::{DayOfWeek, Json, WallTime};
use crate::stored::{instr, lower, stored};

diesel::table! {
    rule_sets (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        name -> Text,
        week_start -> BigInt,
        day_boundary -> BigInt,
        rules -> Text,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rule_sets, treat_none_as_null = true)]
struct RuleSetRow {
    name: String,
    week_start: DayOfWeek,
    day_boundary: WallTime,
    rules: Json<Vec<Rule>>,
}

impl From<&RuleSet> for RuleSetRow {
    fn from(value: &RuleSet) -> Self {
        Self {
            name: value.name.clone(),
            week_start: DayOfWeek(value.week_start),
            day_boundary: WallTime(value.day_boundary),
            rules: Json(value.rules.clone()),
        }
    }
}

impl From<RuleSetRow> for RuleSet {
    fn from(row: RuleSetRow) -> Self {
        Self { name: row.name, week_start: row.week_start.0, day_boundary: row.day_boundary.0, rules: row.rules.0 }
    }
}

type Matches = rule_sets::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &RuleSetFilter) -> Matches {
    if let Some(search) = &filter.search {
        matches = matches.filter(instr(lower(rule_sets::name), lower(search.clone())).gt(0));
    }
    matches
}

stored!(RuleSet, RuleSetRow in rule_sets, order: (id), unique: ["name"]);
