//! Answers kept for a while in front of the store.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::id::OrganizationId;

/// How long an entry lives where nothing else is said.
pub const DEFAULT_CACHE_EXPIRY: Duration = Duration::from_secs(3600);

/// A cache of JSON texts.
///
/// It is an accelerator and never the truth: an adapter that cannot reach its server logs that once, answers as if
/// nothing were stored and forgets what it is given. So no method but [`ping`](Cache::ping) can fail, and no request
/// fails for want of a cache. What could not be deleted for that reason lives until its expiry at most.
///
/// Each MUST below is a case of `scheduling_conformance::cache`.
#[async_trait]
pub trait Cache: Send + Sync {
    /// The text stored under `key`.
    ///
    /// MUST answer exactly what the last `set` stored, of any length and in any script.
    /// MUST answer `None` for a key that was never set, was deleted or has expired.
    async fn get(&self, key: &CacheKey) -> Option<String>;

    /// Stores `text` under `key` for `expiry`.
    ///
    /// MUST replace an earlier text together with its expiry.
    /// MUST NOT let an entry be found after its expiry; an expiry of zero leaves nothing stored.
    async fn set(&self, key: &CacheKey, text: String, expiry: Duration);

    /// Removes the entry and says whether there was one.
    ///
    /// MUST leave other keys alone.
    async fn delete(&self, key: &CacheKey) -> bool;

    /// Whether [`get`](Cache::get) would find something.
    async fn exists(&self, key: &CacheKey) -> bool;

    /// Removes every entry whose key matches and says how many there were.
    ///
    /// MUST leave every other entry alone, those of other organizations above all.
    /// MUST take every character but `*` literally.
    /// MUST clear patterns that match thousands of entries, without blocking the server for other clients.
    async fn clear(&self, pattern: &CachePattern) -> u64;

    /// Asks the server for a sign of life, for health reports and the start of the service.
    async fn ping(&self) -> Result<(), CacheUnavailable>;
}

/// The cache's server gives no answer.
#[derive(Debug, Error)]
#[error("the cache is unavailable")]
pub struct CacheUnavailable(#[source] pub Box<dyn Error + Send + Sync>);

/// Where an entry is kept: `hr:{organization}:name`.
///
/// The braces are part of the key: they make a Redis cluster keep all of an organization's entries on one node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey(String);

impl CacheKey {
    /// The key called `name` within an organization, such as `users:7`.
    pub fn new(organization: OrganizationId, name: impl fmt::Display) -> Self {
        Self(within(organization, name))
    }

    /// The key as the cache's server sees it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Several keys of one organization: `*` stands for any run of characters, also none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachePattern(String);

impl CachePattern {
    /// The keys whose name within the organization matches, such as `users:*`.
    pub fn new(organization: OrganizationId, pattern: impl fmt::Display) -> Self {
        Self(within(organization, pattern))
    }

    /// The pattern over whole keys.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `key` is one of those meant.
    pub fn matches(&self, key: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|head| key.strip_prefix(head)) else {
            return false;
        };
        let Some(tail) = parts.next_back() else {
            return rest.is_empty();
        };
        // The leftmost place for each part leaves the most room for those that follow.
        for part in parts {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(tail)
    }
}

fn within(organization: OrganizationId, name: impl fmt::Display) -> String {
    format!("hr:{{{organization}}}:{name}")
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        let organization = OrganizationId::from(NonZeroU32::MIN);
        CachePattern::new(organization, pattern).matches(CacheKey::new(organization, name).as_str())
    }

    #[test]
    fn a_key_carries_its_organization() {
        assert_eq!(CacheKey::new(NonZeroU32::MIN.into(), "users:7").as_str(), "hr:{1}:users:7");
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, name, expected) in [
            ("users:7", "users:7", true),
            ("users:7", "users:70", false),
            ("users:*", "users:", true),
            ("users:*", "users:7", true),
            ("users:*", "teams:7", false),
            ("*:7", "users:7", true),
            ("*:7", "users:77", false),
            ("u*s:*7", "users:1:7", true),
            ("u*s:*7", "users:1:8", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("**", "", true),
            ("a*b*b", "ab", false),
            ("班*:7", "班次:7", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} on {name}");
        }
    }

    #[test]
    fn another_organization_is_never_meant() {
        let ours = OrganizationId::from(NonZeroU32::MIN);
        let theirs = OrganizationId::from(NonZeroU32::MIN.saturating_add(10));
        assert!(!CachePattern::new(ours, "*").matches(CacheKey::new(theirs, "users:7").as_str()));
    }
}
