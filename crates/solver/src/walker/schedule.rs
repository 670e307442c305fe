//! How temperature and the weight of breaches go through a run.

use crate::fixed;
use crate::roster::{Multiplier, Roster};
use crate::solution::STEP;

/// From which part of the budget on, in 65536ths, rows are worth rebuilding: when single moves have done the rough work.
const MEND_FROM: u64 = (1 << fixed::BITS) * 3 / 5;

/// Rosters up to so many cells are small: single moves come by each cell often enough to do all the work, and a breach
/// may weigh what it takes to close every way through it. Measured on the instances of `benches/instances.rs`.
const SMALL_CELLS: usize = 1_500;

/// The course of a run, in 1024ths of a soft point.
pub(crate) struct Schedule {
    /// log2 of the first and of the last temperature, times 2^16.
    from: i64,
    to: i64,
    least_multiplier: Multiplier,
    most_multiplier: Multiplier,
    is_small: bool,
}

impl Schedule {
    /// A course that suits the weights of a roster's problem.
    pub(crate) fn of(roster: &Roster<'_>) -> Self {
        let typical = typical_change(roster);
        let hot = (typical * 1024 / 3).max(1024);
        let cold = (hot / 200).clamp(64, 512);
        let is_small = roster.cells().len() <= SMALL_CELLS;
        let most = if is_small { 100 } else { 3 };
        Self {
            from: fixed::log2(u64::try_from(hot).unwrap_or(1) << fixed::BITS),
            to: fixed::log2(u64::try_from(cold).unwrap_or(1) << fixed::BITS),
            least_multiplier: (typical * 1024 / STEP / 4).max(1),
            most_multiplier: (typical * 1024 / STEP * most).max(1_000),
            is_small,
        }
    }

    /// The temperature when `spent` 65536ths of the budget are gone.
    pub(crate) fn temperature(&self, spent: u64) -> i64 {
        let spent = i64::try_from(spent.min(1 << fixed::BITS)).unwrap_or(0);
        let exponent = self.from + (((self.to - self.from) * spent) >> fixed::BITS);
        i64::try_from(fixed::exp2(exponent) >> fixed::BITS).unwrap_or(i64::MAX)
    }

    pub(crate) fn first_multiplier(&self) -> Multiplier {
        self.least_multiplier * 4
    }

    pub(crate) fn most_multiplier(&self) -> Multiplier {
        self.most_multiplier
    }

    /// Whether rows are worth rebuilding when `spent` 65536ths of the budget are gone.
    pub(crate) fn mends(&self, spent: u64) -> bool {
        !self.is_small && spent >= MEND_FROM
    }

    /// What a breach weighs next, after a chunk that ended legal or not.
    pub(crate) fn next_multiplier(&self, now: Multiplier, is_broken: bool) -> Multiplier {
        let next = if is_broken { now + now / 32 + 1 } else { now - now / 64 };
        next.clamp(self.least_multiplier, self.most_multiplier)
    }
}

/// The middle among the changes that one head more or less makes to the columns that want any.
fn typical_change(roster: &Roster<'_>) -> i64 {
    let columns = 0..roster.tables().columns.total();
    let changes = columns.flat_map(|global| [roster.more(global).soft.abs(), roster.less(global).soft.abs()]);
    let mut changes: Vec<i64> = changes.filter(|change| *change > 0).collect();
    changes.sort_unstable();
    changes.get(changes.len() / 2).copied().unwrap_or(10)
}
