//! What the file says of its own tables.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, SqliteConnection};
use scheduling_domain::backup::{BackupError, TableShape};

use super::{BackupResult, rows_of};

/// A table, as it is backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) shape: TableShape,
    /// The columns of its primary key, in order.
    pub(super) key: Vec<String>,
}

/// A trigger, and the statement that made it.
#[derive(QueryableByName)]
pub(super) struct Trigger {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) sql: String,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    key: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The names of all tables but SQLite's own and the list of migrations, which restoring makes anew.
pub(super) fn names(connection: &mut SqliteConnection) -> BackupResult<Vec<String>> {
    let names: Vec<Name> = rows_of(
        connection,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND name <> '__diesel_schema_migrations' ORDER BY name",
    )?;
    Ok(names.into_iter().map(|row| row.name).collect())
}

/// All tables, whatever is in them.
pub(super) fn tables(connection: &mut SqliteConnection) -> BackupResult<Vec<Table>> {
    names(connection)?.into_iter().map(|name| table(connection, name)).collect()
}

fn table(connection: &mut SqliteConnection, name: String) -> BackupResult<Table> {
    // Hidden columns are those that the database computes.
    let query = format!(
        "SELECT name, type AS kind, pk AS key FROM pragma_table_xinfo({}) WHERE hidden = 0 ORDER BY cid",
        literal(&name)
    );
    let mut columns: Vec<Column> = rows_of(connection, &query)?;
    // Other types do not pass through JSON unchanged.
    if columns.iter().any(|column| column.kind != "INTEGER" && column.kind != "TEXT") {
        return Err(BackupError::Uncovered { table: name, why: "only columns of type INTEGER and TEXT can be" });
    }
    let shape = TableShape { name, columns: columns.iter().map(|column| column.name.clone()).collect() };
    columns.retain(|column| 0 < column.key);
    columns.sort_by_key(|column| column.key);
    if columns.is_empty() {
        return Err(BackupError::Uncovered { table: shape.name, why: "it has no primary key to order its rows by" });
    }
    Ok(Table { shape, key: columns.into_iter().map(|column| column.name).collect() })
}

pub(super) fn triggers(connection: &mut SqliteConnection) -> BackupResult<Vec<Trigger>> {
    rows_of(connection, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")
}

/// A table with a reference to a row that is not there.
pub(super) fn dangling(connection: &mut SqliteConnection) -> BackupResult<Option<String>> {
    let found: Vec<Name> = rows_of(connection, "SELECT \"table\" AS name FROM pragma_foreign_key_check LIMIT 1")?;
    Ok(found.into_iter().next().map(|row| row.name))
}

pub(super) fn count(connection: &mut SqliteConnection, table: &str) -> BackupResult<i64> {
    let counts: Vec<Count> = rows_of(connection, &format!("SELECT count(*) AS rows FROM {}", quoted(table)))?;
    Ok(counts.first().map_or(0, |count| count.rows))
}

/// A name that stands in a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
