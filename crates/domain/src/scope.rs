//! What an integration's key is limited to.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// A named group of operations that a key may use, as far as its owner may.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Scope {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Every name.
            pub const NAMES: &'static [&'static str] = &[$($text,)+];

            /// Its stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

scopes! {
    /// Accounts, without changing them.
    AccountsRead = "accounts:read";
    /// Sites, teams, positions, skills and shift templates.
    ReferenceRead = "reference:read";
    /// Changes to those.
    ReferenceWrite = "reference:write";
    /// Rule sets.
    RulesRead = "rules:read";
    /// Changes to those.
    RulesWrite = "rules:write";
    /// Demand.
    DemandRead = "demand:read";
    /// Changes to it.
    DemandWrite = "demand:write";
    /// Employees, their contracts, skills and availability; without telephone numbers, e-mail addresses and wages.
    EmployeesRead = "employees:read";
    /// Changes to those.
    EmployeesWrite = "employees:write";
    /// Telephone numbers and e-mail addresses, where accounts or employees are read.
    ContactsRead = "contacts:read";
    /// Wages, where contracts are read.
    WagesRead = "wages:read";
    /// Schedules, rosters, shifts, assignments and runs of the optimiser.
    SchedulesRead = "schedules:read";
    /// Changes to those, and publishing.
    SchedulesWrite = "schedules:write";
}

impl FromStr for Scope {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text).ok_or(())
    }
}
