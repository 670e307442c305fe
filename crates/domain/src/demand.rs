//! How many people are wanted on which shifts.

use jiff::civil::Date;
use serde::Serialize;

use crate::fault::{Fault, Faults};
use crate::id::{DemandId, ShiftTemplateId, TeamId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;
pub use crate::roster::Heads;
use crate::time::Weekdays;

/// Heads wanted on a template's shifts, recurring by weekday, with dated exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// The team that staffs it.
    pub team_id: TeamId,
    /// The shift.
    pub template_id: ShiftTemplateId,
    /// On which days of the week.
    pub weekdays: Weekdays,
    /// First day.
    pub valid_from: Date,
    /// Last day; none for ever.
    pub valid_until: Option<Date>,
    /// Days on which it does not hold.
    pub except_on: Vec<Date>,
    /// How many people.
    pub heads: Heads,
}

impl Demand {
    /// Whether it holds on a day.
    pub fn holds_on(&self, on: Date) -> bool {
        self.valid_from <= on
            && self.valid_until.is_none_or(|until| on <= until)
            && self.weekdays.contains(on.weekday())
            && !self.except_on.contains(&on)
    }
}

/// Everything wrong with heads, at `pointer`.
pub fn check_heads(faults: &mut Faults, pointer: &str, heads: &Heads) {
    faults.require(heads.min <= heads.target, || Fault::new(format!("{pointer}/target"), "target_below_min"));
    if let Some(max) = heads.max {
        faults.require(heads.target <= max, || Fault::new(format!("{pointer}/max"), "max_below_target"));
        faults.check_range(&format!("{pointer}/max"), i64::from(max), 1, 1000);
    }
    faults.check_range(&format!("{pointer}/target"), i64::from(heads.target), 0, 1000);
    faults.check_range(&format!("{pointer}/under_weight"), heads.under_weight, 0, 1_000_000);
    faults.check_range(&format!("{pointer}/over_weight"), heads.over_weight, 0, 1_000_000);
}

/// What a list of demand can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DemandFilter {
    /// Only of this team.
    pub team_id: Option<TeamId>,
    /// Only for this template.
    pub template_id: Option<ShiftTemplateId>,
}

impl Entity for Demand {
    type Id = DemandId;
    type Filter = DemandFilter;
    const KIND: &'static str = "demand";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.require(!self.weekdays.is_empty(), || Fault::new("/weekdays", "empty"));
        if let Some(until) = self.valid_until {
            faults.require(self.valid_from <= until, || Fault::new("/valid_until", "end_before_start"));
        }
        faults.require(self.except_on.len() <= 366, || Fault::new("/except_on", "too_many").with("max", 366));
        check_heads(&mut faults, "/heads", &self.heads);
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.demands()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.demands()
    }
}
