use async_trait::async_trait;
use jiff::Timestamp;

use crate::api_key::ApiKey;
use crate::id::{ApiKeyId, OrganizationId, UserId};
use crate::ports::{Queries, Repository, StoreError};
use crate::record::Record;
use crate::user::User;

/// Reads of keys.
#[async_trait]
pub trait ApiKeyQueries: Queries<ApiKey> {
    /// A key by its hash, with the account in whose name it asks. The read behind every request with a key; one round
    /// trip. MUST answer `None` for a key of another organization.
    async fn find_by_hash(
        &self,
        organization: OrganizationId,
        token_hash: &str,
    ) -> Result<Option<(Record<ApiKey>, Record<User>)>, StoreError>;
}

/// Keys. MUST go with the account whose they are.
#[async_trait]
pub trait ApiKeyRepository: Repository<ApiKey> {
    /// Notes that a key was used at `now`. MUST leave the key as it is, its version too, when a use after `before` is noted
    /// already; a key that is gone is passed over.
    async fn mark_used(&mut self, id: ApiKeyId, now: Timestamp, before: Timestamp) -> Result<(), StoreError>;

    /// Removes every key of an account; answers how many.
    async fn delete_of(&mut self, user: UserId) -> Result<u64, StoreError>;
}
