//! Keys of integrations as text. What they mean stands in the store.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scheduling_domain::id::{OrganizationId, TypedId};
use sha2::{Digest, Sha256};

use super::opaque_token::{hex, random_text};

/// What every key begins with, so that people and scanners for secrets know one when they see it.
const PREFIX: &str = "hrk_";

/// `hrk_organization.secretchecksum`: the organization says where to look, 256 random bits say that it is the one, and the
/// checksum says, without looking, that nobody mistyped it.
pub(crate) struct ApiKeyToken {
    pub(crate) organization: OrganizationId,
    pub(crate) text: String,
}

impl ApiKeyToken {
    pub(crate) fn try_new(organization: OrganizationId) -> Result<Self, getrandom::Error> {
        let body = format!("{PREFIX}{}.{}", organization.get(), random_text::<32>()?);
        let text = format!("{body}{}", checksum(&body));
        Ok(Self { organization, text })
    }

    /// Whether a bearer is meant as a key.
    pub(crate) fn is_meant(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (organization, secret) = text.strip_prefix(PREFIX)?.split_once('.')?;
        let (body, check) = text.split_at_checked(text.len().checked_sub(CHECKSUM_CHARS)?)?;
        (secret.len() == SECRET_CHARS + CHECKSUM_CHARS && check == checksum(body)).then_some(())?;
        Some(Self { organization: organization.parse().ok()?, text: text.to_owned() })
    }

    /// What the store keeps. The key is random enough that a plain digest cannot be turned back.
    pub(crate) fn hash(&self) -> String {
        hex(&Sha256::digest(self.text.as_bytes()))
    }
}

const SECRET_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;

fn checksum(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    URL_SAFE_NO_PAD.encode(digest).chars().take(CHECKSUM_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_a_mistyped_one_does_not() {
        let key = ApiKeyToken::try_new(OrganizationId::try_new(3).unwrap()).unwrap();
        assert!(ApiKeyToken::is_meant(&key.text) && key.text.starts_with("hrk_3."));
        let read = ApiKeyToken::parse(&key.text).unwrap();
        assert_eq!((read.organization, read.hash()), (key.organization, key.hash()));
        let mistyped = key.text.replacen("hrk_3.", "hrk_4.", 1);
        let cut = key.text.get(..key.text.len() - 1).unwrap().to_owned();
        for bad in [mistyped, cut, String::new(), "hrk_".to_owned(), "hrk_3.ü".to_owned(), "hrk_3.short".to_owned()] {
            assert!(ApiKeyToken::parse(&bad).is_none(), "{bad}");
        }
    }
}
