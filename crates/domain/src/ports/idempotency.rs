use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::ports::StoreError;

/// What tells a repeated request from a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The account that asks; keys of different accounts never meet.
    pub user_id: UserId,
    /// The client's key, 1 to 255 visible ASCII characters.
    pub key: String,
    /// SHA-256 over method, path and body, in hexadecimal.
    pub fingerprint: String,
}

/// The answer a key was given, to be given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// JSON text.
    pub body: String,
    /// `ETag`, if any.
    pub etag: Option<String>,
    /// `Location`, if any.
    pub location: Option<String>,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// Never seen, or longer ago than it is kept: now held by this unit of work.
    New,
    /// Another unit of work holds it at this moment.
    InFlight,
    /// It was used for another request.
    Mismatch,
    /// Answered before.
    Done(StoredResponse),
}

/// Answers to requests that may be repeated, stored in the transaction of their write.
#[async_trait]
pub trait IdempotencyRepository: Send {
    /// Takes a key. MUST answer `New` to one unit of work at the most until that one ends; a store with a single
    /// writer may let the others wait instead of answering `InFlight`. MUST treat a key that expired before `now` as
    /// never seen. MUST forget the key when the unit of work rolls back.
    async fn take(&mut self, key: &IdempotencyKey, now: Timestamp) -> Result<KeyState, StoreError>;

    /// Stores the answer of a key that this unit of work holds.
    async fn finish(
        &mut self,
        key: &IdempotencyKey,
        response: &StoredResponse,
        expires_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Removes keys that expired before `before`; answers how many. MUST remove no more than `at_most`.
    async fn delete_expired(&mut self, before: Timestamp, at_most: u32) -> Result<u64, StoreError>;
}
