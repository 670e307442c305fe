//! Skills.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::skill::{Skill, SkillFilter};

use crate::stored::{instr, lower, stored};

diesel::table! {
    skills (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        name -> Text,
        description -> Text,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = skills, treat_none_as_null = true)]
struct SkillRow {
    name: String,
    description: String,
}

impl From<&Skill> for SkillRow {
    fn from(value: &Skill) -> Self {
        Self { name: value.name.clone(), description: value.description.clone() }
    }
}

impl From<SkillRow> for Skill {
    fn from(row: SkillRow) -> Self {
        Self { name: row.name, description: row.description }
    }
}

type Matches = skills::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &SkillFilter) -> Matches {
    if let Some(search) = &filter.search {
        matches = matches.filter(instr(lower(skills::name), lower(search.clone())).gt(0));
    }
    matches
}

stored!(Skill, SkillRow in skills, order: (id), unique: ["name"]);
