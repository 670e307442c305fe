//! A place of work.

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Faults};
use crate::id::SiteId;
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;
use crate::time::SiteZone;

/// A place of work: its zone gives wall clocks their meaning, its tags say which law applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Unique in the organization.
    pub name: String,
    /// IANA name, such as `Asia/Shanghai`.
    pub time_zone: String,
    /// Jurisdiction tags such as `cn`, `us-ca`.
    pub jurisdictions: Vec<String>,
    /// Postal address; may be empty.
    pub address: String,
}

/// What a list of sites can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SiteFilter {
    /// Part of the name, whatever its case.
    pub search: Option<String>,
}

impl Entity for Site {
    type Id = SiteId;
    type Filter = SiteFilter;
    const KIND: &'static str = "site";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/name", &self.name, 100);
        faults.check_text("/address", &self.address, 200);
        faults.require(SiteZone::parse(&self.time_zone).is_ok(), || {
            Fault::new("/time_zone", "unknown_time_zone").with("time_zone", &self.time_zone)
        });
        for (index, tag) in self.jurisdictions.iter().enumerate() {
            faults.check_name(&format!("/jurisdictions/{index}"), tag, 40);
        }
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.sites()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.sites()
    }
}
