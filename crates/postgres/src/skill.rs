//! What people can do.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use scheduling_domain::id::TypedId;
use scheduling_domain::skill::{Skill, SkillFilter};

use crate::columns::Corrupt;
use crate::schema::{contains_text, skills};
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = skills)]
struct SkillRow {
    name: String,
    description: String,
}

impl From<&Skill> for SkillRow {
    fn from(skill: &Skill) -> Self {
        Self { name: skill.name.clone(), description: skill.description.clone() }
    }
}

impl TryFrom<SkillRow> for Skill {
    type Error = Corrupt;
    fn try_from(row: SkillRow) -> Result<Self, Corrupt> {
        Ok(Self { name: row.name, description: row.description })
    }
}

fn narrow<'a, ST>(mut query: skills::BoxedQuery<'a, Pg, ST>, filter: &SkillFilter) -> skills::BoxedQuery<'a, Pg, ST> {
    if let Some(text) = filter.search.clone() {
        query = query.filter(contains_text(skills::name, text));
    }
    query
}

fn rivals(skill: &Skill) -> Vec<(&'static str, skills::BoxedQuery<'static, Pg>)> {
    vec![("name", skills::table.filter(skills::name.eq(skill.name.clone())).into_boxed())]
}

stored!(Skill, table: skills, row: SkillRow, order: skills::id, conflicts: on_conflict_do_nothing());
