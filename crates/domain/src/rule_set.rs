//! Rules that belong together, such as a law pack's or a company agreement's.

use jiff::civil::{Time, Weekday};
use serde::{Serialize, Serializer};

use crate::fault::{Fault, Faults};
use crate::id::RuleSetId;
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;
use crate::rules::Rule;

/// Named rules, with how days and weeks are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleSet {
    /// Unique in the organization.
    pub name: String,
    /// The first day of a week.
    #[serde(serialize_with = "iso_weekday")]
    pub week_start: Weekday,
    /// A shift that starts before this time of day belongs to the working day before.
    pub day_boundary: Time,
    /// The rules; their keys differ.
    pub rules: Vec<Rule>,
}

/// By its ISO 8601 number, Monday 1.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn iso_weekday<S: Serializer>(day: &Weekday, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i8(day.to_monday_one_offset())
}

/// What a list of rule sets can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSetFilter {
    /// Part of the name, whatever its case.
    pub search: Option<String>,
}

impl Entity for RuleSet {
    type Id = RuleSetId;
    type Filter = RuleSetFilter;
    const KIND: &'static str = "rule_set";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/name", &self.name, 100);
        faults.require(self.rules.len() <= 200, || Fault::new("/rules", "too_many").with("max", 200));
        for (index, rule) in self.rules.iter().enumerate() {
            faults.nest(&format!("/rules/{index}"), rule.validate().err().unwrap_or_default());
            let is_first = self.rules.iter().position(|other| other.key == rule.key) == Some(index);
            faults.require(is_first, || Fault::new(format!("/rules/{index}/key"), "repeated"));
        }
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.rule_sets()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.rule_sets()
    }
}
