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
