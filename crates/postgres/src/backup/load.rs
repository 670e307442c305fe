//! Lines become rows again.

use diesel::sql_query;
use diesel::sql_types::{Array, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use scheduling_domain::backup::{BackupError, BackupPart, compare};
use tokio::sync::mpsc::Receiver;

use super::catalogue::{Table, quoted, tables};
use super::lines::{read_tables, sequences};
use super::{BackupResult, broken, run};

const SET_SEQUENCES: &str = "\
    SELECT setval(pg_get_serial_sequence(quote_ident(line::jsonb->>0), line::jsonb->>1), (line::jsonb->>2)::bigint)
    FROM unnest($1) AS lines (line) WHERE line::jsonb->>2 IS NOT NULL";

/// Fills the tables from what comes, and compares them with what they should be.
pub(super) async fn load(pg: &mut AsyncPgConnection, parts: &mut Receiver<BackupPart>) -> BackupResult<()> {
    let all = tables(pg).await?;
    open_up(pg, &all).await?;
    let mut statement: Option<String> = None;
    let expected = loop {
        match parts.recv().await {
            Some(BackupPart::Table(shape)) if shape == sequences() => statement = Some(SET_SEQUENCES.to_owned()),
            Some(BackupPart::Table(shape)) => match all.iter().find(|table| table.shape == shape) {
                Some(table) => statement = Some(insertion(table)),
                None => return Err(BackupError::Misfit(format!("no table {} with its columns", shape.name))),
            },
            Some(BackupPart::Rows(rows)) => {
                let Some(statement) = &statement else {
                    return Err(BackupError::Misfit("rows without a table".to_owned()));
                };
                let text =
                    std::str::from_utf8(&rows).map_err(|_| BackupError::Misfit("rows that are no text".to_owned()))?;
                let lines: Vec<&str> = text.lines().collect();
                sql_query(statement).bind::<Array<Text>, _>(lines).execute(pg).await.map_err(broken)?;
            }
            Some(BackupPart::End(digests)) => break digests,
            Some(BackupPart::Schema(_)) => return Err(BackupError::Misfit("two schemas".to_owned())),
            None => return Err(BackupError::BrokenOff),
        }
    };
    close_up(pg, &all).await?;
    compare(&expected, &read_tables(pg, None).await?)
}

/// Rows of many organizations are written at once, and what triggers hold was held when the rows were first written: some
/// of it, such as the skills that a position names, depends on an order that no reference tells.
async fn open_up(pg: &mut AsyncPgConnection, all: &[Table]) -> BackupResult<()> {
    for table in all {
        let name = quoted(&table.shape.name);
        run(pg, &format!("ALTER TABLE {name} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")).await?;
    }
    // Migrations leave rows of their own, such as the installation's name.
    let names: Vec<String> = all.iter().map(|table| quoted(&table.shape.name)).collect();
    run(pg, &format!("TRUNCATE {}", names.join(", "))).await
}

async fn close_up(pg: &mut AsyncPgConnection, all: &[Table]) -> BackupResult<()> {
    for table in all {
        let name = quoted(&table.shape.name);
        let force = if table.is_forced { ", FORCE ROW LEVEL SECURITY" } else { "" };
        run(pg, &format!("ALTER TABLE {name} ENABLE TRIGGER USER{force}")).await?;
    }
    Ok(())
}

fn insertion(table: &Table) -> String {
    let columns: Vec<String> = table.shape.columns.iter().map(|name| quoted(name)).collect();
    let values: Vec<String> =
        table.types.iter().enumerate().map(|(index, kind)| format!("(parsed->>{index})::{kind}")).collect();
    // OFFSET 0 keeps the line from being parsed once for each column.
    format!(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} \
         FROM unnest($1) AS lines (line), LATERAL (SELECT line::jsonb AS parsed OFFSET 0) AS rows",
        quoted(&table.shape.name),
        columns.join(", "),
        values.join(", ")
    )
}
