use std::str::FromStr;

use super::{Config, Database};

/// What a serving process does. Several processes on one database share the work; health and metrics are answered by all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Both.
    All,
    /// Answers requests.
    Api,
    /// Runs the optimiser.
    Worker,
}

impl Role {
    /// The name, as configured and reported.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Api => "api",
            Self::Worker => "worker",
        }
    }

    /// Whether it answers requests.
    pub fn answers(self) -> bool {
        self != Self::Worker
    }

    /// Whether it runs the optimiser.
    pub fn works(self) -> bool {
        self != Self::Api
    }
}

impl FromStr for Role {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::All, Self::Api, Self::Worker].into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

/// Adds a fault when work is to be shared over a database that belongs to one process.
pub(super) fn check(config: &Config, faults: &mut Vec<String>) {
    let is_embedded = matches!(config.database, Database::Embedded(_));
    if is_embedded && config.role != Role::All {
        let role = config.role.as_str();
        faults.push(format!("role {role} needs PostgreSQL: set DATABASE_URL, or let one process do all"));
    }
}
