//! How events are chained.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::AuditEvent;
use crate::id::OrganizationId;

/// SHA-256 over an event and all that came before it; written in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuditHash([u8; 32]);

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl AuditHash {
    /// A stored hash. Text that is none reads as one that no event has, so that whoever verifies the chain finds it.
    pub fn read(text: &str) -> Self {
        text.parse().unwrap_or(AuditLink::START.hash)
    }
}

impl FromStr for AuditHash {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut hash = [0; 32];
        if text.len() != 2 * hash.len() || !text.is_ascii() {
            return Err(());
        }
        for (place, byte) in hash.iter_mut().enumerate() {
            let digits = text.get(2 * place..2 * place + 2).filter(|digits| !digits.starts_with('+')).ok_or(())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| ())?;
        }
        Ok(Self(hash))
    }
}

/// A place in an organization's chain: how many events there are up to it, and the hash over all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditLink {
    /// The number of the event, from 1 without gaps.
    pub sequence: i64,
    /// The hash over it and all before it.
    pub hash: AuditHash,
}

impl AuditLink {
    /// Before the first event.
    pub const START: Self = Self { sequence: 0, hash: AuditHash([0; 32]) };

    /// The link that an event makes after this one.
    #[must_use]
    pub fn next(&self, organization: OrganizationId, event: &AuditEvent) -> Self {
        let sequence = self.sequence.saturating_add(1);
        Self { sequence, hash: digest(organization, sequence, self.hash, event) }
    }
}

impl fmt::Display for AuditLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.hash)
    }
}

impl FromStr for AuditLink {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (sequence, hash) = text.split_once(':').ok_or(())?;
        Ok(Self { sequence: sequence.parse().ok().filter(|sequence| 0 < *sequence).ok_or(())?, hash: hash.parse()? })
    }
}

/// The one encoding that is hashed: a name for it, then every field as a mark for "there" or "not there", its length
/// and its text. So no two events have the same encoding, and a release that adds a field has to give it a new name.
fn digest(organization: OrganizationId, sequence: i64, previous: AuditHash, event: &AuditEvent) -> AuditHash {
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    let mut hasher = Sha256::new();
    let mut add = |field: Option<&str>| match field {
        Some(text) => {
            hasher.update([1]);
            hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(text);
        }
        None => hasher.update([0]),
    };
    add(Some("hr-scheduling audit 1"));
    add(Some(&organization.to_string()));
    add(Some(&sequence.to_string()));
    add(Some(&previous.to_string()));
    add(Some(&event.at.as_microsecond().to_string()));
    add(number(event.user_id).as_deref());
    add(Some(&event.via));
    add(number(event.api_key_id).as_deref());
    add(event.address.as_deref());
    add(event.request_id.as_deref());
    add(Some(&event.operation));
    add(Some(&event.object_kind));
    add(number(event.object_id).as_deref());
    add(event.before.as_deref());
    add(event.after.as_deref());
    add(event.verdict.as_deref());
    add(event.violations.as_deref());
    add(event.reason.as_deref());
    AuditHash(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use jiff::Timestamp;

    use super::*;
    use crate::origin::Origin;

    fn event() -> AuditEvent {
        let at = Timestamp::UNIX_EPOCH;
        AuditEvent::new(at, Some(NonZeroU32::MIN.into()), &Origin::COMMAND_LINE, "site.create", "site")
    }

    #[test]
    fn every_field_and_the_place_decide_on_the_hash() {
        let organization = OrganizationId::from(NonZeroU32::MIN);
        let other = OrganizationId::from(NonZeroU32::MIN.saturating_add(1));
        let text = || Some("x".to_owned());
        let first = AuditLink::START.next(organization, &event());
        let variants = [
            AuditLink::START.next(other, &event()),
            first.next(organization, &event()),
            AuditLink { sequence: 0, ..first }.next(organization, &event()),
        ];
        let changed = [
            AuditEvent { at: Timestamp::from_microsecond(1).unwrap(), ..event() },
            AuditEvent { user_id: None, ..event() },
            AuditEvent { user_id: Some(2), ..event() },
            AuditEvent { via: "session".to_owned(), ..event() },
            AuditEvent { api_key_id: Some(1), ..event() },
            AuditEvent { address: text(), ..event() },
            AuditEvent { request_id: text(), ..event() },
            AuditEvent { operation: "x".to_owned(), ..event() },
            AuditEvent { object_kind: "x".to_owned(), ..event() },
            AuditEvent { object_id: Some(1), ..event() },
            AuditEvent { before: text(), ..event() },
            AuditEvent { after: text(), ..event() },
            AuditEvent { verdict: text(), ..event() },
            AuditEvent { violations: text(), ..event() },
            AuditEvent { reason: text(), ..event() },
            AuditEvent { reason: Some(String::new()), ..event() },
        ];
        let mut hashes: Vec<String> = changed
            .iter()
            .map(|event| AuditLink::START.next(organization, event))
            .chain(variants)
            .chain([first])
            .map(|link| link.hash.to_string())
            .collect();
        let all = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }

    #[test]
    fn the_encoding_stays_as_it_is() {
        let link = AuditLink::START.next(NonZeroU32::MIN.into(), &event());
        assert_eq!(link.hash.to_string(), "9060178b6a7c7b9b86d752c8ae1eb1ce929447e806927dd3425d3d881c468b97");
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = AuditLink::START.next(NonZeroU32::MIN.into(), &event()).hash;
        assert_eq!(hash.to_string().parse(), Ok(hash));
        let link = AuditLink { sequence: 7, hash };
        assert_eq!(link.to_string().parse(), Ok(link));
        assert_eq!(format!("0:{hash}").parse::<AuditLink>(), Err(()));
        for bad in ["", "00", &"g".repeat(64), &"+1".repeat(32), &"0".repeat(65)] {
            assert_eq!(bad.parse::<AuditHash>(), Err(()), "{bad}");
        }
    }
}
