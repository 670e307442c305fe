//! Where entries are kept.

use std::fmt;
use std::time::Duration;

use crate::id::OrganizationId;

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

/// A kind of answer that is kept: what it is made from, and how long it lives.
#[derive(Debug, PartialEq, Eq)]
pub struct CacheFamily {
    /// The prefix of its keys, such as `sites`.
    pub name: &'static str,
    /// The form of its values. Raised whenever that changes, so that two versions of the service never read each other's.
    pub schema: u32,
    /// Every kind of row that its values are made from ([`Entity::KIND`](crate::record::Entity::KIND)).
    pub kinds: &'static [&'static str],
    /// How long a value is served as it is.
    pub fresh: Duration,
    /// How much longer it may be served while somebody makes a new one; zero for never.
    pub stale: Duration,
}

/// Where an answer made from stored rows is kept. To find it, its family's kinds have to be at the generations under which
/// it was made.
#[derive(Debug, Clone)]
pub struct DerivedKey {
    organization: OrganizationId,
    family: &'static CacheFamily,
    name: String,
}

impl DerivedKey {
    /// The answer called `name` of a family. Names may be seen by whoever looks into the cache's server, so they hold ids
    /// and digests, and nothing that somebody typed.
    pub fn new(organization: OrganizationId, family: &'static CacheFamily, name: impl fmt::Display) -> Self {
        Self { organization, family, name: name.to_string() }
    }

    /// Whose it is.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// What it belongs to.
    pub fn family(&self) -> &'static CacheFamily {
        self.family
    }

    /// Where it is kept while its kinds stand at `generation`: `hr:{organization}:family:schema:name:generation`.
    pub fn at(&self, generation: impl fmt::Display) -> CacheKey {
        let Self { organization, family, name } = self;
        CacheKey::new(*organization, format_args!("{}:{}:{name}:{generation}", family.name, family.schema))
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
    fn the_key_of_an_answer_carries_family_schema_and_generation() {
        static SITES: CacheFamily = CacheFamily {
            name: "sites",
            schema: 3,
            kinds: &["site"],
            fresh: Duration::from_secs(60),
            stale: Duration::ZERO,
        };
        let key = DerivedKey::new(NonZeroU32::MIN.into(), &SITES, 7);
        assert_eq!(key.at("ab12").as_str(), "hr:{1}:sites:3:7:ab12");
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
