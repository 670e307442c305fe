//! Shift templates.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::id::{PositionId, SiteId, SkillId, TypedId};
use scheduling_domain::shift_template::{ShiftTemplate, ShiftTemplateFilter};
use scheduling_domain::time::DstPolicy;

use crate::columns::{Count, Json, Key, Name, WallTime};
use crate::stored::{instr, lower, stored};

diesel::table! {
    shift_templates (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        code -> Text,
        name -> Text,
        site_id -> BigInt,
        position_id -> BigInt,
        starts -> BigInt,
        ends -> BigInt,
        dst_policy -> Text,
        break_minutes -> BigInt,
        skill_ids -> Text,
        tags -> Text,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shift_templates, treat_none_as_null = true)]
struct ShiftTemplateRow {
    code: String,
    name: String,
    site_id: Key<SiteId>,
    position_id: Key<PositionId>,
    starts: WallTime,
    ends: WallTime,
    dst_policy: Name<DstPolicy>,
    break_minutes: Count<u32>,
    skill_ids: Json<Vec<SkillId>>,
    tags: Json<Vec<String>>,
}

impl From<&ShiftTemplate> for ShiftTemplateRow {
    fn from(value: &ShiftTemplate) -> Self {
        Self {
            code: value.code.clone(),
            name: value.name.clone(),
            site_id: Key(value.site_id),
            position_id: Key(value.position_id),
            starts: WallTime(value.starts),
            ends: WallTime(value.ends),
            dst_policy: Name(value.dst_policy),
            break_minutes: Count(value.break_minutes),
            skill_ids: Json(value.skill_ids.clone()),
            tags: Json(value.tags.clone()),
        }
    }
}

impl From<ShiftTemplateRow> for ShiftTemplate {
    fn from(row: ShiftTemplateRow) -> Self {
        Self {
            code: row.code,
            name: row.name,
            site_id: row.site_id.0,
            position_id: row.position_id.0,
            starts: row.starts.0,
            ends: row.ends.0,
            dst_policy: row.dst_policy.0,
            break_minutes: row.break_minutes.0,
            skill_ids: row.skill_ids.0,
            tags: row.tags.0,
        }
    }
}

type Matches = shift_templates::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &ShiftTemplateFilter) -> Matches {
    if let Some(search) = &filter.search {
        matches = matches.filter(
            instr(lower(shift_templates::code), lower(search.clone())).gt(0).or(instr(
                lower(shift_templates::name),
                lower(search.clone()),
            )
            .gt(0)),
        );
    }
    if let Some(id) = filter.site_id {
        matches = matches.filter(shift_templates::site_id.eq(id.get()));
    }
    matches
}

stored!(ShiftTemplate, ShiftTemplateRow in shift_templates, order: (id), unique: ["code"]);
