//! What is stored: an entity's value with its identity, version and times.

use std::ops::Deref;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::Faults;
use crate::id::TypedId;
use crate::ports::{Queries, Repository, Store, UnitOfWork};

/// Counts the writes of a row, from 1. Clients see it as a strong `ETag`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version(pub i64);

impl Version {
    /// The version of a row just inserted.
    pub const FIRST: Self = Self(1);

    /// The version after one more write.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A stored `T`. Reads as its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(
    serialize = "T: Serialize, T::Id: Serialize",
    deserialize = "T: Deserialize<'de>, T::Id: Deserialize<'de>"
))]
pub struct Record<T: Entity> {
    /// Its identity within the organization.
    pub id: T::Id,
    /// How often it was written.
    pub version: Version,
    /// When it was inserted.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// What it says.
    pub value: T,
}

impl<T: Entity> Deref for Record<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A kind of thing the store keeps one by one.
///
/// The two accessors let use cases that are the same for all reference data be written once. Its serialised form is what the
/// audit shows of it.
pub trait Entity: Clone + std::fmt::Debug + PartialEq + Serialize + Send + Sync + 'static {
    /// Its typed id.
    type Id: TypedId;
    /// What a list of it can be narrowed by.
    type Filter: Default + Clone + std::fmt::Debug + Send + Sync;
    /// Its stable name in the singular, such as `site`; used in codes and messages.
    const KIND: &'static str;

    /// Everything wrong with the value by itself; references are checked by use cases.
    fn validate(&self) -> Result<(), Faults>;
    /// Its repository in a unit of work.
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self>;
    /// Its reads on the pool.
    fn queries(store: &dyn Store) -> &dyn Queries<Self>;
}
