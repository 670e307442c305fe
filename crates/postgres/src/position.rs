//! What shifts need done.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use scheduling_domain::id::TypedId;
use scheduling_domain::position::{Position, PositionFilter};

use crate::columns::{self, Corrupt};
use crate::schema::{contains_text, positions};
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = positions)]
struct PositionRow {
    name: String,
    skill_ids: Vec<i64>,
}

impl From<&Position> for PositionRow {
    fn from(position: &Position) -> Self {
        Self { name: position.name.clone(), skill_ids: columns::raw(&position.skill_ids) }
    }
}

impl TryFrom<PositionRow> for Position {
    type Error = Corrupt;
    fn try_from(row: PositionRow) -> Result<Self, Corrupt> {
        Ok(Self { name: row.name, skill_ids: columns::ids(row.skill_ids)? })
    }
}

fn narrow<'a, ST>(
    mut query: positions::BoxedQuery<'a, Pg, ST>,
    filter: &PositionFilter,
) -> positions::BoxedQuery<'a, Pg, ST> {
    if let Some(text) = filter.search.clone() {
        query = query.filter(contains_text(positions::name, text));
    }
    query
}

fn rivals(position: &Position) -> Vec<(&'static str, positions::BoxedQuery<'static, Pg>)> {
    vec![("name", positions::table.filter(positions::name.eq(position.name.clone())).into_boxed())]
}

stored!(Position, table: positions, row: PositionRow, order: positions::id, conflicts: on_conflict_do_nothing());
