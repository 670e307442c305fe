//! Access tokens: signed claims (RFC 7519, RFC 9068), HS256.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use scheduling_domain::id::{OrganizationId, SessionId, TypedId, UserId};
use serde::{Deserialize, Serialize};

use super::keys::TokenKeys;

const ISSUER: &str = "hr-scheduling";
const AUDIENCE: &str = "hr-scheduling-api";
const TYPE: &str = "at+jwt";

/// What a valid token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bearer {
    pub(crate) organization: OrganizationId,
    pub(crate) user_id: UserId,
    pub(crate) session_id: SessionId,
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
    sid: i64,
    iat: i64,
    exp: i64,
}

impl TokenKeys {
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
            sid: bearer.session_id.get(),
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
        let key = self.all().find(|key| header.kid.as_deref() == Some(&key.id)).ok_or(TokenFault::Forged)?;
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
            session_id: SessionId::try_new(claims.sid).map_err(|_| TokenFault::Forged)?,
        })
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
            session_id: SessionId::try_new(3).unwrap(),
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
    }
}
