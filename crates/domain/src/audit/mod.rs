//! What was done, by whom and why: events that are only ever added, each chained to the one before it.
//!
//! The chain is per organization. An event's hash covers the hash before it, so whoever changes, removes, inserts or
//! reorders events has to write every later hash anew, and the last one no longer is what the store's head, or somebody
//! who noted it down, says it was.

mod chain;
mod walk;

pub use chain::{AuditHash, AuditLink};
pub use walk::{AuditWalk, Tampering};

use jiff::Timestamp;

use crate::id::{TypedId, UserId};
use crate::origin::{Origin, Via};

/// Something that was done. Its texts are what they were when it was done: accounts and objects may be gone since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// In whose name; none where nobody was known.
    pub user_id: Option<i64>,
    /// What the request proved itself with, as [`Via::as_str`] says it.
    pub via: String,
    /// The key it proved itself with, if that was one.
    pub api_key_id: Option<i64>,
    /// The client's address.
    pub address: Option<String>,
    /// Joins it with an answer and log lines.
    pub request_id: Option<String>,
    /// What was done, such as `employee.update`.
    pub operation: String,
    /// The kind of what it was done to, such as `employee`.
    pub object_kind: String,
    /// Which one of that kind; none where there were many or none.
    pub object_id: Option<i64>,
    /// What it was before, as JSON without secrets.
    pub before: Option<String>,
    /// What it is now, as JSON without secrets.
    pub after: Option<String>,
    /// What the rules said, for changes that they judge.
    pub verdict: Option<String>,
    /// The rules that the change breaks, as JSON.
    pub violations: Option<String>,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
}

impl AuditEvent {
    /// An event of which nothing more is known than who did what, when and from where.
    pub fn new(at: Timestamp, user_id: Option<UserId>, origin: &Origin, operation: &str, object_kind: &str) -> Self {
        Self {
            at,
            user_id: user_id.map(TypedId::get),
            via: origin.via.as_str().to_owned(),
            api_key_id: match origin.via {
                Via::ApiKey(key) => Some(key.get()),
                _ => None,
            },
            address: origin.address.map(|address| address.to_string()),
            request_id: origin.request_id.clone(),
            operation: operation.to_owned(),
            object_kind: object_kind.to_owned(),
            object_id: None,
            before: None,
            after: None,
            verdict: None,
            violations: None,
            reason: None,
        }
    }
}

/// What a list of events can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only in this account's name.
    pub user_id: Option<UserId>,
    /// Only done to this kind of thing.
    pub object_kind: Option<String>,
    /// Only done to things of this id.
    pub object_id: Option<i64>,
    /// Only this operation.
    pub operation: Option<String>,
    /// Only of this request.
    pub request_id: Option<String>,
    /// Only at this instant or later.
    pub from: Option<Timestamp>,
    /// Only before this instant.
    pub until: Option<Timestamp>,
}

/// An event in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its place.
    pub link: AuditLink,
    /// What it says.
    pub event: AuditEvent,
}
