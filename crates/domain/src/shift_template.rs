//! A shift by the wall clock, from which dated shifts are made.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Faults};
use crate::id::{PositionId, ShiftTemplateId, SiteId, SkillId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;
use crate::time::DstPolicy;

/// A shift by the wall clock of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftTemplate {
    /// Short and unique in the organization, such as `N`.
    pub code: String,
    /// For people.
    pub name: String,
    /// Where.
    pub site_id: SiteId,
    /// As what.
    pub position_id: PositionId,
    /// When it starts, by the site's wall clock.
    pub starts: Time,
    /// When it ends; at or before the start means on the next day.
    pub ends: Time,
    /// What happens on a day when clocks change.
    pub dst_policy: DstPolicy,
    /// Unpaid break within it.
    pub break_minutes: u32,
    /// Skills it needs beyond its position's.
    pub skill_ids: Vec<SkillId>,
    /// Tags that rules select by, such as `night`.
    pub tags: Vec<String>,
}

/// What a list of shift templates can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ShiftTemplateFilter {
    /// Part of the code or the name, whatever its case.
    pub search: Option<String>,
    /// Only at this site.
    pub site_id: Option<SiteId>,
}

impl Entity for ShiftTemplate {
    type Id = ShiftTemplateId;
    type Filter = ShiftTemplateFilter;
    const KIND: &'static str = "shift_template";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/code", &self.code, 20);
        faults.check_name("/name", &self.name, 100);
        let minutes = (self.ends.duration_since(self.starts).as_mins() + 24 * 60 - 1).rem_euclid(24 * 60) + 1;
        faults.require(i64::from(self.break_minutes) < minutes, || {
            Fault::new("/break_minutes", "break_not_shorter_than_shift").with("minutes", minutes)
        });
        for (index, tag) in self.tags.iter().enumerate() {
            faults.check_name(&format!("/tags/{index}"), tag, 40);
        }
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.shift_templates()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.shift_templates()
    }
}
