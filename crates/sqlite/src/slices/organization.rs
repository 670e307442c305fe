//! Organizations, which stand above the keys of everything else.

use diesel::prelude::*;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::organization::Organization;

use crate::columns::Key;
use crate::stored::take_ids;

diesel::table! {
    installation (is_only) {
        is_only -> BigInt,
        id -> Text,
    }
}

diesel::table! {
    organizations (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
    }
}

/// What only one organization may have.
pub(crate) const UNIQUE: &[&str] = &["slug"];

#[derive(Queryable, Selectable)]
#[diesel(table_name = organizations)]
struct OrganizationRow {
    id: Key<OrganizationId>,
    slug: String,
    name: String,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self { id: row.id.0, slug: row.slug, name: row.name }
    }
}

/// The name of the whole database.
pub(crate) fn installation(connection: &mut SqliteConnection) -> QueryResult<String> {
    installation::table.select(installation::id).first(connection)
}

pub(crate) fn list(connection: &mut SqliteConnection) -> QueryResult<Vec<Organization>> {
    let rows =
        organizations::table.order(organizations::id.asc()).select(OrganizationRow::as_select()).load(connection)?;
    Ok(rows.into_iter().map(Organization::from).collect())
}

pub(crate) fn find(connection: &mut SqliteConnection, slug: &str) -> QueryResult<Option<Organization>> {
    let row = organizations::table
        .filter(organizations::slug.eq(slug))
        .select(OrganizationRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Organization::from))
}

pub(crate) fn create(connection: &mut SqliteConnection, slug: &str, name: &str) -> QueryResult<Organization> {
    connection.immediate_transaction(|connection| {
        let id = *take_ids(connection, "organizations", 1)?.start();
        diesel::insert_into(organizations::table)
            .values((organizations::id.eq(id), organizations::slug.eq(slug), organizations::name.eq(name)))
            .execute(connection)?;
        let row = organizations::table.find(id).select(OrganizationRow::as_select()).first(connection)?;
        Ok(Organization::from(row))
    })
}
