//! From an archive to parts. Nothing is handed out whose seal does not hold.

use std::io::{ErrorKind, Read, Seek};

use scheduling_domain::backup::{BackupDigest, BackupPart, TableShape, compare};
use tokio::sync::mpsc::Sender;

use super::archive::{FORMAT, Head, Kind, MAGIC, MAX_BODY, MAX_HEAD, Manifest};
use super::error::ArchiveError;
use super::seal::Seal;
use crate::config::Secret;

const CUT: ArchiveError = ArchiveError::Damaged("it breaks off");

/// What the archive says of itself, taken at its word: its rows are passed over. The manifest is missing where no key opens
/// it.
pub fn skim(input: &mut (impl Read + Seek), key: Option<&Secret>) -> Result<(Head, Option<Manifest>), ArchiveError> {
    let (head, start) = begin(input)?;
    let mut seal = match Seal::new(&start, head.encryption.as_ref(), key) {
        Ok(seal) => seal,
        Err(ArchiveError::KeyMissing | ArchiveError::OtherKey) => return Ok((head, None)),
        Err(error) => return Err(error),
    };
    loop {
        let (kind, length) = frame_head(input)?;
        if kind == Kind::End {
            let sealed = counted(input, length)?;
            let manifest = json(&inflate(&seal.open_unchained(kind, sealed)?)?)?;
            return Ok((head, Some(manifest)));
        }
        seal.skip();
        input.seek_relative(i64::from(length))?;
    }
}

/// Reads the whole archive and holds every seal and every digest against its rows; `passed` hears how many bytes of rows
/// went by. Blocks.
pub fn check(
    input: &mut impl Read,
    key: Option<&Secret>,
    passed: &dyn Fn(usize),
) -> Result<(Head, Manifest), ArchiveError> {
    let mut manifest = Manifest { tables: Vec::new() };
    let head = read(input, key, &mut |part| {
        match part {
            BackupPart::Rows(rows) => passed(rows.len()),
            BackupPart::End(tables) => manifest.tables = tables,
            BackupPart::Schema(_) | BackupPart::Table(_) => {}
        }
        Ok(())
    })?;
    Ok((head, manifest))
}

/// Hands out the parts of an archive, its end only when all of it is sound. Blocks.
pub fn send_parts(
    input: &mut impl Read,
    key: Option<&Secret>,
    parts: &Sender<BackupPart>,
    passed: &dyn Fn(usize),
) -> Result<(), ArchiveError> {
    read(input, key, &mut |part| {
        if let BackupPart::Rows(rows) = &part {
            passed(rows.len());
        }
        parts.blocking_send(part).map_err(|_| ArchiveError::BrokenOff)
    })
    .map(|_| ())
}

fn read(
    input: &mut impl Read,
    key: Option<&Secret>,
    take: &mut dyn FnMut(BackupPart) -> Result<(), ArchiveError>,
) -> Result<Head, ArchiveError> {
    let (head, start) = begin(input)?;
    let mut seal = Seal::new(&start, head.encryption.as_ref(), key)?;
    take(BackupPart::Schema(head.schema.clone()))?;
    let mut digest = BackupDigest::default();
    loop {
        let (kind, body) = frame(input, &mut seal)?;
        match kind {
            Kind::Table => {
                let shape: TableShape = json(&body)?;
                digest.table(shape.clone());
                take(BackupPart::Table(shape))?;
            }
            Kind::Rows => {
                digest.rows(&body);
                take(BackupPart::Rows(body))?;
            }
            Kind::End => {
                let manifest: Manifest = json(&body)?;
                if input.read(&mut [0])? != 0 {
                    return Err(ArchiveError::Damaged("something follows its end"));
                }
                compare(&manifest.tables, &digest.finish())
                    .map_err(|_| ArchiveError::Damaged("its rows are not those of its manifest"))?;
                take(BackupPart::End(manifest.tables))?;
                return Ok(head);
            }
        }
    }
}

/// The head, and all bytes up to its end.
fn begin(input: &mut impl Read) -> Result<(Head, Vec<u8>), ArchiveError> {
    let mut start = vec![0; MAGIC.len()];
    input.read_exact(&mut start).map_err(|error| cut(error, ArchiveError::NoBackup))?;
    if start != MAGIC {
        return Err(ArchiveError::NoBackup);
    }
    let mut format = [0; 2];
    input.read_exact(&mut format).map_err(|error| cut(error, CUT))?;
    if format != FORMAT.to_be_bytes() {
        return Err(ArchiveError::Format(u16::from_be_bytes(format)));
    }
    start.extend_from_slice(&format);
    let length = length(input, MAX_HEAD)?;
    let text = counted(input, length)?;
    start.extend_from_slice(&length.to_be_bytes());
    start.extend_from_slice(&text);
    Ok((json(&text)?, start))
}

fn frame(input: &mut impl Read, seal: &mut Seal) -> Result<(Kind, Vec<u8>), ArchiveError> {
    let (kind, length) = frame_head(input)?;
    let body = seal.open(kind, counted(input, length)?)?;
    Ok((kind, inflate(&body)?))
}

fn frame_head(input: &mut impl Read) -> Result<(Kind, u32), ArchiveError> {
    let mut kind = [0];
    input.read_exact(&mut kind).map_err(|error| cut(error, CUT))?;
    let kind = Kind::from_byte(u8::from_be_bytes(kind)).ok_or(ArchiveError::Damaged("a frame is of no known kind"))?;
    Ok((kind, length(input, MAX_BODY)?))
}

fn inflate(body: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    const BROKEN: ArchiveError = ArchiveError::Damaged("a frame cannot be decompressed");
    let mut plain = Vec::new();
    let decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(|_| BROKEN)?;
    decoder.take(MAX_BODY.into()).read_to_end(&mut plain).map_err(|_| BROKEN)?;
    Ok(plain)
}

fn length(input: &mut impl Read, most: u32) -> Result<u32, ArchiveError> {
    let mut length = [0; 4];
    input.read_exact(&mut length).map_err(|error| cut(error, CUT))?;
    let length = u32::from_be_bytes(length);
    if length <= most { Ok(length) } else { Err(ArchiveError::Damaged("a length is out of bounds")) }
}

/// So many bytes. What is not there is not asked memory for.
fn counted(input: &mut impl Read, length: u32) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    let got = input.take(length.into()).read_to_end(&mut bytes)?;
    if u32::try_from(got) == Ok(length) { Ok(bytes) } else { Err(CUT) }
}

fn json<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, ArchiveError> {
    serde_json::from_slice(text).map_err(|_| ArchiveError::Damaged("its head or its manifest cannot be read"))
}

fn cut(error: std::io::Error, otherwise: ArchiveError) -> ArchiveError {
    if error.kind() == ErrorKind::UnexpectedEof { otherwise } else { error.into() }
}
