//! Reads that are the same on the pool and within a unit of work.

use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::OrganizationId;
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::{Store, StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};

/// Where rows are read from.
pub enum Reader<'a> {
    /// The pool, for screens.
    Pool(&'a dyn Store, OrganizationId),
    /// A unit of work, for what must be read consistently with a write.
    Unit(&'a mut dyn UnitOfWork),
}

impl Reader<'_> {
    /// One row.
    pub async fn find<T: Entity>(&mut self, id: T::Id) -> Result<Option<Record<T>>, StoreError> {
        match self {
            Self::Pool(store, organization) => T::queries(*store).find(*organization, id).await,
            Self::Unit(uow) => T::repository(&mut **uow).find(id).await,
        }
    }

    /// Every match.
    pub async fn list_all<T: Entity>(&mut self, filter: &T::Filter) -> Result<Vec<Record<T>>, StoreError> {
        match self {
            Self::Pool(store, organization) => T::queries(*store).list_all(*organization, filter).await,
            Self::Unit(uow) => T::repository(&mut **uow).list_all(filter).await,
        }
    }

    /// Whether anything matches.
    pub async fn any<T: Entity>(&mut self, filter: &T::Filter) -> Result<bool, StoreError> {
        let first = PageRequest::try_new(1, 1).unwrap_or_default();
        let page = match self {
            Self::Pool(store, organization) => T::queries(*store).list(*organization, filter, first).await?,
            Self::Unit(uow) => T::repository(&mut **uow).list(filter, first).await?,
        };
        Ok(page.total > 0)
    }

    /// Adds a fault at `pointer` when there is no such row.
    pub async fn require<T: Entity>(
        &mut self,
        faults: &mut Faults,
        pointer: impl Into<String> + Send,
        id: T::Id,
    ) -> Result<(), StoreError> {
        let found = self.find::<T>(id).await?.is_some();
        faults.require(found, || Fault::new(pointer, "unknown_reference").with("kind", T::KIND).with("id", id));
        Ok(())
    }

    /// [`Self::require`] for each id of a list; repeats are a fault, too.
    pub async fn require_each<T: Entity>(
        &mut self,
        faults: &mut Faults,
        pointer: &str,
        ids: &[T::Id],
    ) -> Result<(), StoreError> {
        for (index, id) in ids.iter().enumerate() {
            let is_first = ids.iter().position(|other| other == id) == Some(index);
            if is_first {
                self.require::<T>(faults, format!("{pointer}/{index}"), *id).await?;
            } else {
                faults.push(Fault::new(format!("{pointer}/{index}"), "repeated"));
            }
        }
        Ok(())
    }
}
