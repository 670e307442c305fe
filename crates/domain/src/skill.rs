//! What a person can do, and who can do it until when.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fault::Faults;
use crate::id::{EmployeeId, SkillGrantId, SkillId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;

/// Something a person can do, such as intensive care.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    /// Unique in the organization.
    pub name: String,
    /// What it takes; may be empty.
    pub description: String,
}

/// What a list of skills can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SkillFilter {
    /// Part of the name, whatever its case.
    pub search: Option<String>,
}

impl Entity for Skill {
    type Id = SkillId;
    type Filter = SkillFilter;
    const KIND: &'static str = "skill";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/name", &self.name, 100);
        faults.check_text("/description", &self.description, 500);
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.skills()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.skills()
    }
}

/// A skill that an employee holds over a span of days, with evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkillGrant {
    /// Who holds it.
    pub employee_id: EmployeeId,
    /// What.
    pub skill_id: SkillId,
    /// First valid day.
    pub valid_from: Date,
    /// Last valid day; none for ever.
    pub valid_until: Option<Date>,
    /// Certificate number or the like; may be empty.
    pub evidence: String,
}

/// What a list of skill grants can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkillGrantFilter {
    /// Only of these employees.
    pub employee_ids: Option<Vec<EmployeeId>>,
    /// Only of this skill.
    pub skill_id: Option<SkillId>,
}

impl Entity for SkillGrant {
    type Id = SkillGrantId;
    type Filter = SkillGrantFilter;
    const KIND: &'static str = "skill_grant";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_text("/evidence", &self.evidence, 200);
        if let Some(until) = self.valid_until {
            faults.require(self.valid_from <= until, || crate::fault::Fault::new("/valid_until", "end_before_start"));
        }
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.skill_grants()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.skill_grants()
    }
}
