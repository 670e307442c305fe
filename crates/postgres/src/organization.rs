//! Tenants: the one table that belongs to none, and so has no policy.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use scheduling_domain::organization::Organization;
use scheduling_domain::ports::StoreError;

use crate::columns;
use crate::error::{StoreResult, failure};
use crate::schema::{installation, organizations};

#[derive(Queryable, Selectable)]
#[diesel(table_name = organizations)]
struct OrganizationRow {
    id: i64,
    slug: String,
    name: String,
}

fn organization(row: OrganizationRow) -> StoreResult<Organization> {
    Ok(Organization { id: columns::id(row.id)?, slug: row.slug, name: row.name })
}

/// The name of the whole database.
pub(crate) async fn installation(mut pg: &AsyncPgConnection) -> StoreResult<String> {
    installation::table.select(installation::id).get_result(&mut pg).await.map_err(failure)
}

pub(crate) async fn list(mut pg: &AsyncPgConnection) -> StoreResult<Vec<Organization>> {
    let rows: Vec<OrganizationRow> = organizations::table
        .select(OrganizationRow::as_select())
        .order(organizations::id)
        .load(&mut pg)
        .await
        .map_err(failure)?;
    rows.into_iter().map(organization).collect()
}

pub(crate) async fn find(mut pg: &AsyncPgConnection, slug: &str) -> StoreResult<Option<Organization>> {
    organizations::table
        .filter(organizations::slug.eq(slug))
        .select(OrganizationRow::as_select())
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?
        .map(organization)
        .transpose()
}

pub(crate) async fn insert(mut pg: &AsyncPgConnection, slug: &str, name: &str) -> StoreResult<Organization> {
    diesel::insert_into(organizations::table)
        .values((organizations::slug.eq(slug), organizations::name.eq(name)))
        .on_conflict_do_nothing()
        .returning(OrganizationRow::as_returning())
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?
        .map_or(Err(StoreError::Duplicate("slug")), organization)
}
