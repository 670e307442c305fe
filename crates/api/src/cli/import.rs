//! `import`: CSV files of employees and shifts.

use std::path::Path;

use csv::{Position, ReaderBuilder, StringRecord, Trim};
use scheduling_app::Actor;
use scheduling_app::import::{
    Column, EMPLOYEE_COLUMNS, ImportError, ImportReport, Row, RowOutcome, SHIFT_COLUMNS, import_employees,
    import_shifts,
};
use scheduling_app::users::find_operator;

use super::admin::sentences;
use super::args::{ImportArgs, ImportCommand};
use super::failure::{Exit, Failure};
use super::session::{Session, store_failure};
use super::{output, session};
use crate::config::Sources;

/// Imports a file, or says what an import would do.
pub(super) fn run(sources: &Sources, command: &ImportCommand) -> Result<Exit, Failure> {
    let (file, columns) = match command {
        ImportCommand::Employees(file) => (file, EMPLOYEE_COLUMNS),
        ImportCommand::Shifts { file, .. } => (file, SHIFT_COLUMNS),
    };
    let rows = read(&file.file, columns)?;
    session::run(sources, async |config| {
        let session = Session::open(&config).await?;
        let operator = operator(&session).await?;
        let report = match command {
            ImportCommand::Employees(_) => import_employees(&session.app, &operator, &rows, file.dry_run).await,
            ImportCommand::Shifts { schedule, .. } => {
                import_shifts(&session.app, &operator, *schedule, &rows, file.dry_run).await
            }
        };
        match report {
            Ok(report) => Ok(tell(&report, file)),
            Err(ImportError::Store(error)) => Err(store_failure(&error)),
            Err(error) => Err(Failure::usage(format!("{} was not imported: {error}", file.file.display()))),
        }
    })
}

async fn operator(session: &Session) -> Result<Actor, Failure> {
    find_operator(&session.app, session.organization).await.map_err(|error| store_failure(&error))?.ok_or_else(|| {
        Failure::usage("nobody is there to import as: create an administrator with `hr-scheduling admin create`")
    })
}

/// Says what became of each row that is not as it was, and how many there are of each kind.
fn tell(report: &ImportReport, arguments: &ImportArgs) -> Exit {
    for (line, outcome) in &report.rows {
        match outcome {
            RowOutcome::Refused(faults) => {
                output::say(format_args!("{}:{line}: {}", arguments.file.display(), sentences(faults)));
            }
            RowOutcome::Created if arguments.dry_run => output::say(format_args!("line {line}: new")),
            RowOutcome::Changed if arguments.dry_run => output::say(format_args!("line {line}: changed")),
            RowOutcome::Created | RowOutcome::Changed | RowOutcome::Unchanged => {}
        }
    }
    let count = |kind: &RowOutcome| report.count(|outcome| outcome == kind);
    let refused = report.count(|outcome| matches!(outcome, RowOutcome::Refused(_)));
    let (created, changed, unchanged) =
        (count(&RowOutcome::Created), count(&RowOutcome::Changed), count(&RowOutcome::Unchanged));
    let end = match (report.written, arguments.dry_run) {
        (true, _) => "imported",
        (false, true) => "nothing was written: this was a dry run",
        (false, false) => "nothing was written: mend the rows above and import the file again",
    };
    output::say(format_args!("{created} new, {changed} changed, {unchanged} unchanged, {refused} refused; {end}"));
    if refused == 0 { Exit::Ok } else { Exit::Finding }
}

/// Reads a CSV file with a heading. Its columns may stand in any order; unknown ones are refused.
fn read(path: &Path, columns: &[Column]) -> Result<Vec<Row>, Failure> {
    let refuse = |what: String| Failure::usage(format!("{}: {what}", path.display()));
    let text = std::fs::read(path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_slice());
    let heading = reader.headers().map_err(|error| refuse(error.to_string()))?;
    // Spreadsheets put a byte-order mark before the first heading.
    let names: Vec<String> = heading.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    check_heading(&names, columns).map_err(refuse)?;
    reader
        .into_records()
        .map(|record| record.map(|record| row(&names, &record, &text)).map_err(|error| refuse(error.to_string())))
        .collect()
}

fn check_heading(names: &[String], columns: &[Column]) -> Result<(), String> {
    let known = || columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = names.iter().find(|name| columns.iter().all(|column| column.name != **name)) {
        return Err(format!("the column {unknown:?} is unknown; the columns are {}", known()));
    }
    if let Some(missing) = columns.iter().find(|column| column.required && names.iter().all(|name| name != column.name))
    {
        return Err(format!("the column {} is missing; the columns are {}", missing.name, known()));
    }
    match names.iter().enumerate().find(|(place, name)| names.iter().take(*place).any(|other| other == *name)) {
        Some((_, repeated)) => Err(format!("the column {repeated} is there twice")),
        None => Ok(()),
    }
}

fn row(names: &[String], record: &StringRecord, text: &[u8]) -> Row {
    Row {
        line: record.position().map_or(0, |position| line(position, text)),
        cells: names.iter().cloned().zip(record.iter().map(str::to_owned)).collect(),
    }
}

/// The line on which a record begins: its position is where the one before ended, and blank lines may lie between.
fn line(position: &Position, text: &[u8]) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let between = text.iter().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n'));
    between.filter(|byte| **byte == b'\n').fold(position.line(), |line, _| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(names: &[&str]) -> Result<(), String> {
        check_heading(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), SHIFT_COLUMNS)
    }

    #[test]
    fn headings_are_checked_before_any_row() {
        assert_eq!(heading(&["on", "template", "target"]), Ok(()));
        assert!(heading(&["on", "template"]).unwrap_err().contains("target is missing"));
        assert!(heading(&["on", "template", "target", "colour"]).unwrap_err().contains("\"colour\" is unknown"));
        assert!(heading(&["on", "template", "target", "on"]).unwrap_err().contains("on is there twice"));
    }

    #[test]
    fn rows_know_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shifts.csv");
        std::fs::write(
            &path,
            "\u{feff}template, on ,target\nWD,2026-03-02,3\n\n\"W\nN\",2026-03-03,4\nWE,2026-03-04,1\n",
        )
        .unwrap();
        let rows = read(&path, SHIFT_COLUMNS).unwrap();
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 6]);
        assert_eq!(rows[0].cells[1], ("on".to_owned(), "2026-03-02".to_owned()));
    }
}
