//! The parts of an archive that reader and writer agree on.

use jiff::Timestamp;
use scheduling_domain::backup::TableDigest;
use serde::{Deserialize, Serialize};

/// What every archive begins with.
pub(super) const MAGIC: &[u8] = b"hr-scheduling backup\n";
/// The version of the format that is written, and the only one that is read.
pub const FORMAT: u16 = 1;
/// No head is longer.
pub(super) const MAX_HEAD: u32 = 1024 * 1024;
/// No body is longer, neither compressed nor otherwise: a damaged length must not ask for all memory.
pub(super) const MAX_BODY: u32 = 512 * 1024 * 1024;

/// What an archive says of itself before its content; not secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the program that made it.
    pub product: String,
    /// The kind of store, as [`crate::wiring::Storage::kind`] names it.
    pub store: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The migrations that made the schema, by version, in order.
    pub schema: Vec<String>,
    /// How it is encrypted; none where it is not.
    pub encryption: Option<Encryption>,
}

/// What finds the key of an archive again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// Makes a key of its own for each archive; hexadecimal digits.
    pub salt: String,
    /// Tells one key from another; hexadecimal digits.
    pub key_id: String,
}

/// What an archive came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Each table.
    pub tables: Vec<TableDigest>,
}

impl Manifest {
    /// The rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    Rows,
    End,
}

impl Kind {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Table => 1,
            Self::Rows => 2,
            Self::End => 3,
        }
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        [Self::Table, Self::Rows, Self::End].into_iter().find(|kind| kind.byte() == byte)
    }
}
