//! The tenant. One is created at first start, and a single company never meets the word.

use crate::id::OrganizationId;

/// The slug of the organization that is created at first start.
pub const DEFAULT_SLUG: &str = "default";

/// A tenant; everything else belongs to exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its identity.
    pub id: OrganizationId,
    /// Its stable short name: lower-case letters, digits and hyphens.
    pub slug: String,
    /// Its name for people.
    pub name: String,
}

/// Whether text has the form of a slug: 1 to 40 lower-case letters, digits and hyphens, with no hyphen at an end.
pub fn is_slug(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(is_letter) && !text.starts_with('-') && !text.ends_with('-')
}
