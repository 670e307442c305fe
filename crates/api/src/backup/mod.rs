//! Backups as files. A store is read and written by its adapter ([`scheduling_domain::backup`]); here is what lies between.
//!
//! An archive is
//!
//! ```text
//! "hr-scheduling backup\n"   what it is
//! u16                        version of the format, big-endian like all that follows
//! u32, JSON                  the head: which program and store, when, schema, how it is sealed
//! frames                     u8 kind, u32 length, body; the last is of kind `End`
//! ```
//!
//! A body is compressed (zstd), then sealed ([`seal`]): each seal covers the head and, through the count or the chain of
//! frames, the frame's place, so that nothing can be changed, dropped, swapped or cut off unnoticed. The `End` has the
//! digest of each table: what a restored one has to equal.

mod archive;
mod error;
mod folder;
mod reader;
mod seal;
#[cfg(test)]
mod tests;
mod writer;

pub use archive::{FORMAT, Head, Manifest};
pub use error::ArchiveError;
pub use folder::{Archive, Draft, archives, newest_archive, remove_oldest};
pub use reader::{check, send_parts, skim};
pub use writer::write_parts;
