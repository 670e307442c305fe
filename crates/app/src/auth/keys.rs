//! The keys behind everything that is signed or derived.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::opaque_token::{OpaqueToken, hex};

/// A signing secret that could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a signing secret has at least {min} bytes", min = TokenKeys::MIN_SECRET_BYTES)]
pub struct WeakSecret;

/// The keys that sign and verify, one set for each secret; each purpose has a key of its own, derived from it.
///
/// A key is found by its id, which is derived from the secret too; so a new secret can be put first while what the old
/// one signed runs out.
pub struct TokenKeys {
    pub(super) current: Key,
    pub(super) previous: Vec<Key>,
}

pub(super) struct Key {
    pub(super) id: String,
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    successors: Hmac<Sha256>,
    pub(super) cookies: Hmac<Sha256>,
    pub(super) csrf: Hmac<Sha256>,
}

impl TokenKeys {
    /// As many bytes as the hash has: fewer would weaken the signature (RFC 7518 §3.2).
    pub const MIN_SECRET_BYTES: usize = 32;

    /// Signs and verifies with `secret`.
    pub fn try_new(secret: &[u8]) -> Result<Self, WeakSecret> {
        Ok(Self { current: Key::try_new(secret)?, previous: Vec::new() })
    }

    /// Also verifies with a secret that signed before.
    pub fn with_previous(mut self, secret: &[u8]) -> Result<Self, WeakSecret> {
        self.previous.push(Key::try_new(secret)?);
        Ok(self)
    }

    /// Every key, the one that signs first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// What a refresh token is exchanged for, first by the current key. It follows from the token, so that whoever lost
    /// the reply can be told the same again although only hashes are stored.
    pub(super) fn successors(&self, token: &OpaqueToken) -> impl Iterator<Item = OpaqueToken> {
        self.all().map(|key| token.followed_by(mac(&key.successors, &token.text)))
    }
}

impl Key {
    fn try_new(secret: &[u8]) -> Result<Self, WeakSecret> {
        if secret.len() < TokenKeys::MIN_SECRET_BYTES {
            return Err(WeakSecret);
        }
        let digest = Sha256::digest([b"key id of ", secret].concat());
        Ok(Self {
            id: hex(&digest).chars().take(8).collect(),
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            successors: derived(secret, "successors of refresh tokens")?,
            cookies: derived(secret, "signatures of session cookies")?,
            csrf: derived(secret, "tokens against forged requests")?,
        })
    }
}

/// A key for one purpose alone: what it signs means nothing elsewhere.
fn derived(secret: &[u8], purpose: &str) -> Result<Hmac<Sha256>, WeakSecret> {
    // A key of any length is fine for HMAC, so neither can be refused.
    let root = Hmac::new_from_slice(secret).map_err(|_| WeakSecret)?;
    Hmac::new_from_slice(&mac(&root, purpose)).map_err(|_| WeakSecret)
}

pub(super) fn mac(key: &Hmac<Sha256>, message: &str) -> [u8; 32] {
    key.clone().chain_update(message).finalize().into_bytes().into()
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeys").field("current", &self.current.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use scheduling_domain::id::{OrganizationId, TypedId};

    use super::*;

    #[test]
    fn a_short_secret_is_refused() {
        assert_eq!(TokenKeys::try_new(b"short").err(), Some(WeakSecret));
    }

    #[test]
    fn a_token_has_one_successor_for_each_key() {
        let (old, new) = ([1; 32], [2; 32]);
        let token = OpaqueToken::try_new(OrganizationId::try_new(3).unwrap()).unwrap();
        let successors = |keys: &TokenKeys| keys.successors(&token).map(|token| token.text).collect::<Vec<_>>();
        let before = successors(&TokenKeys::try_new(&old).unwrap());
        let rotated = successors(&TokenKeys::try_new(&new).unwrap().with_previous(&old).unwrap());
        assert_eq!((before.len(), rotated.len()), (1, 2));
        assert_eq!(before[0], rotated[1]);
        assert_ne!(rotated[0], rotated[1]);
        assert_eq!(OpaqueToken::parse(&before[0]).unwrap().organization, token.organization);
    }
}
