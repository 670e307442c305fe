//! Rows as lines of JSON, written by the server itself: an array of the columns as texts.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::TryStreamExt;
use scheduling_domain::backup::{BackupDigest, BackupPart, ROWS_BYTES, TableDigest, TableShape};
use scheduling_domain::id::{OrganizationId, TypedId};
use tokio::sync::mpsc::Sender;

use super::catalogue::{Table, quoted, tables};
use super::{BackupResult, broken, failed, send};
use crate::connection::name_organization;

/// The last ids that were given out travel as one more table: ids are never used again, not even those of removed rows.
/// They are read last, since no snapshot holds them: they may be ahead of the rows, and never behind.
pub(super) fn sequences() -> TableShape {
    let columns = ["relation", "attribute", "last_value"];
    TableShape { name: "(sequences)".to_owned(), columns: columns.map(str::to_owned).to_vec() }
}

const READ_SEQUENCES: &str = "\
    SELECT json_build_array(c.relname, a.attname, pg_sequence_last_value(s.oid)::text)::text AS line
    FROM pg_class s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
        JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
    WHERE s.relkind = 'S' AND c.relnamespace = current_schema()::regnamespace
    ORDER BY c.relname COLLATE \"C\", a.attname COLLATE \"C\"";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Organization {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Where rows go while they are summed up; nowhere, when only the sum is wanted.
struct Outlet<'a> {
    digest: BackupDigest,
    parts: Option<&'a Sender<BackupPart>>,
}

impl Outlet<'_> {
    async fn table(&mut self, shape: &TableShape) -> BackupResult<()> {
        self.digest.table(shape.clone());
        match self.parts {
            Some(parts) => send(parts, BackupPart::Table(shape.clone())).await,
            None => Ok(()),
        }
    }

    async fn rows(&mut self, rows: Vec<u8>) -> BackupResult<()> {
        self.digest.rows(&rows);
        match self.parts {
            Some(parts) if !rows.is_empty() => send(parts, BackupPart::Rows(rows)).await,
            _ => Ok(()),
        }
    }

    async fn query(&mut self, pg: &mut AsyncPgConnection, query: &str) -> BackupResult<()> {
        let mut lines = std::pin::pin!(sql_query(query).load_stream::<Line>(pg).await.map_err(broken)?);
        let mut rows = Vec::new();
        while let Some(line) = lines.try_next().await.map_err(broken)? {
            rows.extend_from_slice(line.line.as_bytes());
            rows.push(b'\n');
            if ROWS_BYTES <= rows.len() {
                self.rows(std::mem::take(&mut rows)).await?;
            }
        }
        self.rows(rows).await
    }
}

/// Every table with its rows, in the order in which they can be loaded; answers what they came to.
pub(super) async fn read_tables(
    pg: &mut AsyncPgConnection,
    parts: Option<&Sender<BackupPart>>,
) -> BackupResult<Vec<TableDigest>> {
    let mut outlet = Outlet { digest: BackupDigest::default(), parts };
    let organizations: Vec<Organization> =
        sql_query("SELECT id FROM organizations ORDER BY id").load(pg).await.map_err(broken)?;
    for table in tables(pg).await? {
        outlet.table(&table.shape).await?;
        if table.is_of_organizations {
            for organization in &organizations {
                let named = OrganizationId::try_new(organization.id).map_err(|error| failed(error.into()))?;
                pg.batch_execute(&name_organization(named, true)).await.map_err(broken)?;
                outlet.query(pg, &query(&table, &format!("WHERE organization_id = {}", named.get()))).await?;
            }
        } else {
            outlet.query(pg, &query(&table, "")).await?;
        }
    }
    outlet.table(&sequences()).await?;
    outlet.query(pg, READ_SEQUENCES).await?;
    Ok(outlet.digest.finish())
}

fn query(table: &Table, condition: &str) -> String {
    let columns: Vec<String> = table.shape.columns.iter().map(|name| format!("{}::text", quoted(name))).collect();
    format!(
        "SELECT json_build_array({})::text AS line FROM {} {condition} ORDER BY {}",
        columns.join(", "),
        quoted(&table.shape.name),
        table.order.join(", ")
    )
}
