//! `solve`: the optimiser on a file.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use scheduling_app::solver::{Budget, Observer, Progress, Settings, Solution, SolveError, lower_bound, solve};
use scheduling_domain::optimization::Score;
use scheduling_domain::roster::{Placement, Problem};
use scheduling_domain::rules;

use super::args::SolveArgs;
use super::failure::{Exit, Failure};
use super::{check, instance, output};

/// How long a run may take where nothing is said.
const DEFAULT_SECONDS: u32 = 10;

/// Looks for the best roster within the budget and has the independent checker judge it. Ctrl-C ends the search early
/// and keeps the best so far.
pub(super) fn run(arguments: &SolveArgs) -> Result<Exit, Failure> {
    let problem_file = instance::read(arguments.format, &arguments.instance)?;
    let problem = problem_file.to_problem();
    let settings = settings(arguments);
    let watch = Arc::new(Watch::start());

    let (question, watcher) = (problem.clone(), Arc::clone(&watch));
    let is_bound_wanted = arguments.bound;
    let search = move || {
        let solution = solve(&question, &settings, &[], watcher.as_ref())?;
        let bound = if is_bound_wanted { bound(&question, &solution, &watcher)? } else { None };
        Ok((solution, bound))
    };
    let (solution, bound) = until_interrupted(&watch, search)?
        .map_err(|error| Failure::usage(format!("{}: {error}", arguments.instance.display())))?;
    watch.bar.finish_and_clear();

    let roster = problem_file.write_roster(&solution.placements);
    if is_bound_wanted {
        output::note(bound_note(&solution, bound));
    }
    if let Some(path) = &arguments.out {
        std::fs::write(path, roster)
            .map_err(|error| Failure::unavailable(format!("{} cannot be written: {error}", path.display())))?;
    } else {
        output::say(roster.trim_end());
        return Ok(if solution.score.hard == 0 { Exit::Ok } else { Exit::Finding });
    }
    let report = rules::check(&problem, &solution.placements);
    let seconds = watch.began.elapsed();
    output::note(format_args!("{} moves in {:.1} s", solution.steps, seconds.as_secs_f64()));
    Ok(check::conclude(&report))
}

/// What no legal roster costs less than, as far as that is known after a tenth of the time that the search took.
fn bound(problem: &Problem, solution: &Solution, watch: &Watch) -> Result<Option<i64>, SolveError> {
    let until = watch.elapsed() + watch.elapsed() / 10;
    lower_bound(problem, solution, &|| watch.should_stop() || until <= watch.elapsed())
}

#[expect(clippy::float_arithmetic, reason = "a share is shown, never decided by")]
fn bound_note(solution: &Solution, bound: Option<i64>) -> String {
    let score = Score { hard: solution.score.hard, soft: solution.score.soft };
    let known = bound.and_then(|bound| Some((bound, score.gap_permille(bound)?)));
    match known {
        Some((bound, _)) if bound == score.soft => {
            format!("no legal roster costs less than {bound}: this is the best there is")
        }
        Some((bound, gap)) => {
            format!("no legal roster costs less than {bound}: a better one could save {:.1} %", f64::from(gap) / 10.0)
        }
        None => "how far from the best this is could not be told".to_owned(),
    }
}

fn settings(arguments: &SolveArgs) -> Settings {
    let seconds = match (arguments.seconds, arguments.steps) {
        (None, None) => Some(DEFAULT_SECONDS),
        (seconds, _) => seconds,
    };
    let budget =
        Budget { steps: arguments.steps, time: seconds.map(|seconds| Duration::from_secs(u64::from(seconds))) };
    let threads = NonZeroUsize::try_from(arguments.threads).unwrap_or(NonZeroUsize::MAX);
    Settings::on_threads(arguments.seed, budget, threads)
}

/// Runs the search on a thread of its own, so that this one can hear Ctrl-C.
fn until_interrupted<T: Send + 'static>(
    watch: &Watch,
    search: impl FnOnce() -> Result<T, SolveError> + Send + 'static,
) -> Result<Result<T, SolveError>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::unavailable(format!("the search did not start: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| failed(&error))?;
    runtime.block_on(async {
        let mut search = tokio::task::spawn_blocking(search);
        tokio::select! {
            answer = &mut search => answer,
            _ = tokio::signal::ctrl_c() => {
                watch.stop.store(true, Ordering::Relaxed);
                search.await
            }
        }
        .map_err(|error| failed(&error))
    })
}

/// Keeps the time, hears Ctrl-C, and shows how the search fares where somebody can see it.
struct Watch {
    began: Instant,
    stop: AtomicBool,
    bar: ProgressBar,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "a deadline is kept by the machine's clock")]
    fn start() -> Self {
        // Drawn on standard error, and only when that is a terminal.
        let bar = ProgressBar::new(1_000);
        if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {bar:40} {percent}%  {msg}") {
            bar.set_style(style);
        }
        Self { began: Instant::now(), stop: AtomicBool::new(false), bar }
    }
}

impl Observer for Watch {
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn should_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn progress(&self, progress: &Progress, _: &dyn Fn() -> Vec<Placement>) {
        self.bar.set_position(u64::from(progress.permille));
        let best = progress.best;
        self.bar.set_message(if best.hard == 0 {
            format!("legal, {} points", best.soft)
        } else {
            "not legal yet".to_owned()
        });
    }
}
