use async_trait::async_trait;
use jiff::Timestamp;

use crate::id::{OrganizationId, OutboxEventId};
use crate::ports::StoreError;

/// Something that happened, and that has to be told outside of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEvent {
    /// Its identity; events of one topic are told in this order.
    pub id: OutboxEventId,
    /// Who is to be told, such as `cache`.
    pub topic: String,
    /// What, as JSON text whose form the topic defines.
    pub payload: String,
    /// When it happened.
    pub created_at: Timestamp,
}

/// Reads of events that wait.
#[async_trait]
pub trait OutboxQueries: Send + Sync {
    /// Every event of a topic that is committed and not yet told, in order of id.
    async fn waiting(&self, organization: OrganizationId, topic: &str) -> Result<Vec<OutboxEvent>, StoreError>;
}

/// The transactional outbox: what is appended is told if, and only if, the unit of work commits; at least once, and in
/// order within an organization and topic.
#[async_trait]
pub trait OutboxRepository: Send {
    /// Adds an event. MUST be seen by nobody before the commit, and be gone after a rollback.
    async fn append(&mut self, topic: &str, payload: &str, now: Timestamp) -> Result<OutboxEventId, StoreError>;

    /// Takes the oldest events of a topic, `limit` at the most, that were appended before `before`; whoever has told them
    /// removes them and commits, and a rollback leaves them waiting. MUST answer in order of id. MUST give a topic's events
    /// to one unit of work only until that one ends, answering the others nothing; a store with a single writer may let
    /// them wait instead.
    async fn claim(&mut self, topic: &str, before: Timestamp, limit: u32) -> Result<Vec<OutboxEvent>, StoreError>;

    /// Removes events that were told; ids that are not there are passed over. Answers how many. MUST NOT wait for a row that
    /// another unit of work has claimed.
    async fn remove(&mut self, ids: &[OutboxEventId]) -> Result<u64, StoreError>;
}
