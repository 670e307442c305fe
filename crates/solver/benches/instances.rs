//! What the optimiser makes of the public shift-scheduling instances, beside the best known results.
//!
//! The instances belong to their authors and stay outside the repository; they are looked for in the folder that
//! `HR_INSTANCES` names, or in `../shared/benchmarks/curtois`. `HR_BENCH_SECONDS` sets the time for each (10 unless
//! set), `HR_BENCH_MILLION_STEPS` bounds the moves instead, `HR_BENCH_ONLY` names some of them (`3,5,7`).
#![expect(clippy::print_stdout, clippy::float_arithmetic, reason = "a report for people")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time and is told what to measure")]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use scheduling_domain::roster::Problem;
use scheduling_domain::roster::curtois::Instance;
use scheduling_domain::rules::check;
use scheduling_solver::{Budget, Observer, Settings, Solution, lower_bound, solve};

struct Watch(Instant);

impl Observer for Watch {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

fn main() {
    let folder = folder();
    let Ok(table) = fs::read_to_string(folder.join("best_known.csv")) else {
        println!("no instances in {}: nothing to measure", folder.display());
        return;
    };
    let seconds = number("HR_BENCH_SECONDS").unwrap_or(10);
    let seed = number("HR_BENCH_SEED").unwrap_or(1);
    let threads = number("HR_BENCH_THREADS").and_then(|threads| usize::try_from(threads).ok()).unwrap_or(1);
    let only = env::var("HR_BENCH_ONLY").unwrap_or_default();
    println!("{seconds} s on {threads} thread(s), seed {seed}");
    println!(
        "{:<12} {:>6} {:>8} {:>8} {:>7} {:>9} {:>8} {:>8} {:>8}",
        "instance", "broken", "cost", "best", "ratio", "M moves/s", "s", "bound", "gap"
    );
    for line in table.lines().skip(1) {
        let [name, _, best] = line.split(',').collect::<Vec<_>>()[..] else { continue };
        let is_wanted = only.is_empty() || only.split(',').any(|number| name == format!("Instance{number}"));
        let Some(text) = fs::read_to_string(folder.join(format!("{name}.txt"))).ok().filter(|_| is_wanted) else {
            continue;
        };
        match Instance::parse(&text) {
            Ok(instance) => measure(name, &instance, best.parse().unwrap_or(0.0), (seconds, seed, threads)),
            Err(error) => println!("{name}: {error}"),
        }
    }
}

fn measure(name: &str, instance: &Instance, best: f64, (seconds, seed, threads): (u64, u64, usize)) {
    let problem = instance.to_problem();
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    let steps = number("HR_BENCH_MILLION_STEPS").map(|millions| millions * 1_000_000);
    let budget = steps.map_or(Budget::time(Duration::from_secs(seconds)), Budget::steps);
    let settings = Settings::on_threads(seed, budget, threads);
    let watch = Watch(Instant::now());
    match solve(&problem, &settings, &[], &watch) {
        Ok(solution) => {
            let took = watch.elapsed().as_secs_f64();
            // By the checker, which shares no code with the optimiser.
            let report = check(&problem, &solution.placements);
            let (hard, soft) = (report.blocking().count(), report.cost());
            let ratio = soft.to_string().parse::<f64>().unwrap_or(0.0) / best;
            let rate = solution.steps.to_string().parse::<f64>().unwrap_or(0.0) / took / 1e6;
            let (bound, gap) = bound(&problem, &solution);
            println!(
                "{name:<12} {hard:>6} {soft:>8} {best:>8} {ratio:>7.3} {rate:>9.2} {took:>8.1} {bound:>8} {gap:>8}"
            );
        }
        Err(error) => println!("{name}: {error}"),
    }
}

/// What no legal roster costs less than, as far as that is known after some time, and how far above it the roster is.
fn bound(problem: &Problem, solution: &Solution) -> (String, String) {
    let seconds = number("HR_BENCH_BOUND_SECONDS").unwrap_or(5);
    let watch = Watch(Instant::now());
    let should_stop = || Duration::from_secs(seconds) <= watch.elapsed();
    match lower_bound(problem, solution, &should_stop) {
        Ok(Some(bound)) => {
            let share = |points: i64| points.to_string().parse::<f64>().unwrap_or(0.0);
            let gap = 1.0 - share(bound) / share(solution.score.soft).max(1.0);
            (bound.to_string(), format!("{:.1} %", gap * 100.0))
        }
        Ok(None) => ("-".to_owned(), "-".to_owned()),
        Err(error) => (error.to_string(), "-".to_owned()),
    }
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

fn folder() -> PathBuf {
    env::var_os("HR_INSTANCES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/benchmarks/curtois"), PathBuf::from)
}
