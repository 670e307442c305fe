//! Who is rostered together.

use serde::{Deserialize, Serialize};

use crate::fault::Faults;
use crate::id::{RuleSetId, SiteId, TeamId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;

/// People who are rostered together at a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Unique in the organization.
    pub name: String,
    /// Where it works.
    pub site_id: SiteId,
    /// The rules that bind everybody in it, beyond the baseline.
    pub rule_set_id: Option<RuleSetId>,
}

/// What a list of teams can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TeamFilter {
    /// Part of the name, whatever its case.
    pub search: Option<String>,
    /// Only at this site.
    pub site_id: Option<SiteId>,
}

impl Entity for Team {
    type Id = TeamId;
    type Filter = TeamFilter;
    const KIND: &'static str = "team";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/name", &self.name, 100);
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.teams()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.teams()
    }
}
