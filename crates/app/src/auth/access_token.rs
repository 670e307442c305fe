//! Access tokens: signed claims (RFC 7519, RFC 9068), HS256.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use scheduling_domain::id::{OrganizationId, TypedId, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::hex;

const ISSUER: &str = "hr-scheduling";
const AUDIENCE: &str = "hr-scheduling-api";
const TYPE: &str = "at+jwt";

/// A signing secret that could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a signing secret has at least {min} bytes", min = TokenKeys::MIN_SECRET_BYTES)]
pub struct WeakSecret;

/// The keys that sign and verify access tokens.
///
/// A key is found by its id, which is derived from the secret; so a new secret can be put first while tokens of the old
/// one run out.
pub struct TokenKeys {
    current: Key,
    previous: Vec<Key>,
}

struct Key {
    id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// What a valid token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bearer {
    pub(crate) organization: OrganizationId,
    pub(crate) user_id: UserId,
    pub(crate) token_epoch: i64,
}

/// Why a token is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenFault {
    Forged,
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    org: i64,
    epoch: i64,
    iat: i64,
    exp: i64,
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

    pub(crate) fn sign(
        &self,
        bearer: Bearer,
        now: Timestamp,
        life: SignedDuration,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: bearer.user_id.to_string(),
            org: bearer.organization.get(),
            epoch: bearer.token_epoch,
            iat: now.as_second(),
            exp: now.as_second().saturating_add(life.as_secs()),
        };
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.current.id.clone());
        encode(&header, &claims, &self.current.encoding)
    }

    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<Bearer, TokenFault> {
        let header = decode_header(token).map_err(|_| TokenFault::Forged)?;
        if header.typ.as_deref() != Some(TYPE) {
            return Err(TokenFault::Forged);
        }
        let key = std::iter::once(&self.current)
            .chain(&self.previous)
            .find(|key| header.kid.as_deref() == Some(&key.id))
            .ok_or(TokenFault::Forged)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library would ask the machine for the time.
        validation.validate_exp = false;
        let claims = decode::<Claims>(token, &key.decoding, &validation).map_err(|_| TokenFault::Forged)?.claims;
        if claims.exp <= now.as_second() {
            return Err(TokenFault::Expired);
        }
        Ok(Bearer {
            organization: OrganizationId::try_new(claims.org).map_err(|_| TokenFault::Forged)?,
            user_id: claims.sub.parse().map_err(|_| TokenFault::Forged)?,
            token_epoch: claims.epoch,
        })
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
        })
    }
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeys").field("current", &self.current.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[u8] = b"an old secret of thirty-two bytes";
    const NEW: &[u8] = b"a new secret with thirty-two bytes";
    const LIFE: SignedDuration = SignedDuration::from_mins(15);

    fn bearer() -> Bearer {
        Bearer {
            organization: OrganizationId::try_new(1).unwrap(),
            user_id: UserId::try_new(7).unwrap(),
            token_epoch: 3,
        }
    }

    #[test]
    fn a_token_says_who_until_it_expires() {
        let keys = TokenKeys::try_new(NEW).unwrap();
        let token = keys.sign(bearer(), Timestamp::UNIX_EPOCH, LIFE).unwrap();
        assert_eq!(keys.verify(&token, Timestamp::from_second(899).unwrap()), Ok(bearer()));
        assert_eq!(keys.verify(&token, Timestamp::from_second(900).unwrap()), Err(TokenFault::Expired));
    }

    #[test]
    fn a_retired_secret_verifies_only_while_it_is_named() {
        let token = TokenKeys::try_new(OLD).unwrap().sign(bearer(), Timestamp::UNIX_EPOCH, LIFE).unwrap();
        let rotated = TokenKeys::try_new(NEW).unwrap().with_previous(OLD).unwrap();
        assert_eq!(rotated.verify(&token, Timestamp::UNIX_EPOCH), Ok(bearer()));
        let alone = TokenKeys::try_new(NEW).unwrap();
        assert_eq!(alone.verify(&token, Timestamp::UNIX_EPOCH), Err(TokenFault::Forged));
    }

    #[test]
    fn what_is_not_ours_is_forged() {
        let keys = TokenKeys::try_new(NEW).unwrap();
        let token = keys.sign(bearer(), Timestamp::UNIX_EPOCH, LIFE).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let mirrored: String = signature.chars().rev().collect();
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.";
        for forged in [format!("{signed}.{mirrored}"), unsigned.to_owned(), String::new(), "a.b.c".to_owned()] {
            assert_eq!(keys.verify(&forged, Timestamp::UNIX_EPOCH), Err(TokenFault::Forged), "{forged}");
        }
        assert_eq!(TokenKeys::try_new(b"short").err(), Some(WeakSecret));
    }
}
