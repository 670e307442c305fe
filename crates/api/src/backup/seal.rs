//! What keeps frames as they were written: a chain of SHA-256, or AES-256-GCM with a count.
//!
//! Without a key, a seal is the hash over the seal before it and the frame; it tells of damage, not of forgery. With one,
//! the frame is encrypted under a key that only this archive has (HKDF, RFC 5869, with a random salt), so that the frames
//! can be counted by the nonce; the hash of all that stands before the frames is authenticated with each.

use std::fmt::Write;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use sha2::{Digest, Sha256};

use super::archive::{Encryption, Kind};
use super::error::ArchiveError;
use crate::config::Secret;

const HASH_BYTES: usize = 32;
const SALT_BYTES: usize = 32;

/// Seals frames one after another, or opens them in the same order.
pub(super) enum Seal {
    /// The last seal.
    Chained([u8; HASH_BYTES]),
    Encrypted {
        key: LessSafeKey,
        /// The hash of what stands before the frames.
        start: [u8; HASH_BYTES],
        /// The number of the next frame.
        next: u64,
    },
}

impl Seal {
    /// `start` is all that stands before the frames.
    pub(super) fn new(
        start: &[u8],
        encryption: Option<&Encryption>,
        key: Option<&Secret>,
    ) -> Result<Self, ArchiveError> {
        let start = Sha256::digest(start).into();
        let Some(encryption) = encryption else { return Ok(Self::Chained(start)) };
        let secret = key.ok_or(ArchiveError::KeyMissing)?;
        if encryption.key_id != key_id(secret)? {
            return Err(ArchiveError::OtherKey);
        }
        let key = derive(encryption.salt.as_bytes(), secret, b"hr-scheduling backup archive v1")?;
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| ArchiveError::Seal)?;
        Ok(Self::Encrypted { key: LessSafeKey::new(key), start, next: 0 })
    }

    /// The body with its seal.
    pub(super) fn close(&mut self, kind: Kind, mut body: Vec<u8>) -> Result<Vec<u8>, ArchiveError> {
        match self {
            Self::Chained(last) => {
                *last = link(last, kind, &body);
                body.extend_from_slice(last);
            }
            Self::Encrypted { key, start, next } => {
                let nonce = nonce(next);
                key.seal_in_place_append_tag(nonce, Aad::from(context(start, kind)), &mut body)
                    .map_err(|_| ArchiveError::Seal)?;
            }
        }
        Ok(body)
    }

    /// The body without its seal, which has to be that of the next frame.
    pub(super) fn open(&mut self, kind: Kind, mut sealed: Vec<u8>) -> Result<Vec<u8>, ArchiveError> {
        const BROKEN: ArchiveError = ArchiveError::Damaged("a checksum does not hold");
        match self {
            Self::Chained(last) => {
                let length = sealed.len().checked_sub(HASH_BYTES).ok_or(BROKEN)?;
                let seal = sealed.split_off(length);
                *last = link(last, kind, &sealed);
                if seal != *last {
                    return Err(BROKEN);
                }
            }
            Self::Encrypted { key, start, next } => {
                let nonce = nonce(next);
                let opened = key.open_in_place(nonce, Aad::from(context(start, kind)), &mut sealed);
                let length = opened.map_err(|_| BROKEN)?.len();
                sealed.truncate(length);
            }
        }
        Ok(sealed)
    }
}

impl Seal {
    /// Passes over a frame that nobody opens.
    pub(super) fn skip(&mut self) {
        if let Self::Encrypted { next, .. } = self {
            *next = next.saturating_add(1);
        }
    }

    /// Likewise for a frame after some that were skipped: its place in a chain cannot be told.
    pub(super) fn open_unchained(&mut self, kind: Kind, mut sealed: Vec<u8>) -> Result<Vec<u8>, ArchiveError> {
        if let Self::Chained(_) = self {
            sealed.truncate(sealed.len().saturating_sub(HASH_BYTES));
            return Ok(sealed);
        }
        self.open(kind, sealed)
    }
}

/// How a new archive is encrypted with this key.
pub(super) fn new_encryption(key: &Secret) -> Result<Encryption, ArchiveError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|_| ArchiveError::Seal)?;
    Ok(Encryption { salt: hex(&salt), key_id: key_id(key)? })
}

fn link(last: &[u8; HASH_BYTES], kind: Kind, body: &[u8]) -> [u8; HASH_BYTES] {
    Sha256::new().chain_update(last).chain_update([kind.byte()]).chain_update(body).finalize().into()
}

fn context(start: &[u8; HASH_BYTES], kind: Kind) -> Vec<u8> {
    [start.as_slice(), &[kind.byte()]].concat()
}

/// The number of the frame; the key is this archive's alone, so no number comes twice.
fn nonce(next: &mut u64) -> Nonce {
    let mut bytes = [0; 12];
    for (byte, digit) in bytes.iter_mut().rev().zip(next.to_le_bytes()) {
        *byte = digit;
    }
    *next = next.saturating_add(1);
    Nonce::assume_unique_for_key(bytes)
}

fn key_id(key: &Secret) -> Result<String, ArchiveError> {
    let derived = derive(b"hr-scheduling", key, b"hr-scheduling backup key id v1")?;
    Ok(hex(&derived).chars().take(16).collect())
}

fn derive(salt: &[u8], key: &Secret, purpose: &[u8]) -> Result<[u8; 32], ArchiveError> {
    let mut derived = [0; 32];
    Salt::new(HKDF_SHA256, salt)
        .extract(key.reveal().as_bytes())
        .expand(&[purpose], &AES_256_GCM)
        .and_then(|material| material.fill(&mut derived))
        .map_err(|_| ArchiveError::Seal)?;
    Ok(derived)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a string takes what it is given
        text
    })
}
