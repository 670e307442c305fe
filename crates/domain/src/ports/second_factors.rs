use async_trait::async_trait;
use jiff::Timestamp;

use crate::id::UserId;
use crate::ports::StoreError;
use crate::second_factor::SecondFactor;

/// Second factors and their recovery codes.
#[async_trait]
pub trait SecondFactorRepository: Send {
    /// MUST lock the row until the unit of work ends, so that a code is taken once.
    async fn find_locked(&mut self, user: UserId) -> Result<Option<SecondFactor>, StoreError>;

    /// Inserts a factor or replaces its owner's earlier one. MUST keep
    /// [`Credentials::has_second_factor`](crate::user::Credentials::has_second_factor) equal to its `is_confirmed`.
    async fn put(&mut self, factor: &SecondFactor, now: Timestamp) -> Result<(), StoreError>;

    /// Removes a factor and its recovery codes; answers whether there was one. MUST clear
    /// [`Credentials::has_second_factor`](crate::user::Credentials::has_second_factor).
    async fn delete(&mut self, user: UserId) -> Result<bool, StoreError>;

    /// Replaces the recovery codes of a factor by those with these hashes. MUST leave no earlier one good.
    async fn replace_recovery_codes(&mut self, user: UserId, hashes: &[String]) -> Result<(), StoreError>;

    /// Takes the recovery code with this hash; answers whether it was there. MUST answer yes once.
    async fn take_recovery_code(&mut self, user: UserId, hash: &str) -> Result<bool, StoreError>;

    /// How many recovery codes are left.
    async fn count_recovery_codes(&mut self, user: UserId) -> Result<u64, StoreError>;
}
