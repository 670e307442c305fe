//! Who is rostered together.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use scheduling_domain::id::TypedId;
use scheduling_domain::team::{Team, TeamFilter};

use crate::columns::{self, Corrupt};
use crate::schema::{contains_text, teams};
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = teams, treat_none_as_null = true, treat_none_as_default_value = false)]
struct TeamRow {
    name: String,
    site_id: i64,
    rule_set_id: Option<i64>,
}

impl From<&Team> for TeamRow {
    fn from(team: &Team) -> Self {
        Self { name: team.name.clone(), site_id: team.site_id.get(), rule_set_id: team.rule_set_id.map(TypedId::get) }
    }
}

impl TryFrom<TeamRow> for Team {
    type Error = Corrupt;
    fn try_from(row: TeamRow) -> Result<Self, Corrupt> {
        Ok(Self {
            name: row.name,
            site_id: columns::id(row.site_id)?,
            rule_set_id: row.rule_set_id.map(columns::id).transpose()?,
        })
    }
}

fn narrow<'a, ST>(mut query: teams::BoxedQuery<'a, Pg, ST>, filter: &TeamFilter) -> teams::BoxedQuery<'a, Pg, ST> {
    if let Some(text) = filter.search.clone() {
        query = query.filter(contains_text(teams::name, text));
    }
    if let Some(site) = filter.site_id {
        query = query.filter(teams::site_id.eq(site.get()));
    }
    query
}

fn rivals(team: &Team) -> Vec<(&'static str, teams::BoxedQuery<'static, Pg>)> {
    vec![("name", teams::table.filter(teams::name.eq(team.name.clone())).into_boxed())]
}

stored!(Team, table: teams, row: TeamRow, order: teams::id, conflicts: on_conflict_do_nothing());
