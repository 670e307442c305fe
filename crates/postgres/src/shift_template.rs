//! Shifts by the wall clock.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::TypedId;
use scheduling_domain::shift_template::{ShiftTemplate, ShiftTemplateFilter};

use crate::columns::{self, Corrupt};
use crate::schema::{contains_text, shift_templates};
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shift_templates)]
struct ShiftTemplateRow {
    code: String,
    name: String,
    site_id: i64,
    position_id: i64,
    starts: jiff_diesel::Time,
    ends: jiff_diesel::Time,
    dst_policy: String,
    break_minutes: i64,
    skill_ids: Vec<i64>,
    tags: Vec<String>,
}

impl From<&ShiftTemplate> for ShiftTemplateRow {
    fn from(template: &ShiftTemplate) -> Self {
        Self {
            code: template.code.clone(),
            name: template.name.clone(),
            site_id: template.site_id.get(),
            position_id: template.position_id.get(),
            starts: template.starts.to_diesel(),
            ends: template.ends.to_diesel(),
            dst_policy: template.dst_policy.as_str().to_owned(),
            break_minutes: template.break_minutes.into(),
            skill_ids: columns::raw(&template.skill_ids),
            tags: template.tags.clone(),
        }
    }
}

impl TryFrom<ShiftTemplateRow> for ShiftTemplate {
    type Error = Corrupt;
    fn try_from(row: ShiftTemplateRow) -> Result<Self, Corrupt> {
        Ok(Self {
            code: row.code,
            name: row.name,
            site_id: columns::id(row.site_id)?,
            position_id: columns::id(row.position_id)?,
            starts: row.starts.to_jiff(),
            ends: row.ends.to_jiff(),
            dst_policy: columns::named(&row.dst_policy)?,
            break_minutes: columns::number(row.break_minutes)?,
            skill_ids: columns::ids(row.skill_ids)?,
            tags: row.tags,
        })
    }
}

fn narrow<'a, ST>(
    mut query: shift_templates::BoxedQuery<'a, Pg, ST>,
    filter: &ShiftTemplateFilter,
) -> shift_templates::BoxedQuery<'a, Pg, ST> {
    if let Some(text) = filter.search.clone() {
        query = query
            .filter(contains_text(shift_templates::code, text.clone()).or(contains_text(shift_templates::name, text)));
    }
    if let Some(site) = filter.site_id {
        query = query.filter(shift_templates::site_id.eq(site.get()));
    }
    query
}

fn rivals(template: &ShiftTemplate) -> Vec<(&'static str, shift_templates::BoxedQuery<'static, Pg>)> {
    vec![("code", shift_templates::table.filter(shift_templates::code.eq(template.code.clone())).into_boxed())]
}

stored!(
    ShiftTemplate, table: shift_templates, row: ShiftTemplateRow, order: shift_templates::id,
    conflicts: on_conflict_do_nothing()
);
