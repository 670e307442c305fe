//! What a backup is made of: tables as streams of lines, and digests that a restored table has to equal.
//!
//! Each store writes a row as one line, a JSON array of its columns in the order that [`TableShape`] names, and the rows of
//! a table in the order of its primary key. So the same rows are the same bytes, whoever reads them, and two tables are
//! equal when their [`TableDigest`]s are. Which tables and columns there are the store asks its database, so that none is
//! forgotten.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::ports::StoreError;

/// How many bytes of rows travel together, about.
pub const ROWS_BYTES: usize = 256 * 1024;

/// A table's name, and its columns in the order in which lines have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableShape {
    /// The table's name.
    pub name: String,
    /// Its columns, without those that the database computes.
    pub columns: Vec<String>,
}

/// What one table came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDigest {
    /// The table.
    #[serde(flatten)]
    pub shape: TableShape,
    /// Its rows.
    pub rows: u64,
    /// The bytes of their lines.
    pub bytes: u64,
    /// SHA-256 over these, in hexadecimal digits.
    pub sha256: String,
}

/// A store's content travels as a sequence of these: one [`Self::Schema`], then each [`Self::Table`] with its
/// [`Self::Rows`], then one [`Self::End`]. A sequence without its end is broken off, and nothing of it may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupPart {
    /// The migrations that made the schema, by version, in order.
    Schema(Vec<String>),
    /// The rows that follow are this table's.
    Table(TableShape),
    /// Some whole lines, each with its line feed.
    Rows(Vec<u8>),
    /// All is said, and this is what it came to.
    End(Vec<TableDigest>),
}

/// Sums up what passes.
#[derive(Debug, Clone, Default)]
pub struct BackupDigest {
    done: Vec<TableDigest>,
    current: Option<Running>,
}

#[derive(Debug, Clone)]
struct Running {
    shape: TableShape,
    rows: u64,
    bytes: u64,
    hash: Sha256,
}

impl Running {
    fn finish(self) -> TableDigest {
        let mut sha256 = String::with_capacity(64);
        for byte in self.hash.finalize() {
            let _ = write!(sha256, "{byte:02x}"); // a string takes what it is given
        }
        TableDigest { shape: self.shape, rows: self.rows, bytes: self.bytes, sha256 }
    }
}

impl BackupDigest {
    /// Begins the next table.
    pub fn table(&mut self, shape: TableShape) {
        let next = Running { shape, rows: 0, bytes: 0, hash: Sha256::new() };
        self.done.extend(self.current.replace(next).map(Running::finish));
    }

    /// Adds lines of the table that was begun last. Lines without a table count for nothing.
    pub fn rows(&mut self, lines: &[u8]) {
        if let Some(table) = &mut self.current {
            let ends = lines.split(|byte| *byte == b'\n').count().saturating_sub(1);
            table.rows = table.rows.saturating_add(u64::try_from(ends).unwrap_or(u64::MAX));
            table.bytes = table.bytes.saturating_add(u64::try_from(lines.len()).unwrap_or(u64::MAX));
            table.hash.update(lines);
        }
    }

    /// What every table came to, in the order in which they came.
    pub fn finish(mut self) -> Vec<TableDigest> {
        self.done.extend(self.current.take().map(Running::finish));
        self.done
    }
}

/// What is to become of the rows that are restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreInto {
    /// They are the database's content from now on; it has to be empty before.
    Empty,
    /// They take the place of whatever the database holds.
    Replaced,
    /// They are loaded beside the database's content, compared, and gone again.
    Nothing,
}

/// Why a store could not be read into a backup, or a backup into a store. Whatever was written is undone.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The database to restore into has rows.
    #[error("the database is not empty: it has {organizations} organization(s)")]
    NotEmpty {
        /// How many organizations are in it.
        organizations: i64,
    },
    /// The database to restore into has tables of something else.
    #[error("the database holds tables that are not this program's, such as {0}")]
    Foreign(String),
    /// The database has nothing that could be backed up.
    #[error("the database has no tables yet")]
    Unmigrated,
    /// A newer program made the backup, or has been at the database.
    #[error("its schema is newer than this program: it has migration {0}")]
    NewerSchema(String),
    /// A table cannot be backed up as it is.
    #[error("the table {table} cannot be backed up: {why}")]
    Uncovered {
        /// The table.
        table: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The tables of the backup are not those of the schema that it names.
    #[error("the backup does not fit its schema: {0}")]
    Misfit(String),
    /// What was restored is not what was backed up.
    #[error("the restored table {table} differs: {restored} instead of {expected} rows, or others")]
    Differs {
        /// The first table that differs.
        table: String,
        /// Its rows in the backup.
        expected: u64,
        /// Its rows in the store.
        restored: u64,
    },
    /// The lock that keeps migrations out would stay in a session that is not ours.
    #[error("backups need a session of their own, which a pooler that lends transactions does not give")]
    Pooled,
    /// The sequence ended before its end, or nobody takes it any more.
    #[error("the backup breaks off")]
    BrokenOff,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Says where what was restored differs from what was backed up, if it does.
pub fn compare(expected: &[TableDigest], restored: &[TableDigest]) -> Result<(), BackupError> {
    let find = |digests: &[TableDigest], name: &str| digests.iter().find(|one| one.shape.name == name).cloned();
    let count = |digest: Option<TableDigest>| digest.map_or(0, |digest| digest.rows);
    let names = expected.iter().chain(restored).map(|digest| digest.shape.name.as_str());
    for name in names {
        let (backed_up, stored) = (find(expected, name), find(restored, name));
        if backed_up != stored {
            let table = name.to_owned();
            return Err(BackupError::Differs { table, expected: count(backed_up), restored: count(stored) });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(name: &str) -> TableShape {
        TableShape { name: name.to_owned(), columns: vec!["id".to_owned()] }
    }

    fn digest(tables: &[(&str, &[&str])]) -> Vec<TableDigest> {
        let mut digest = BackupDigest::default();
        for (name, chunks) in tables {
            digest.table(shape(name));
            for chunk in *chunks {
                digest.rows(chunk.as_bytes());
            }
        }
        digest.finish()
    }

    #[test]
    fn a_digest_does_not_depend_on_how_lines_travel_together() {
        let together = digest(&[("sites", &["[1]\n[2]\n"]), ("teams", &[])]);
        let apart = digest(&[("sites", &["[1]\n", "[2]\n"]), ("teams", &[""])]);
        assert_eq!(together, apart);
        assert_eq!((together[0].rows, together[0].bytes, together[1].rows), (2, 8, 0));
    }

    #[test]
    fn a_difference_is_told_by_the_table_it_is_in() {
        let expected = digest(&[("sites", &["[1]\n"]), ("teams", &["[1]\n"])]);
        assert!(compare(&expected, &expected).is_ok());
        for (other, table) in [
            (digest(&[("sites", &["[1]\n"]), ("teams", &["[2]\n"])]), "teams"),
            (digest(&[("sites", &["[1]\n"])]), "teams"),
            (digest(&[("sites", &["[1]\n"]), ("teams", &["[1]\n"]), ("skills", &[])]), "skills"),
        ] {
            let found = compare(&expected, &other);
            assert!(matches!(&found, Err(BackupError::Differs { table: name, .. }) if name == table), "{found:?}");
        }
    }
}
