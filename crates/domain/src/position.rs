//! What a shift needs done.

use serde::{Deserialize, Serialize};

use crate::fault::Faults;
use crate::id::{PositionId, SkillId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;

/// A job on a shift, such as ward nurse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Unique in the organization.
    pub name: String,
    /// Skills that everyone in it needs.
    pub skill_ids: Vec<SkillId>,
}

/// What a list of positions can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PositionFilter {
    /// Part of the name, whatever its case.
    pub search: Option<String>,
}

impl Entity for Position {
    type Id = PositionId;
    type Filter = PositionFilter;
    const KIND: &'static str = "position";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/name", &self.name, 100);
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.positions()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.positions()
    }
}
