//! What else the server's one secret is good for: keys derived from it, each for one purpose (HKDF, RFC 5869).

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use super::keys::{TokenKeys, WeakSecret};
use super::opaque_token::hex;

const NONCE_BYTES: usize = 12;
const SALT: &[u8] = b"hr-scheduling derived keys v1";

/// A text that was sealed by nobody here, or for something else; or the machine gave no random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a secret cannot be sealed or opened with the server's key")]
pub struct SealError;

impl From<Unspecified> for SealError {
    fn from(_: Unspecified) -> Self {
        Self
    }
}

/// The derived keys. What an earlier secret sealed can still be opened while that secret is named.
pub struct DerivedKeys {
    current: Derived,
    previous: Vec<Derived>,
}

struct Derived {
    id: String,
    mac: hmac::Key,
    seal: RandomizedNonceKey,
}

impl DerivedKeys {
    /// Derives from `secret`.
    pub fn try_new(secret: &[u8]) -> Result<Self, WeakSecret> {
        Ok(Self { current: Derived::try_new(secret)?, previous: Vec::new() })
    }

    /// Also opens what a secret sealed that was used before.
    pub fn with_previous(mut self, secret: &[u8]) -> Result<Self, WeakSecret> {
        self.previous.push(Derived::try_new(secret)?);
        Ok(self)
    }

    /// A digest of texts that only this server can make, for one purpose.
    pub(crate) fn digest(&self, purpose: &str, parts: &[&str]) -> String {
        self.current.digest(purpose, parts)
    }

    /// Whether `digest` is the one of these texts, by the secret in use or one before it; takes the same time for all of
    /// its length.
    pub(crate) fn is_digest(&self, digest: &str, purpose: &str, parts: &[&str]) -> bool {
        let is_by =
            |key: &Derived| verify_slices_are_equal(digest.as_bytes(), key.digest(purpose, parts).as_bytes()).is_ok();
        std::iter::once(&self.current).chain(&self.previous).any(is_by)
    }

    /// Encrypts `secret`; it opens only as something of `owner`.
    pub fn seal(&self, owner: &str, secret: &[u8]) -> Result<String, SealError> {
        let mut text = secret.to_vec();
        let nonce = self.current.seal.seal_in_place_append_tag(Aad::from(owner), &mut text)?;
        let sealed = [nonce.as_ref().as_slice(), &text].concat();
        Ok(format!("{}.{}", self.current.id, URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Whether the secret in use sealed this, not one before it.
    pub fn is_current(&self, sealed: &str) -> bool {
        sealed.split_once('.').is_some_and(|(id, _)| id == self.current.id)
    }

    /// What was sealed for `owner`.
    pub fn open(&self, owner: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (id, sealed) = sealed.split_once('.').ok_or(SealError)?;
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        let key = keys.find(|key| key.id == id).ok_or(SealError)?;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError)?;
        let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or(SealError)?;
        let mut text = Zeroizing::new(text.to_vec());
        let nonce = Nonce::try_assume_unique_for_key(nonce)?;
        let length = key.seal.open_in_place(nonce, Aad::from(owner), &mut text)?.len();
        text.truncate(length);
        Ok(text)
    }
}

impl Derived {
    fn try_new(secret: &[u8]) -> Result<Self, WeakSecret> {
        if secret.len() < TokenKeys::MIN_SECRET_BYTES {
            return Err(WeakSecret);
        }
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(secret);
        let key = |purpose: &[u8]| -> Result<Zeroizing<[u8; 32]>, Unspecified> {
            let mut key = Zeroizing::new([0; 32]);
            root.expand(&[purpose], hkdf::HKDF_SHA256)?.fill(key.as_mut_slice())?;
            Ok(key)
        };
        let derive = || -> Result<Self, Unspecified> {
            let seal = RandomizedNonceKey::new(&AES_256_GCM, key(b"seal")?.as_slice())?;
            let mac = hmac::Key::new(hmac::HMAC_SHA256, key(b"mac")?.as_slice());
            let id = hex(&Sha256::digest(key(b"id")?.as_slice())).chars().take(8).collect();
            Ok(Self { id, mac, seal })
        };
        // Lengths are constant and right, so that only a secret can be refused here.
        derive().map_err(|_| WeakSecret)
    }

    fn digest(&self, purpose: &str, parts: &[&str]) -> String {
        let mut context = hmac::Context::with_key(&self.mac);
        for part in std::iter::once(&purpose).chain(parts) {
            // Their lengths keep ("ab", "c") and ("a", "bc") apart.
            context.update(&part.len().to_be_bytes());
            context.update(part.as_bytes());
        }
        hex(context.sign().as_ref()).chars().take(32).collect()
    }
}

impl fmt::Debug for DerivedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DerivedKeys").field("current", &self.current.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[u8] = b"an old secret of thirty-two bytes";
    const NEW: &[u8] = b"a new secret with thirty-two bytes";

    #[test]
    fn what_is_sealed_opens_for_its_owner_alone() {
        let keys = DerivedKeys::try_new(NEW).unwrap();
        let sealed = keys.seal("1/7", b"a secret").unwrap();
        assert_eq!(keys.open("1/7", &sealed).unwrap().as_slice(), b"a secret");
        assert_eq!(keys.open("1/8", &sealed), Err(SealError));
        assert_ne!(keys.seal("1/7", b"a secret").unwrap(), sealed, "nobody sees that two are alike");
        for bad in ["", "x", ".", "00000000.AAAA", &format!("{sealed}A"), sealed.split_at(20).0] {
            assert_eq!(keys.open("1/7", bad), Err(SealError), "{bad}");
        }
    }

    #[test]
    fn an_earlier_secret_opens_only_while_it_is_named() {
        let sealed = DerivedKeys::try_new(OLD).unwrap().seal("1/7", b"a secret").unwrap();
        let rotated = DerivedKeys::try_new(NEW).unwrap().with_previous(OLD).unwrap();
        assert!(rotated.open("1/7", &sealed).is_ok() && !rotated.is_current(&sealed));
        assert!(rotated.is_current(&rotated.seal("1/7", b"a secret").unwrap()));
        assert!(DerivedKeys::try_new(NEW).unwrap().open("1/7", &sealed).is_err());
        assert!(DerivedKeys::try_new(b"short").is_err());
    }

    #[test]
    fn a_digest_depends_on_every_part_and_on_the_key() {
        let keys = DerivedKeys::try_new(NEW).unwrap();
        let digest = keys.digest("test", &["ab", "c"]);
        assert!(keys.is_digest(&digest, "test", &["ab", "c"]));
        assert!(!keys.is_digest(&digest, "test", &["a", "bc"]));
        assert!(!keys.is_digest(&digest, "other", &["ab", "c"]));
        assert!(!DerivedKeys::try_new(OLD).unwrap().is_digest(&digest, "test", &["ab", "c"]));
        let old = DerivedKeys::try_new(OLD).unwrap().digest("test", &["ab", "c"]);
        assert!(!keys.is_digest(&old, "test", &["ab", "c"]));
        assert!(keys.with_previous(OLD).unwrap().is_digest(&old, "test", &["ab", "c"]));
    }
}
