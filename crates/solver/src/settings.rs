use std::num::NonZeroUsize;
use std::time::Duration;

use scheduling_domain::roster::Placement;

use crate::solution::Score;

/// How to search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the random numbers start.
    pub seed: u64,
    /// When to stop.
    pub budget: Budget,
    /// How many threads carry the walkers. It changes how soon the answer comes, never which.
    pub threads: NonZeroUsize,
    /// How many independent searches share the budget of steps. A part of the question, as `seed` is: with another
    /// number the answer is another. A caller who has a deadline does best with one walker per thread.
    pub walkers: NonZeroUsize,
}

impl Settings {
    /// One walker on one thread.
    pub fn new(seed: u64, budget: Budget) -> Self {
        Self { seed, budget, threads: NonZeroUsize::MIN, walkers: NonZeroUsize::MIN }
    }

    /// On so many threads. With a bound on time there is a walker on each; with steps alone the number of walkers is
    /// fixed, so that the answer is the same on any number of threads.
    pub fn on_threads(seed: u64, budget: Budget, threads: NonZeroUsize) -> Self {
        let walkers = if budget.time.is_some() { threads } else { WALKERS };
        Self { seed, budget, threads, walkers }
    }
}

/// Walkers of a run that only steps bound: a few, since they share the steps.
const WALKERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// When to stop: after so many steps, after so much time, or at whichever comes first.
///
/// With steps alone the answer depends on nothing but the question. With time it also depends on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Moves tried, over all walkers.
    pub steps: Option<u64>,
    /// Time by the observer's watch.
    pub time: Option<Duration>,
}

impl Budget {
    /// So many moves.
    pub fn steps(steps: u64) -> Self {
        Self { steps: Some(steps), time: None }
    }

    /// So much time.
    pub fn time(time: Duration) -> Self {
        Self { steps: None, time: Some(time) }
    }
}

/// Who watches a run: keeps its time, may end it, hears how it fares. Called from several threads.
pub trait Observer: Sync {
    /// Time since the run began. Only budgets of time ask for it.
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether to end now with the best so far. Asked every few thousand moves.
    fn should_stop(&self) -> bool {
        false
    }

    /// The run has come further. `roster` makes the reporting walker's best, which takes as long as copying it.
    fn progress(&self, _progress: &Progress, _roster: &dyn Fn() -> Vec<Placement>) {}
}

/// Nobody watches. Suits budgets of steps.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

/// How a run fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Moves tried so far by the reporting walker.
    pub steps: u64,
    /// How much of the budget is spent, in thousandths.
    pub permille: u32,
    /// The reporting walker's best.
    pub best: Score,
    /// Which walker reports.
    pub walker: usize,
}
