//! Positions.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::id::SkillId;
use scheduling_domain::position::{Position, PositionFilter};

use crate::columns::Json;
use crate::stored::{instr, lower, stored};

diesel::table! {
    positions (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        name -> Text,
        skill_ids -> Text,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = positions, treat_none_as_null = true)]
struct PositionRow {
    name: String,
    skill_ids: Json<Vec<SkillId>>,
}

impl From<&Position> for PositionRow {
    fn from(value: &Position) -> Self {
        Self { name: value.name.clone(), skill_ids: Json(value.skill_ids.clone()) }
    }
}

impl From<PositionRow> for Position {
    fn from(row: PositionRow) -> Self {
        Self { name: row.name, skill_ids: row.skill_ids.0 }
    }
}

type Matches = positions::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &PositionFilter) -> Matches {
    if let Some(search) = &filter.search {
        matches = matches.filter(instr(lower(positions::name), lower(search.clone())).gt(0));
    }
    matches
}

stored!(Position, PositionRow in positions, order: (id), unique: ["name"]);
