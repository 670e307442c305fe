//! Places of work.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use scheduling_domain::id::TypedId;
use scheduling_domain::site::{Site, SiteFilter};

use crate::columns::Corrupt;
use crate::schema::{contains_text, sites};
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sites)]
struct SiteRow {
    name: String,
    time_zone: String,
    jurisdictions: Vec<String>,
    address: String,
}

impl From<&Site> for SiteRow {
    fn from(site: &Site) -> Self {
        Self {
            name: site.name.clone(),
            time_zone: site.time_zone.clone(),
            jurisdictions: site.jurisdictions.clone(),
            address: site.address.clone(),
        }
    }
}

impl TryFrom<SiteRow> for Site {
    type Error = Corrupt;
    fn try_from(row: SiteRow) -> Result<Self, Corrupt> {
        Ok(Self { name: row.name, time_zone: row.time_zone, jurisdictions: row.jurisdictions, address: row.address })
    }
}

fn narrow<'a, ST>(mut query: sites::BoxedQuery<'a, Pg, ST>, filter: &SiteFilter) -> sites::BoxedQuery<'a, Pg, ST> {
    if let Some(text) = filter.search.clone() {
        query = query.filter(contains_text(sites::name, text));
    }
    query
}

fn rivals(site: &Site) -> Vec<(&'static str, sites::BoxedQuery<'static, Pg>)> {
    vec![("name", sites::table.filter(sites::name.eq(site.name.clone())).into_boxed())]
}

stored!(Site, table: sites, row: SiteRow, order: sites::id, conflicts: on_conflict_do_nothing());
