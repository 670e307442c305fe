//! Who can do what, until when.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::TypedId;
use scheduling_domain::skill::{SkillGrant, SkillGrantFilter};

use crate::columns::{self, Corrupt};
use crate::schema::skill_grants;
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = skill_grants, treat_none_as_null = true, treat_none_as_default_value = false)]
struct SkillGrantRow {
    employee_id: i64,
    skill_id: i64,
    valid_from: jiff_diesel::Date,
    valid_until: Option<jiff_diesel::Date>,
    evidence: String,
}

impl From<&SkillGrant> for SkillGrantRow {
    fn from(grant: &SkillGrant) -> Self {
        Self {
            employee_id: grant.employee_id.get(),
            skill_id: grant.skill_id.get(),
            valid_from: grant.valid_from.to_diesel(),
            valid_until: grant.valid_until.map(ToDiesel::to_diesel),
            evidence: grant.evidence.clone(),
        }
    }
}

impl TryFrom<SkillGrantRow> for SkillGrant {
    type Error = Corrupt;
    fn try_from(row: SkillGrantRow) -> Result<Self, Corrupt> {
        Ok(Self {
            employee_id: columns::id(row.employee_id)?,
            skill_id: columns::id(row.skill_id)?,
            valid_from: row.valid_from.to_jiff(),
            valid_until: row.valid_until.map(jiff_diesel::Date::to_jiff),
            evidence: row.evidence,
        })
    }
}

fn narrow<'a, ST>(
    mut query: skill_grants::BoxedQuery<'a, Pg, ST>,
    filter: &SkillGrantFilter,
) -> skill_grants::BoxedQuery<'a, Pg, ST> {
    if let Some(employees) = &filter.employee_ids {
        query = query.filter(skill_grants::employee_id.eq_any(columns::raw(employees)));
    }
    if let Some(skill) = filter.skill_id {
        query = query.filter(skill_grants::skill_id.eq(skill.get()));
    }
    query
}

/// Nothing of a grant is unique: evidence of a skill may be renewed before it ends.
fn rivals(_: &SkillGrant) -> Vec<(&'static str, skill_grants::BoxedQuery<'static, Pg>)> {
    Vec::new()
}

stored!(
    SkillGrant, table: skill_grants, row: SkillGrantRow, order: skill_grants::id, conflicts: on_conflict_do_nothing()
);
