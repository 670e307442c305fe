//! `/api/employees/{id}/contracts/`: an employee's hours, pay and rules, from when until when.

use jiff::civil::Date;
use scheduling_domain::contract::{Contract, ContractFilter, Money};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::{EmployeeId, RuleSetId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{Field, Patch, Ref};
use crate::http::NoFilter;

/// A new version of an employee's terms. An employee's contracts do not overlap in time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["starts_on", "ends_on"], "max_below_min": ["min_weekly_minutes", "max_weekly_minutes"] }))]
pub(crate) struct CreateContractBody {
    /// First day.
    #[schemars(example = &"2026-01-01")]
    starts_on: Date,
    /// Last day; absent while it goes on.
    #[serde(default)]
    ends_on: Option<Date>,
    /// Least work minutes in a week.
    #[serde(default)]
    #[schemars(range(max = 10_080), example = 1_800)]
    min_weekly_minutes: Option<u32>,
    /// Most work minutes in a week.
    #[serde(default)]
    #[schemars(range(max = 10_080), example = 2_400)]
    max_weekly_minutes: Option<u32>,
    /// Pay of an hour.
    #[serde(default)]
    hourly_rate: Option<MoneyBody>,
    /// The rules that bind whoever has this contract.
    #[serde(default)]
    rule_set_id: Option<Ref<RuleSetId>>,
}

/// Changes to a contract; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["starts_on", "ends_on"], "max_below_min": ["min_weekly_minutes", "max_weekly_minutes"] }))]
pub(crate) struct UpdateContractBody {
    /// First day.
    starts_on: Patch<Date>,
    /// Last day; `null` while it goes on.
    ends_on: Patch<Option<Date>>,
    /// Least work minutes in a week; `null` for none.
    #[schemars(range(max = 10_080))]
    min_weekly_minutes: Patch<Option<u32>>,
    /// Most work minutes in a week; `null` for none.
    #[schemars(range(max = 10_080))]
    max_weekly_minutes: Patch<Option<u32>>,
    /// Pay of an hour; `null` for none.
    hourly_rate: Patch<Option<MoneyBody>>,
    /// The rules that bind whoever has this contract; `null` for none.
    rule_set_id: Patch<Option<Ref<RuleSetId>>>,
}

/// An exact amount in a currency's smallest unit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Money")]
pub(crate) struct MoneyBody {
    /// How many of the smallest unit (cents, 分).
    #[schemars(range(min = 0, max = 100_000_000), example = 4_500)]
    minor_units: i64,
    /// ISO 4217 code.
    #[schemars(regex(pattern = "^[A-Z]{3}$"), example = &"CNY")]
    currency: String,
}

impl Field for MoneyBody {
    type Value = Money;
    fn plain(self) -> Money {
        Money { minor_units: self.minor_units, currency: self.currency }
    }
}

/// One dated version of an employee's terms.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Contract")]
pub(crate) struct ContractView {
    employee_id: Ref<EmployeeId>,
    /// First day.
    starts_on: Date,
    /// Last day; none while it goes on.
    ends_on: Option<Date>,
    /// Least work minutes in a week.
    min_weekly_minutes: Option<u32>,
    /// Most work minutes in a week.
    max_weekly_minutes: Option<u32>,
    /// Pay of an hour; none, too, for those who may not see it.
    hourly_rate: Option<MoneyBody>,
    /// The rules that bind whoever has this contract.
    rule_set_id: Option<Ref<RuleSetId>>,
}

impl From<Contract> for ContractView {
    fn from(contract: Contract) -> Self {
        let Contract {
            employee_id,
            starts_on,
            ends_on,
            min_weekly_minutes,
            max_weekly_minutes,
            hourly_rate,
            rule_set_id,
        } = contract;
        Self {
            employee_id: Ref(employee_id),
            starts_on,
            ends_on,
            min_weekly_minutes,
            max_weekly_minutes,
            hourly_rate: hourly_rate.map(|Money { minor_units, currency }| MoneyBody { minor_units, currency }),
            rule_set_id: rule_set_id.map(Ref),
        }
    }
}

impl Catalogue for Contract {
    type Owner = EmployeeId;
    type Create = CreateContractBody;
    type Update = UpdateContractBody;
    type Query = NoFilter;
    type View = ContractView;

    const COLLECTION: &'static str = "/api/employees/{id}/contracts/";
    const ITEM: &'static str = "/api/employees/{id}/contracts/{contract_id}";
    const NAMES: Names = Names {
        tag: "employees",
        one: "an employee's contract",
        many: "an employee's contracts",
        one_id: "EmployeeContract",
        many_id: "EmployeeContracts",
    };

    fn create(employee: EmployeeId, body: CreateContractBody) -> Result<Self, Faults> {
        Ok(Self {
            employee_id: employee,
            starts_on: body.starts_on,
            ends_on: body.ends_on,
            min_weekly_minutes: body.min_weekly_minutes,
            max_weekly_minutes: body.max_weekly_minutes,
            hourly_rate: body.hourly_rate.plain(),
            rule_set_id: body.rule_set_id.plain(),
        })
    }

    fn update(&mut self, body: &UpdateContractBody) {
        body.starts_on.apply(&mut self.starts_on);
        body.ends_on.apply(&mut self.ends_on);
        body.min_weekly_minutes.apply(&mut self.min_weekly_minutes);
        body.max_weekly_minutes.apply(&mut self.max_weekly_minutes);
        body.hourly_rate.apply(&mut self.hourly_rate);
        body.rule_set_id.apply(&mut self.rule_set_id);
    }

    fn filter(employee: EmployeeId, NoFilter {}: NoFilter) -> ContractFilter {
        ContractFilter { employee_ids: Some(vec![employee]) }
    }

    fn belongs_to(&self, employee: EmployeeId) -> bool {
        self.employee_id == employee
    }
}
