//! Skills that employees hold.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::id::{EmployeeId, SkillId, TypedId};
use scheduling_domain::skill::{SkillGrant, SkillGrantFilter};

use crate::columns::{Day, Key};
use crate::stored::{among, stored};

diesel::table! {
    skill_grants (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        employee_id -> BigInt,
        skill_id -> BigInt,
        valid_from -> BigInt,
        valid_until -> Nullable<BigInt>,
        evidence -> Text,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = skill_grants, treat_none_as_null = true)]
struct SkillGrantRow {
    employee_id: Key<EmployeeId>,
    skill_id: Key<SkillId>,
    valid_from: Day,
    valid_until: Option<Day>,
    evidence: String,
}

impl From<&SkillGrant> for SkillGrantRow {
    fn from(value: &SkillGrant) -> Self {
        Self {
            employee_id: Key(value.employee_id),
            skill_id: Key(value.skill_id),
            valid_from: Day(value.valid_from),
            valid_until: value.valid_until.map(Day),
            evidence: value.evidence.clone(),
        }
    }
}

impl From<SkillGrantRow> for SkillGrant {
    fn from(row: SkillGrantRow) -> Self {
        Self {
            employee_id: row.employee_id.0,
            skill_id: row.skill_id.0,
            valid_from: row.valid_from.0,
            valid_until: row.valid_until.map(|Day(inner)| inner),
            evidence: row.evidence,
        }
    }
}

type Matches = skill_grants::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &SkillGrantFilter) -> Matches {
    if let Some(ids) = &filter.employee_ids {
        matches = matches.filter(among("employee_id", ids));
    }
    if let Some(id) = filter.skill_id {
        matches = matches.filter(skill_grants::skill_id.eq(id.get()));
    }
    matches
}

stored!(SkillGrant, SkillGrantRow in skill_grants, order: (id), unique: []);
