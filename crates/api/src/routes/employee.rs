//! `/api/employees/`: people who can be rostered.

use jiff::civil::Date;
use scheduling_domain::employee::{Employee, EmployeeFilter};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::{TeamId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{Field, Label, Name, Patch, PersonalText, Ref, Search};

/// A new employee.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["hired_on", "left_on"] }))]
pub(crate) struct CreateEmployeeBody {
    /// The company's own number for them, unique in the organization.
    #[schemars(example = &"E-0042")]
    number: Label<40>,
    /// Name as people write it.
    #[schemars(example = &"王小明")]
    full_name: Name,
    /// For messages.
    #[serde(default)]
    #[schemars(extend("format" = "email"))]
    email: Option<PersonalText<254>>,
    /// For messages.
    #[serde(default)]
    phone: Option<PersonalText<40>>,
    /// The team in which they are rostered.
    team_id: Ref<TeamId>,
    /// Their account; each account belongs to one employee at most. For administrators.
    #[serde(default)]
    user_id: Option<Ref<UserId>>,
    /// First day of employment.
    #[schemars(example = &"2026-01-01")]
    hired_on: Date,
    /// Last day of employment; absent while it goes on.
    #[serde(default)]
    left_on: Option<Date>,
}

/// Changes to an employee; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["hired_on", "left_on"] }))]
pub(crate) struct UpdateEmployeeBody {
    /// The company's own number for them, unique in the organization.
    number: Patch<Label<40>>,
    /// Name as people write it.
    full_name: Patch<Name>,
    /// For messages; `null` for none.
    #[schemars(extend("format" = "email"))]
    email: Patch<Option<PersonalText<254>>>,
    /// For messages; `null` for none.
    phone: Patch<Option<PersonalText<40>>>,
    /// The team in which they are rostered.
    team_id: Patch<Ref<TeamId>>,
    /// Their account; `null` for none. For administrators.
    user_id: Patch<Option<Ref<UserId>>>,
    /// First day of employment.
    hired_on: Patch<Date>,
    /// Last day of employment; `null` while it goes on.
    left_on: Patch<Option<Date>>,
}

/// Which employees are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmployeeQuery {
    /// Part of the number or the name, whatever its case.
    search: Option<Search>,
    /// Only of this team.
    team_id: Option<Ref<TeamId>>,
    /// Only employed on this day.
    employed_on: Option<Date>,
}

/// A person who can be rostered.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Employee")]
pub(crate) struct EmployeeView {
    /// The company's own number for them.
    number: String,
    /// Name as people write it.
    full_name: String,
    /// For messages; none, too, for those who may not see it.
    email: Option<PersonalText<254>>,
    /// For messages; none, too, for those who may not see it.
    phone: Option<PersonalText<40>>,
    /// The team in which they are rostered.
    team_id: Ref<TeamId>,
    /// Their account.
    user_id: Option<Ref<UserId>>,
    /// First day of employment.
    hired_on: Date,
    /// Last day of employment; none while it goes on.
    left_on: Option<Date>,
}

impl From<Employee> for EmployeeView {
    fn from(employee: Employee) -> Self {
        let Employee { number, full_name, email, phone, team_id, user_id, hired_on, left_on } = employee;
        Self {
            number,
            full_name,
            email: email.map(Into::into),
            phone: phone.map(Into::into),
            team_id: Ref(team_id),
            user_id: user_id.map(Ref),
            hired_on,
            left_on,
        }
    }
}

impl Catalogue for Employee {
    type Owner = ();
    type Create = CreateEmployeeBody;
    type Update = UpdateEmployeeBody;
    type Query = EmployeeQuery;
    type View = EmployeeView;

    const COLLECTION: &'static str = "/api/employees/";
    const ITEM: &'static str = "/api/employees/{id}";
    const NAMES: Names =
        Names { tag: "employees", one: "an employee", many: "employees", one_id: "Employee", many_id: "Employees" };

    fn create((): (), body: CreateEmployeeBody) -> Result<Self, Faults> {
        Ok(Self {
            number: body.number.plain(),
            full_name: body.full_name.plain(),
            email: body.email.plain(),
            phone: body.phone.plain(),
            team_id: body.team_id.plain(),
            user_id: body.user_id.plain(),
            hired_on: body.hired_on,
            left_on: body.left_on,
        })
    }

    fn update(&mut self, body: &UpdateEmployeeBody) {
        body.number.apply(&mut self.number);
        body.full_name.apply(&mut self.full_name);
        body.email.apply(&mut self.email);
        body.phone.apply(&mut self.phone);
        body.team_id.apply(&mut self.team_id);
        body.user_id.apply(&mut self.user_id);
        body.hired_on.apply(&mut self.hired_on);
        body.left_on.apply(&mut self.left_on);
    }

    fn filter((): (), query: EmployeeQuery) -> EmployeeFilter {
        EmployeeFilter {
            search: query.search.plain(),
            team_ids: query.team_id.map(|Ref(team)| vec![team]),
            employed_on: query.employed_on,
            ..EmployeeFilter::default()
        }
    }
}
