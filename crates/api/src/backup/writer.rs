//! From parts to an archive.

use std::io::Write;

use jiff::Timestamp;
use scheduling_domain::backup::{BackupPart, TableDigest};
use serde::Serialize;
use tokio::sync::mpsc::Receiver;

use super::archive::{FORMAT, Head, Kind, MAGIC, MAX_BODY, Manifest};
use super::error::ArchiveError;
use super::seal::{Seal, new_encryption};
use crate::config::Secret;

/// The level at which zstd is still faster than a disk.
const LEVEL: i32 = 3;

/// Writes what comes, until its end; `passed` hears how many bytes of rows went by. Blocks.
pub fn write_parts(
    out: &mut impl Write,
    store: &str,
    created_at: Timestamp,
    key: Option<&Secret>,
    parts: &mut Receiver<BackupPart>,
    passed: &dyn Fn(usize),
) -> Result<Manifest, ArchiveError> {
    let Some(BackupPart::Schema(schema)) = parts.blocking_recv() else { return Err(ArchiveError::BrokenOff) };
    let head = Head {
        product: env!("CARGO_PKG_VERSION").to_owned(),
        store: store.to_owned(),
        created_at,
        schema,
        encryption: key.map(new_encryption).transpose()?,
    };
    let mut frames = Frames::begin(out, &head, key)?;
    loop {
        match parts.blocking_recv().ok_or(ArchiveError::BrokenOff)? {
            BackupPart::Schema(_) => {}
            BackupPart::Table(shape) => frames.write(Kind::Table, &json(&shape)?)?,
            BackupPart::Rows(rows) => {
                frames.write(Kind::Rows, &rows)?;
                passed(rows.len());
            }
            BackupPart::End(tables) => return frames.end(tables),
        }
    }
}

/// Frames, one after another.
struct Frames<'a, W> {
    out: &'a mut W,
    seal: Seal,
}

impl<'a, W: Write> Frames<'a, W> {
    fn begin(out: &'a mut W, head: &Head, key: Option<&Secret>) -> Result<Self, ArchiveError> {
        let text = json(head)?;
        let length = u32::try_from(text.len()).map_err(|_| ArchiveError::TooLarge)?;
        let start = [MAGIC, &FORMAT.to_be_bytes(), &length.to_be_bytes(), &text].concat();
        out.write_all(&start)?;
        Ok(Self { seal: Seal::new(&start, head.encryption.as_ref(), key)?, out })
    }

    fn write(&mut self, kind: Kind, body: &[u8]) -> Result<(), ArchiveError> {
        let sealed = self.seal.close(kind, zstd::bulk::compress(body, LEVEL)?)?;
        let length = u32::try_from(sealed.len()).ok().filter(|length| *length <= MAX_BODY);
        let fits = u32::try_from(body.len()).is_ok_and(|length| length <= MAX_BODY);
        let length = length.filter(|_| fits).ok_or(ArchiveError::TooLarge)?;
        self.out.write_all(&[kind.byte()])?;
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(&sealed)?;
        Ok(())
    }

    fn end(mut self, tables: Vec<TableDigest>) -> Result<Manifest, ArchiveError> {
        let manifest = Manifest { tables };
        self.write(Kind::End, &json(&manifest)?)?;
        self.out.flush()?;
        Ok(manifest)
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, ArchiveError> {
    serde_json::to_vec(value).map_err(|error| ArchiveError::File(error.into()))
}
