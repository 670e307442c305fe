use async_trait::async_trait;

use crate::id::{OrganizationId, UserId};
use crate::ports::{Queries, Repository, StoreError};
use crate::record::Record;
use crate::user::{Credentials, PasswordHash, User};

/// Reads of accounts that come before the organization is known to be the asker's.
#[async_trait]
pub trait UserQueries: Queries<User> {
    /// An account and its credentials.
    async fn find_credentials(
        &self,
        organization: OrganizationId,
        id: UserId,
    ) -> Result<Option<(Record<User>, Credentials)>, StoreError>;

    /// By user name or e-mail, whatever the case of ASCII letters.
    async fn find_by_identifier(
        &self,
        organization: OrganizationId,
        identifier: &str,
    ) -> Result<Option<(Record<User>, Credentials)>, StoreError>;
}

/// Accounts.
#[async_trait]
pub trait UserRepository: Repository<User> {
    /// Sets or replaces the password.
    async fn set_password(&mut self, id: UserId, hash: &PasswordHash) -> Result<(), StoreError>;

    /// Puts another hash of the same password in the place of `known`. MUST leave alone whatever stands there by now if it
    /// is not `known`.
    async fn rehash_password(
        &mut self,
        id: UserId,
        known: &PasswordHash,
        hash: &PasswordHash,
    ) -> Result<(), StoreError>;

    /// Ends everything issued before. MUST raise the epoch by one.
    async fn raise_token_epoch(&mut self, id: UserId) -> Result<(), StoreError>;

    /// An account's credentials, as this unit of work sees them.
    async fn find_credentials(&mut self, id: UserId) -> Result<Option<Credentials>, StoreError>;

    /// The active administrators, in order of id. MUST lock their rows until the unit of work ends, so that two of them
    /// cannot remove each other.
    async fn lock_active_admins(&mut self) -> Result<Vec<UserId>, StoreError>;
}
