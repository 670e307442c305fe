//! A person who can be rostered.

use jiff::civil::Date;
use serde::Serialize;

use crate::fault::{Fault, Faults};
use crate::id::{EmployeeId, TeamId, UserId};
use crate::personal::Personal;
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;

/// A person who can be rostered; may have an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Employee {
    /// The company's own number for them, unique in the organization.
    pub number: String,
    /// Name as people write it.
    pub full_name: String,
    /// For messages; may be absent.
    pub email: Option<Personal>,
    /// For messages; may be absent.
    pub phone: Option<Personal>,
    /// Where they are rostered.
    pub team_id: TeamId,
    /// Their account; each account belongs to one employee at most.
    pub user_id: Option<UserId>,
    /// First day of employment.
    pub hired_on: Date,
    /// Last day of employment; none while it goes on.
    pub left_on: Option<Date>,
}

impl Employee {
    /// Whether they are employed on a day.
    pub fn is_employed(&self, on: Date) -> bool {
        self.hired_on <= on && self.left_on.is_none_or(|left| on <= left)
    }
}

/// The people around an account: those of some teams, and the account's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The teams.
    pub team_ids: Vec<TeamId>,
    /// The account.
    pub user_id: UserId,
}

/// What a list of employees can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmployeeFilter {
    /// Part of the number or the name, whatever its case.
    pub search: Option<String>,
    /// Only of these teams.
    pub team_ids: Option<Vec<TeamId>>,
    /// Only this account's.
    pub user_id: Option<UserId>,
    /// Only of this circle.
    pub within: Option<Circle>,
    /// Only employed on this day.
    pub employed_on: Option<Date>,
}

impl Entity for Employee {
    type Id = EmployeeId;
    type Filter = EmployeeFilter;
    const KIND: &'static str = "employee";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/number", &self.number, 40);
        faults.check_name("/full_name", &self.full_name, 100);
        if let Some(email) = &self.email {
            faults.require(crate::user::is_email(email.reveal()), || Fault::new("/email", "invalid_email"));
        }
        if let Some(phone) = &self.phone {
            faults.check_name("/phone", phone.reveal(), 40);
        }
        if let Some(left) = self.left_on {
            faults.require(self.hired_on <= left, || Fault::new("/left_on", "end_before_start"));
        }
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.employees()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.employees()
    }
}
