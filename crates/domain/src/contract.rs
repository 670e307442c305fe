//! What an employee's hours, pay and rules are, from when until when.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Faults};
use crate::id::{ContractId, EmployeeId, RuleSetId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;

/// An exact amount in a currency's smallest unit (cents, 分).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// How many of the smallest unit.
    pub minor_units: i64,
    /// ISO 4217 code, such as `CNY`.
    pub currency: String,
}

/// One dated version of an employee's terms. An employee's contracts do not overlap in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contract {
    /// Whose.
    pub employee_id: EmployeeId,
    /// First day.
    pub starts_on: Date,
    /// Last day; none while it goes on.
    pub ends_on: Option<Date>,
    /// Least work minutes in a week, if any.
    pub min_weekly_minutes: Option<u32>,
    /// Most work minutes in a week, if any.
    pub max_weekly_minutes: Option<u32>,
    /// Pay of an hour; for those who may see it.
    pub hourly_rate: Option<Money>,
    /// The rules that bind whoever has this contract.
    pub rule_set_id: Option<RuleSetId>,
}

impl Contract {
    /// Whether it is in force on a day.
    pub fn is_in_force(&self, on: Date) -> bool {
        self.starts_on <= on && self.ends_on.is_none_or(|end| on <= end)
    }
}

/// What a list of contracts can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContractFilter {
    /// Only of these employees.
    pub employee_ids: Option<Vec<EmployeeId>>,
}

impl Entity for Contract {
    type Id = ContractId;
    type Filter = ContractFilter;
    const KIND: &'static str = "contract";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        if let Some(end) = self.ends_on {
            faults.require(self.starts_on <= end, || Fault::new("/ends_on", "end_before_start"));
        }
        for (pointer, minutes) in
            [("/min_weekly_minutes", self.min_weekly_minutes), ("/max_weekly_minutes", self.max_weekly_minutes)]
        {
            if let Some(minutes) = minutes {
                faults.check_range(pointer, i64::from(minutes), 0, 7 * 24 * 60);
            }
        }
        if let (Some(min), Some(max)) = (self.min_weekly_minutes, self.max_weekly_minutes) {
            faults.require(min <= max, || Fault::new("/max_weekly_minutes", "max_below_min"));
        }
        if let Some(rate) = &self.hourly_rate {
            faults.check_range("/hourly_rate/minor_units", rate.minor_units, 0, 100_000_000);
            let is_code = rate.currency.len() == 3 && rate.currency.bytes().all(|byte| byte.is_ascii_uppercase());
            faults.require(is_code, || Fault::new("/hourly_rate/currency", "invalid_currency"));
        }
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.contracts()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.contracts()
    }
}
