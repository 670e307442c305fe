use std::error::Error;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use crate::id::{OrganizationId, UserId};
use crate::ports::SharedPoolStatus;

/// How long after somebody was last noticed they count as active.
pub const PRESENCE_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// Who was active of late, over all instances. It counts people and tells nobody who they are.
///
/// Each MUST below is a case of `scheduling_conformance::presence`.
#[async_trait]
pub trait Presence: Send + Sync {
    /// Notes that these accounts were active at `now`.
    ///
    /// MUST count an account once however often it is noted, and the same number in two organizations twice.
    async fn note(&self, accounts: &[(OrganizationId, UserId)], now: Timestamp) -> Result<(), PresenceUnavailable>;

    /// How many accounts were noted within [`PRESENCE_WINDOW`] before `now`.
    ///
    /// MUST leave out those that were noted before that.
    async fn count(&self, now: Timestamp) -> Result<u64, PresenceUnavailable>;

    /// How busy its connections are; none where it is within the process or the store.
    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        None
    }
}

/// The server that counts gives no answer.
#[derive(Debug, Error)]
#[error("nobody knows who is active")]
pub struct PresenceUnavailable(#[source] pub Box<dyn Error + Send + Sync>);
