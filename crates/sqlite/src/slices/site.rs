//! Sites.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::site::{Site, SiteFilter};

use crate::columns::Json;
use crate::stored::{instr, lower, stored};

diesel::table! {
    sites (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        name -> Text,
        time_zone -> Text,
        jurisdictions -> Text,
        address -> Text,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sites, treat_none_as_null = true)]
struct SiteRow {
    name: String,
    time_zone: String,
    jurisdictions: Json<Vec<String>>,
    address: String,
}

impl From<&Site> for SiteRow {
    fn from(value: &Site) -> Self {
        Self {
            name: value.name.clone(),
            time_zone: value.time_zone.clone(),
            jurisdictions: Json(value.jurisdictions.clone()),
            address: value.address.clone(),
        }
    }
}

impl From<SiteRow> for Site {
    fn from(row: SiteRow) -> Self {
        Self { name: row.name, time_zone: row.time_zone, jurisdictions: row.jurisdictions.0, address: row.address }
    }
}

type Matches = sites::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &SiteFilter) -> Matches {
    if let Some(search) = &filter.search {
        matches = matches.filter(instr(lower(sites::name), lower(search.clone())).gt(0));
    }
    matches
}

stored!(Site, SiteRow in sites, order: (id), unique: ["name"]);
