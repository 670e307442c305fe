//! What diesel and SQLite say, in the port's words.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use scheduling_domain::ports::StoreError;
use thiserror::Error;

/// Why a database file could not be opened or brought up to date.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder of the file is not there and cannot be made, or cannot be written to.
    #[error("the folder {} cannot be written to", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file cannot be read and written.
    #[error("the database file {} cannot be opened", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system or SQLite said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The file is something else.
    #[error("{} is not a database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A newer binary has migrated the file.
    #[error("the database has migration {migration}, which this version of the program does not know")]
    NewerSchema {
        /// The newest migration that is not known here.
        migration: String,
    },
    /// A migration failed; none of the pending ones is applied.
    #[error("the database could not be migrated")]
    Migration(#[source] Box<dyn Error + Send + Sync>),
}

/// Turns a failed statement into the port's word for it. `unique` names the columns that only one row may hold a value
/// in; SQLite undoes the failed statement alone, so that the unit of work stays usable.
pub(crate) fn store_error(error: DieselError, unique: &[&'static str]) -> StoreError {
    let DieselError::DatabaseError(kind, information) = &error else {
        return StoreError::Backend(Box::new(error));
    };
    let message = information.message();
    match kind {
        DatabaseErrorKind::UniqueViolation => StoreError::Duplicate(taken(message, unique)),
        DatabaseErrorKind::ForeignKeyViolation => StoreError::Reference("foreign key".to_owned()),
        _ => match message.split_once(": ") {
            Some(("duplicate", column)) => StoreError::Duplicate(taken(column, unique)),
            Some(("reference", kind)) => StoreError::Reference(kind.to_owned()),
            Some(("conflict", _)) => StoreError::Conflict,
            _ if is_busy(information.as_ref()) => StoreError::Unavailable(Box::new(error)),
            _ => StoreError::Backend(Box::new(error)),
        },
    }
}

/// The unique column that `UNIQUE constraint failed: sites.organization_id, sites.name` speaks of.
fn taken(message: &str, unique: &[&'static str]) -> &'static str {
    unique.iter().find(|column| message.ends_with(**column)).copied().unwrap_or("value")
}

fn is_busy(information: &(dyn DatabaseErrorInformation + Send + Sync)) -> bool {
    let message = information.message();
    message.contains("is locked") || message.contains("is full")
}

/// A failure of the machinery around SQLite.
pub(crate) fn backend(error: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::Backend(error.into())
}
