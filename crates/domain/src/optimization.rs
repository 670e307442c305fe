//! A run of the optimiser on a schedule.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::Faults;
use crate::id::{EmployeeId, OptimizationId, ScheduleId, ShiftId, UserId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizationState {
    /// Waiting for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// Finished; its result can be applied.
    Done,
    /// Ended on request; its best roster so far can be applied.
    Cancelled,
    /// Could not be finished; `failure` says why.
    Failed,
}

impl OptimizationState {
    const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Cancelled, Self::Failed];

    /// The stable name, as stored and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Whether it has ended.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

impl FromStr for OptimizationState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// How good a roster is; smaller is better, hard before soft.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Score {
    /// By how much blocking rules are broken.
    pub hard: i64,
    /// What the roster costs.
    pub soft: i64,
}

/// A run of the optimiser on a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Optimization {
    /// On what.
    pub schedule_id: ScheduleId,
    /// Who asked.
    pub requested_by: UserId,
    /// Where it stands.
    pub state: OptimizationState,
    /// Same problem, seed and steps give the same roster.
    pub seed: u64,
    /// The most search steps it takes; [`Self::UNBOUNDED_STEPS`] for as many as fit into the time.
    pub max_steps: u64,
    /// The longest it takes, in milliseconds.
    pub max_ms: u64,
    /// Steps taken so far.
    pub steps: u64,
    /// How good the best roster so far is.
    pub score: Option<Score>,
    /// The best roster so far. It may be long, and is written nowhere but in its own column.
    #[serde(skip)]
    pub proposal: Vec<ProposedAssignment>,
    /// Someone asked it to stop.
    pub cancel_requested: bool,
    /// Why it failed.
    pub failure: Option<String>,
    /// Counts claims; a worker whose number is not this one has lost the run.
    pub generation: i64,
    /// How many workers fell silent with it in hand.
    pub workers_lost: u32,
    /// Until when the worker that has it is trusted to be alive.
    pub leased_until: Option<Timestamp>,
    /// When a worker first took it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When its result was written to the schedule.
    pub applied_at: Option<Timestamp>,
}

impl Optimization {
    /// The number of steps that stands for no bound.
    pub const UNBOUNDED_STEPS: u64 = u64::MAX;
}

/// One assignment that the optimiser proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProposedAssignment {
    /// On what.
    pub shift_id: ShiftId,
    /// Who.
    pub employee_id: EmployeeId,
}

/// What a list of runs can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptimizationFilter {
    /// Only on these schedules.
    pub schedule_ids: Option<Vec<ScheduleId>>,
    /// Only in these states.
    pub states: Option<Vec<OptimizationState>>,
}

impl Entity for Optimization {
    type Id = OptimizationId;
    type Filter = OptimizationFilter;
    const KIND: &'static str = "optimization";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_range("/max_ms", i64::try_from(self.max_ms).unwrap_or(i64::MAX), 1, 3_600_000);
        faults.check_range("/max_steps", i64::try_from(self.max_steps).unwrap_or(i64::MAX), 1, i64::MAX);
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.optimizations()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.optimizations()
    }
}
