use std::io;

use thiserror::Error;

/// Why an archive cannot be written or read.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The file is something else.
    #[error("it is no backup")]
    NoBackup,
    /// The file has a format that this program does not know.
    #[error("it has format {0}, which this program does not know")]
    Format(u16),
    /// The bytes are not those that were written.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    /// The archive is encrypted, and there is no key.
    #[error("it is encrypted, and no key is given")]
    KeyMissing,
    /// The archive is encrypted with another key.
    #[error("it is encrypted with another key")]
    OtherKey,
    /// Whoever took or gave the parts has stopped.
    #[error("the other end has stopped")]
    BrokenOff,
    /// More than fits into a frame.
    #[error("a row is too large")]
    TooLarge,
    /// Encryption failed.
    #[error("it cannot be encrypted")]
    Seal,
    /// The file cannot be read or written.
    #[error("it cannot be read or written")]
    File(#[from] io::Error),
}

impl ArchiveError {
    /// Whether this says something of the archive, and not of the machine or the key.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::NoBackup | Self::Format(_) | Self::Damaged(_))
    }
}
