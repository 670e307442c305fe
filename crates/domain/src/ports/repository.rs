use async_trait::async_trait;
use jiff::Timestamp;

use crate::id::OrganizationId;
use crate::page::{Page, PageRequest};
use crate::ports::StoreError;
use crate::record::{Entity, Record, Version};

/// Reads on the pool, for screens.
#[async_trait]
pub trait Queries<T: Entity>: Send + Sync {
    /// MUST answer `None` for an id of another organization.
    async fn find(&self, organization: OrganizationId, id: T::Id) -> Result<Option<Record<T>>, StoreError>;

    /// MUST order as [`Repository::list`] does.
    async fn list(
        &self,
        organization: OrganizationId,
        filter: &T::Filter,
        page: PageRequest,
    ) -> Result<Page<Record<T>>, StoreError>;

    /// Every match, for rosters. MUST order as [`Repository::list`] does.
    async fn list_all(&self, organization: OrganizationId, filter: &T::Filter) -> Result<Vec<Record<T>>, StoreError>;
}

/// Rows of one kind, within a unit of work and so within its organization.
#[async_trait]
pub trait Repository<T: Entity>: Send {
    /// MUST answer `None` for an id of another organization.
    async fn find(&mut self, id: T::Id) -> Result<Option<Record<T>>, StoreError>;

    /// MUST order by id, ascending; shifts by start, then id. MUST count all matches in `total`. `search` MUST match
    /// literally (`%` and `_` are letters like others) and whatever the case of ASCII letters.
    async fn list(&mut self, filter: &T::Filter, page: PageRequest) -> Result<Page<Record<T>>, StoreError>;

    /// Every match. MUST order as `list` does.
    async fn list_all(&mut self, filter: &T::Filter) -> Result<Vec<Record<T>>, StoreError>;

    /// MUST start at [`Version::FIRST`] with both times at `now`. MUST answer `Duplicate` for a taken unique value, and
    /// `Reference` for a reference that dangles or points into another organization.
    async fn insert(&mut self, value: &T, now: Timestamp) -> Result<Record<T>, StoreError>;

    /// MUST answer `Stale` unless the row has version `expected`. MUST raise the version by one and set `updated_at`.
    async fn update(
        &mut self,
        id: T::Id,
        expected: Version,
        value: &T,
        now: Timestamp,
    ) -> Result<Record<T>, StoreError>;

    /// MUST answer `Stale` unless the row has version `expected`, and `Reference` while other rows point at it.
    async fn delete(&mut self, id: T::Id, expected: Version) -> Result<(), StoreError>;
}
