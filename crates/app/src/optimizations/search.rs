//! The search itself, on a thread that may block, and the line to it.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use scheduling_domain::optimization::{Optimization, Score};
use scheduling_domain::roster::{Placement, Problem};
use scheduling_solver::{Budget, Observer, Progress, Settings, Solution, SolveError, lower_bound, solve};
use tokio::task::JoinHandle;

/// What is searched for.
pub(super) struct Question {
    pub(super) problem: Problem,
    /// What is placed already, and where the search starts.
    pub(super) start: Vec<Placement>,
    pub(super) settings: Settings,
}

/// How long and with what a run searches; `steps` are those it has taken before.
///
/// Who counts steps wants the same roster on every machine, so one walker takes them all and time only ends a search that
/// takes too long ([`Line`]); who gives time wants the most from it.
pub(super) fn settings(run: &Optimization, steps: u64, threads: NonZeroUsize) -> Settings {
    if run.max_steps == Optimization::UNBOUNDED_STEPS {
        let budget = Budget::time(longest(run));
        Settings { threads, walkers: threads, ..Settings::new(run.seed, budget) }
    } else {
        Settings::new(run.seed, Budget::steps(run.max_steps.saturating_sub(steps)))
    }
}

/// The longest a run takes.
fn longest(run: &Optimization) -> Duration {
    Duration::from_millis(run.max_ms)
}

/// What a search came to.
pub(super) struct Found {
    pub(super) solution: Solution,
    /// What every legal roster costs, or more, as far as that is known.
    pub(super) bound: Option<i64>,
}

/// Starts a search. For a part of the time that it took, it then looks how far from the best its roster may be.
pub(super) fn start(question: Question, line: &Arc<Line>) -> JoinHandle<Result<Found, SolveError>> {
    let line = Arc::clone(line);
    tokio::task::spawn_blocking(move || {
        let solution = solve(&question.problem, &question.settings, &question.start, line.as_ref())?;
        let until = line.elapsed() + line.elapsed() / TIME_PER_BOUND;
        let bound = lower_bound(&question.problem, &solution, &|| line.is_halted() || until <= line.elapsed())?;
        Ok(Found { solution, bound })
    })
}

/// Of how much time for the search a unit of time for the bound is a part.
const TIME_PER_BOUND: u32 = 10;

/// The line between a search and the worker that waits for it.
pub(super) struct Line {
    began: Instant,
    longest: Duration,
    is_halted: AtomicBool,
    steps: AtomicU64,
    best: Mutex<Option<Seen>>,
}

/// A roster that a search has come to so far.
struct Seen {
    score: Score,
    placements: Vec<Placement>,
    /// When it was written down.
    at: Duration,
}

/// The least time between two rosters that are written down, so that copying costs the search nothing.
const PAUSE: Duration = Duration::from_millis(250);

impl Line {
    #[expect(clippy::disallowed_methods, reason = "the time budget of a search is only measured")]
    pub(super) fn open(run: &Optimization) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            longest: longest(run),
            is_halted: AtomicBool::new(false),
            steps: AtomicU64::new(0),
            best: Mutex::new(None),
        })
    }

    /// Ends the search within a few thousand steps.
    pub(super) fn halt(&self) {
        self.is_halted.store(true, Ordering::Relaxed);
    }

    fn is_halted(&self) -> bool {
        self.is_halted.load(Ordering::Relaxed)
    }

    /// Steps taken so far by the walker that is ahead.
    pub(super) fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// The best roster, as of a moment ago, and what it is worth.
    pub(super) fn found(&self) -> Option<(Score, Vec<Placement>)> {
        let best = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        best.as_ref().map(|seen| (seen.score, seen.placements.clone()))
    }
}

impl Observer for Line {
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn should_stop(&self) -> bool {
        self.is_halted() || self.longest <= self.began.elapsed()
    }

    fn progress(&self, progress: &Progress, roster: &dyn Fn() -> Vec<Placement>) {
        self.steps.fetch_max(progress.steps, Ordering::Relaxed);
        let (score, at) = (score(progress.best), self.began.elapsed());
        let mut best = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        if best.as_ref().is_none_or(|known| score < known.score && known.at + PAUSE <= at) {
            *best = Some(Seen { score, placements: roster(), at });
        }
    }
}

/// The solver's score in the domain's words.
pub(super) fn score(score: scheduling_solver::Score) -> Score {
    Score { hard: score.hard, soft: score.soft }
}
