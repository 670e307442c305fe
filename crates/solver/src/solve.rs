use std::thread;
use std::time::Duration;

use scheduling_domain::roster::{Placement, Problem};

use crate::compile::{Columns, Given, Tables};
use crate::error::SolveError;
use crate::random::Random;
use crate::settings::{Budget, Observer, Progress, Settings};
use crate::solution::Solution;
use crate::walker::{CHUNK, Walker};

/// How many chunks a walker goes between two looks at the watch.
const CHUNKS_PER_LOOK: u64 = 2;

/// The best roster that the budget allows.
///
/// Placements in `start` that are pinned, or whose shift lies outside the planned period, stay as they are, even where
/// they break a rule; the others are where the search starts from.
pub fn solve(
    problem: &Problem,
    settings: &Settings,
    start: &[Placement],
    observer: &dyn Observer,
) -> Result<Solution, SolveError> {
    if settings.budget.steps.is_none() && settings.budget.time.is_none() {
        return Err(SolveError::NoBudget);
    }
    let given = Given::collect(problem, start)?;
    let tables = Tables::compile(problem, &given)?;
    let walkers: Vec<_> = (0..settings.walkers.get())
        .map(|index| {
            let random = Random::new(settings.seed, index);
            let mut walker = Walker::new(&tables, given.cells(&tables), random);
            if given.hints.is_empty() {
                walker.start_with_rows();
            }
            (index, walker)
        })
        .collect();
    let report = &Report { observer, columns: &tables.columns, given: &given };
    let shares = deal(walkers, settings.threads.get());
    let mut walkers: Vec<(usize, Walker<'_>)> = thread::scope(|scope| {
        let carried: Vec<_> = shares.into_iter().map(|share| scope.spawn(|| carry(share, settings, report))).collect();
        carried
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    walkers.sort_by_key(|(index, walker)| (walker.best(), *index));
    let steps = walkers.iter().map(|(_, walker)| walker.steps()).sum();
    let (_, winner) = walkers.swap_remove(0);
    let score = winner.best();
    let (cells, trace) = winner.into_best();
    Ok(Solution { placements: placements(&tables.columns, &given, &cells), score, steps, trace })
}

/// Deals walkers to threads like cards.
fn deal<T>(walkers: Vec<T>, threads: usize) -> Vec<Vec<T>> {
    let mut shares: Vec<Vec<T>> = (0..threads.min(walkers.len())).map(|_| Vec::new()).collect();
    let count = shares.len().max(1);
    for (index, walker) in walkers.into_iter().enumerate() {
        if let Some(share) = shares.get_mut(index % count) {
            share.push(walker);
        }
    }
    shares
}

/// Tells the observer, in whose words a roster is placements.
struct Report<'a> {
    observer: &'a dyn Observer,
    columns: &'a Columns,
    given: &'a Given,
}

impl Report<'_> {
    fn tell(&self, index: usize, walker: &Walker<'_>, spent: u64) {
        let permille = u32::try_from(spent * 1000 / WHOLE).unwrap_or(1000);
        let progress = Progress { steps: walker.steps(), permille, best: walker.best(), walker: index };
        self.observer.progress(&progress, &|| placements(self.columns, self.given, walker.best_cells()));
    }
}

/// Lets some walkers take turns until the budget is spent.
fn carry<'t>(
    mut share: Vec<(usize, Walker<'t>)>,
    settings: &Settings,
    report: &Report<'_>,
) -> Vec<(usize, Walker<'t>)> {
    let walkers = u64::try_from(settings.walkers.get()).unwrap_or(u64::MAX);
    let budget = settings.budget.steps.map(|steps| steps / walkers);
    loop {
        let mut is_over = true;
        for (index, walker) in &mut share {
            let left = budget.map_or(u64::MAX, |budget| budget.saturating_sub(walker.steps()));
            let spent = spent(settings.budget, budget, walker.steps(), report.observer);
            if left == 0 || spent >= WHOLE || report.observer.should_stop() {
                continue;
            }
            is_over = false;
            for chunk in 0..CHUNKS_PER_LOOK {
                walker.walk(CHUNK.min(left.saturating_sub(chunk * CHUNK)), spent);
            }
            report.tell(*index, walker, spent);
        }
        if is_over {
            return share;
        }
    }
}

/// A whole budget, where parts of it are counted.
const WHOLE: u64 = 1 << 16;

/// How much of the budget is spent.
fn spent(budget: Budget, steps: Option<u64>, done: u64, observer: &dyn Observer) -> u64 {
    let part = |done: u128, of: u128| u64::try_from(done * u128::from(WHOLE) / of.max(1)).unwrap_or(WHOLE);
    let of_steps = steps.map_or(0, |steps| part(done.into(), steps.into()));
    let of_time = budget.time.map_or(0, |time: Duration| part(observer.elapsed().as_nanos(), time.as_nanos()));
    of_steps.max(of_time)
}

/// The roster as placements, with what was given as it was given.
fn placements(columns: &Columns, given: &Given, cells: &[u16]) -> Vec<Placement> {
    let mut placements = given.stays.clone();
    for (cell, &column) in cells.iter().enumerate() {
        let (person, day) = (cell / columns.days(), cell % columns.days());
        if !given.fixed.contains_key(&(person, day)) {
            let shifts = columns.shifts(columns.global(day, column));
            placements.extend(shifts.iter().map(|shift| Placement { person, shift: *shift, pinned: false }));
        }
    }
    placements.sort_unstable();
    placements.dedup();
    placements
}
