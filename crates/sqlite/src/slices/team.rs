//! Teams.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::id::{RuleSetId, SiteId, TypedId};
use scheduling_domain::team::{Team, TeamFilter};

use crate::columns::Key;
use crate::stored::{instr, lower, stored};

diesel::table! {
    teams (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        name -> Text,
        site_id -> BigInt,
        rule_set_id -> Nullable<BigInt>,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = teams, treat_none_as_null = true)]
struct TeamRow {
    name: String,
    site_id: Key<SiteId>,
    rule_set_id: Option<Key<RuleSetId>>,
}

impl From<&Team> for TeamRow {
    fn from(value: &Team) -> Self {
        Self { name: value.name.clone(), site_id: Key(value.site_id), rule_set_id: value.rule_set_id.map(Key) }
    }
}

impl From<TeamRow> for Team {
    fn from(row: TeamRow) -> Self {
        Self { name: row.name, site_id: row.site_id.0, rule_set_id: row.rule_set_id.map(|Key(inner)| inner) }
    }
}

type Matches = teams::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &TeamFilter) -> Matches {
    if let Some(search) = &filter.search {
        matches = matches.filter(instr(lower(teams::name), lower(search.clone())).gt(0));
    }
    if let Some(id) = filter.site_id {
        matches = matches.filter(teams::site_id.eq(id.get()));
    }
    matches
}

stored!(Team, TeamRow in teams, order: (id), unique: ["name"]);
