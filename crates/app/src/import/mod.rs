//! Imports: many rows of text from elsewhere, taken whole or not at all.
//!
//! A row is found again by its natural key (an employee's number; a shift's template and day), so the same file can be
//! imported twice. Every fault of every row is named with its column, what a row does to people on a shift is judged by the
//! rules as any other edit is, and one bad row keeps all of them out. To import another kind of thing: a file with its
//! columns, its key and its parser, like [`import_employees()`].

mod import_employees;
mod import_shifts;
mod report;
mod row;

pub use import_employees::{EMPLOYEE_COLUMNS, import_employees};
pub use import_shifts::{SHIFT_COLUMNS, import_shifts};
pub use report::{ImportReport, RowOutcome};
pub use row::{Column, Row};

use scheduling_domain::id::ScheduleId;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use thiserror::Error;

use crate::audit::Entry;
use crate::unit::{transient, undo};

/// Why nothing could be imported at all; what is wrong with rows stands in the report.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The actor may not.
    #[error("the actor may not import this")]
    Forbidden,
    /// There is no such schedule.
    #[error("there is no schedule {0}")]
    NoSchedule(ScheduleId),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(ImportError);

/// Keeps what was written when every row is good and it is meant; undoes it otherwise.
async fn settle(
    mut uow: Box<dyn UnitOfWork>,
    outcome: Result<ImportReport, ImportError>,
    entry: Entry,
    dry_run: bool,
) -> Result<ImportReport, ImportError> {
    match outcome {
        Ok(report) if !dry_run && report.is_clean() => {
            let count = |kind: &RowOutcome| report.count(|outcome| outcome == kind);
            entry
                .with("created", count(&RowOutcome::Created))
                .with("changed", count(&RowOutcome::Changed))
                .with("unchanged", count(&RowOutcome::Unchanged))
                .record(uow.as_mut());
            uow.commit().await?;
            Ok(ImportReport { written: true, ..report })
        }
        other => {
            undo(uow).await;
            other
        }
    }
}
