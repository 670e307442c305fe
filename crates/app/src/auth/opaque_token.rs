//! Opaque tokens as text: to refresh a sign-in, to choose a password. What they mean stands in the store.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scheduling_domain::id::{OrganizationId, TypedId};
use sha2::{Digest, Sha256};

/// `organization.secret`: the organization says where to look, 256 random bits say that it is the one.
pub(crate) struct OpaqueToken {
    pub(crate) organization: OrganizationId,
    pub(crate) text: String,
}

impl OpaqueToken {
    pub(crate) fn try_new(organization: OrganizationId) -> Result<Self, getrandom::Error> {
        let text = format!("{}.{}", organization.get(), random_text::<32>()?);
        Ok(Self { organization, text })
    }

    /// Another token of the same organization.
    pub(super) fn followed_by(&self, secret: [u8; 32]) -> Self {
        let text = format!("{}.{}", self.organization, URL_SAFE_NO_PAD.encode(secret));
        Self { organization: self.organization, text }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (organization, secret) = text.split_once('.')?;
        let is_whole = secret.len() == 43;
        is_whole.then_some(())?;
        Some(Self { organization: organization.parse().ok()?, text: text.to_owned() })
    }

    /// What the store keeps. The token is random enough that a plain digest cannot be turned back.
    pub(crate) fn hash(&self) -> String {
        hex(&Sha256::digest(self.text.as_bytes()))
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `BYTES` random bytes of the operating system, as text.
pub(super) fn random_text<const BYTES: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_hashes_alike() {
        let token = OpaqueToken::try_new(OrganizationId::try_new(3).unwrap()).unwrap();
        let read = OpaqueToken::parse(&token.text).unwrap();
        assert_eq!(read.organization, token.organization);
        assert_eq!((read.hash(), read.hash().len()), (token.hash(), 64));
        for bad in ["", "3", "3.short", "0.", ".x"] {
            assert!(OpaqueToken::parse(bad).is_none(), "{bad}");
        }
    }
}
