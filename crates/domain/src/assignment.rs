//! One employee on one shift.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::Faults;
use crate::id::{AssignmentId, EmployeeId, ScheduleId, ShiftId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;

/// Which path an assignment came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentSource {
    /// A person made it.
    Manual,
    /// A file brought it.
    Import,
    /// The optimiser proposed it.
    Optimization,
}

impl AssignmentSource {
    /// The stable name, as stored and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Import => "import",
            Self::Optimization => "optimization",
        }
    }
}

impl FromStr for AssignmentSource {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Manual, Self::Import, Self::Optimization].into_iter().find(|source| source.as_str() == text).ok_or(())
    }
}

/// One employee on one shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assignment {
    /// On what.
    pub shift_id: ShiftId,
    /// Who.
    pub employee_id: EmployeeId,
    /// Whether the optimiser must leave it as it is.
    pub pinned: bool,
    /// Which path it came by.
    pub source: AssignmentSource,
    /// The shift's start. Stores keep it equal to the shift's, so that they can refuse overlaps by themselves.
    pub starts_at: Timestamp,
    /// The shift's end.
    pub ends_at: Timestamp,
}

/// What a list of assignments can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssignmentFilter {
    /// Only on shifts of these schedules.
    pub schedule_ids: Option<Vec<ScheduleId>>,
    /// Only on these shifts.
    pub shift_ids: Option<Vec<ShiftId>>,
    /// Only of these employees.
    pub employee_ids: Option<Vec<EmployeeId>>,
    /// Only those that share an instant with `[start, end)`.
    pub overlapping: Option<(Timestamp, Timestamp)>,
}

impl Entity for Assignment {
    type Id = AssignmentId;
    type Filter = AssignmentFilter;
    const KIND: &'static str = "assignment";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_order("/ends_at", &self.starts_at, &self.ends_at);
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.assignments()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.assignments()
    }
}
