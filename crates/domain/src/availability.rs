//! When people can, cannot, wish or wish not to work.

use jiff::civil::{Date, Time};
use serde::Serialize;

use crate::fault::{Fault, Faults};
use crate::id::{AvailabilityId, EmployeeId, ShiftTemplateId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;
pub use crate::roster::AvailabilityKind;
use crate::time::Weekdays;

/// A recurring statement about an employee's time, with dated exceptions. Wall clock of the employee's site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Availability {
    /// Whose.
    pub employee_id: EmployeeId,
    /// What is said.
    pub kind: AvailabilityKind,
    /// On which days of the week.
    pub weekdays: Weekdays,
    /// From and until what time of day; an end at or before the start is on the next day. None for the whole day.
    pub hours: Option<(Time, Time)>,
    /// First day.
    pub valid_from: Date,
    /// Last day; none for ever.
    pub valid_until: Option<Date>,
    /// Days on which it does not hold.
    pub except_on: Vec<Date>,
    /// For wishes: what it costs when not met, from 1; 0 for the others.
    pub weight: u32,
    /// For wishes: only shifts of this template.
    pub template_id: Option<ShiftTemplateId>,
    /// Why; may be empty.
    pub note: String,
}

impl Availability {
    /// Whether it holds on a day.
    pub fn holds_on(&self, on: Date) -> bool {
        self.valid_from <= on
            && self.valid_until.is_none_or(|until| on <= until)
            && self.weekdays.contains(on.weekday())
            && !self.except_on.contains(&on)
    }
}

/// What a list of availability can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AvailabilityFilter {
    /// Only of these employees.
    pub employee_ids: Option<Vec<EmployeeId>>,
    /// Only those that may hold on or after this day.
    pub valid_after: Option<Date>,
}

impl Entity for Availability {
    type Id = AvailabilityId;
    type Filter = AvailabilityFilter;
    const KIND: &'static str = "availability";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        let is_wish = matches!(self.kind, AvailabilityKind::Preferred | AvailabilityKind::Unpreferred);
        faults.require(!self.weekdays.is_empty(), || Fault::new("/weekdays", "empty"));
        if let Some(until) = self.valid_until {
            faults.require(self.valid_from <= until, || Fault::new("/valid_until", "end_before_start"));
        }
        if is_wish {
            faults.check_range("/weight", i64::from(self.weight), 1, 1_000_000);
        } else {
            faults.require(self.weight == 0, || Fault::new("/weight", "only_for_wishes"));
            faults.require(self.template_id.is_none(), || Fault::new("/template_id", "only_for_wishes"));
        }
        faults.require(self.except_on.len() <= 366, || Fault::new("/except_on", "too_many").with("max", 366));
        faults.check_text("/note", &self.note, 500);
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.availabilities()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.availabilities()
    }
}
