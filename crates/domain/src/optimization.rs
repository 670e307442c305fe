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

impl Score {
    /// Which part of what it costs a better roster could save at the most, in thousandths, where every legal one costs `bound`
    /// or more; none of a roster that is not legal.
    pub fn gap_permille(self, bound: i64) -> Option<u16> {
        let cost = (self.hard == 0).then_some(self.soft)?;
        let above = i128::from(cost) - i128::from(bound.clamp(0, cost.max(0)));
        u16::try_from(above * 1000 / i128::from(cost.max(1))).ok()
    }
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
    /// What every legal roster costs, or more, as far as that is known.
    pub bound: Option<i64>,
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
    /// What joins it with the log lines of the request that asked for it.
    pub request_id: Option<String>,
    /// What joins it with that request's trace (W3C Trace Context).
    pub traceparent: Option<String>,
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

    /// [`Score::gap_permille`] of the best roster so far, where a bound is known.
    pub fn gap_permille(&self) -> Option<u16> {
        self.score?.gap_permille(self.bound?)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_is_the_part_that_could_be_saved() {
        let legal = |soft| Score { hard: 0, soft };
        assert_eq!(legal(800).gap_permille(600), Some(250));
        assert_eq!(legal(600).gap_permille(600), Some(0));
        assert_eq!(legal(0).gap_permille(0), Some(0));
        assert_eq!(legal(i64::MAX).gap_permille(0), Some(1000));
        assert_eq!(Score { hard: 1, soft: 600 }.gap_permille(300), None, "it is not legal");
    }
}
