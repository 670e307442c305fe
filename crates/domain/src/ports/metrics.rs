use std::time::Duration;

use crate::optimization::Optimization;
use crate::rules::Verdict;

/// What operators want to know of scheduling. Counting never fails and never waits.
pub trait SchedulingMetrics: Send + Sync {
    /// A schedule was published with so many heads unfilled.
    fn schedule_published(&self, unfilled_heads: u64);

    /// So many assignments were made.
    fn assignments_made(&self, count: u64);

    /// A change or a check met a violation of a rule of this kind (`RuleKind::code`).
    fn violation_found(&self, rule: &'static str, verdict: Verdict);

    /// A run of the optimiser reached its last state after so long.
    fn optimization_ended(&self, run: &Optimization, took: Duration);

    /// The cache was asked to `find`, `keep` or `raise`, and this came of it.
    fn cache_asked(&self, operation: &'static str, outcome: CacheOutcome);

    /// The cache answered, or failed to, after so long.
    fn cache_answered(&self, operation: &'static str, took: Duration);
}

/// What came of asking the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheOutcome {
    /// There was a value; what was to be kept or raised has been.
    Hit,
    /// There was none.
    Miss,
    /// The cache did not answer, or is not asked until it is caught up with.
    Error,
}

impl CacheOutcome {
    /// The stable name, as measured.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Error => "error",
        }
    }
}

/// Counts nothing; for tests and for commands that serve nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMetrics;

impl SchedulingMetrics for NoMetrics {
    fn schedule_published(&self, _: u64) {}
    fn assignments_made(&self, _: u64) {}
    fn violation_found(&self, _: &'static str, _: Verdict) {}
    fn optimization_ended(&self, _: &Optimization, _: Duration) {}
    fn cache_asked(&self, _: &'static str, _: CacheOutcome) {}
    fn cache_answered(&self, _: &'static str, _: Duration) {}
}
