//! Rules that belong together.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::civil::Weekday;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::TypedId;
use scheduling_domain::rule_set::{RuleSet, RuleSetFilter};
use scheduling_domain::rules::Rule;

use crate::columns::{Corrupt, Json};
use crate::schema::{contains_text, rule_sets};
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rule_sets)]
struct RuleSetRow {
    name: String,
    week_start: i16,
    day_boundary: jiff_diesel::Time,
    rules: Json<Vec<Rule>>,
}

impl From<&RuleSet> for RuleSetRow {
    fn from(set: &RuleSet) -> Self {
        Self {
            name: set.name.clone(),
            week_start: set.week_start.to_monday_one_offset().into(),
            day_boundary: set.day_boundary.to_diesel(),
            rules: Json(set.rules.clone()),
        }
    }
}

impl TryFrom<RuleSetRow> for RuleSet {
    type Error = Corrupt;
    fn try_from(row: RuleSetRow) -> Result<Self, Corrupt> {
        let week_start =
            i8::try_from(row.week_start).ok().and_then(|offset| Weekday::from_monday_one_offset(offset).ok());
        Ok(Self {
            name: row.name,
            week_start: week_start.ok_or(Corrupt("weekday"))?,
            day_boundary: row.day_boundary.to_jiff(),
            rules: row.rules.0,
        })
    }
}

fn narrow<'a, ST>(
    mut query: rule_sets::BoxedQuery<'a, Pg, ST>,
    filter: &RuleSetFilter,
) -> rule_sets::BoxedQuery<'a, Pg, ST> {
    if let Some(text) = filter.search.clone() {
        query = query.filter(contains_text(rule_sets::name, text));
    }
    query
}

fn rivals(set: &RuleSet) -> Vec<(&'static str, rule_sets::BoxedQuery<'static, Pg>)> {
    vec![("name", rule_sets::table.filter(rule_sets::name.eq(set.name.clone())).into_boxed())]
}

stored!(RuleSet, table: rule_sets, row: RuleSetRow, order: rule_sets::id, conflicts: on_conflict_do_nothing());
