//! Rows as lines of JSON, written and read by SQLite itself.

use std::fmt::Write;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection};
use scheduling_domain::backup::{BackupError, ROWS_BYTES};

use super::catalogue::{Table, quoted};
use super::{BackupResult, broken};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Hands out the rows of a table, some at a time, in the order of its primary key.
pub(super) fn read_rows(
    connection: &mut SqliteConnection,
    table: &Table,
    emit: &mut dyn FnMut(Vec<u8>) -> BackupResult<()>,
) -> BackupResult<()> {
    let query = format!(
        "SELECT json_array({}) AS line FROM {} ORDER BY {}",
        list(&table.shape.columns),
        quoted(&table.shape.name),
        list(&table.key)
    );
    let mut rows = Vec::new();
    for line in diesel::sql_query(query).load_iter::<Line, _>(connection).map_err(broken)? {
        rows.extend_from_slice(line.map_err(broken)?.line.as_bytes());
        rows.push(b'\n');
        if ROWS_BYTES <= rows.len() {
            emit(std::mem::take(&mut rows))?;
        }
    }
    if rows.is_empty() { Ok(()) } else { emit(rows) }
}

/// Lines as one JSON array of arrays.
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn parse(lines: &[u8]) -> BackupResult<Self> {
        let text = std::str::from_utf8(lines).map_err(|_| BackupError::Misfit("rows that are no text".to_owned()))?;
        Ok(Self(format!("[{}]", text.trim_end_matches('\n').replace('\n', ","))))
    }
}

/// Adds the rows to a table.
pub(super) fn write_rows(connection: &mut SqliteConnection, table: &Table, lines: &Lines) -> BackupResult<()> {
    let values = (0..table.shape.columns.len()).fold(String::new(), |mut values, index| {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(values, "{comma}json_extract(value, '$[{index}]')");
        values
    });
    let statement = format!(
        "INSERT INTO {} ({}) SELECT {values} FROM json_each(?)",
        quoted(&table.shape.name),
        list(&table.shape.columns)
    );
    diesel::sql_query(statement).bind::<Text, _>(&lines.0).execute(connection).map(|_| ()).map_err(broken)
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
