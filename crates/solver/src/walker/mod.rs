//! One annealing search.
//!
//! A walker keeps one roster, tries a random move at a time and accepts what costs no more than a threshold that is
//! drawn *before* the move is priced, so that pricing can stop as soon as the threshold is passed. The threshold falls
//! with the temperature, and the temperature with the budget.
//!
//! Blocking rules may be broken on the way. What a breach weighs follows feasibility: it grows while the roster is
//! illegal and shrinks while it is legal, which keeps the walker near the border, where good rosters are.

mod moves;
mod schedule;

use crate::compile::Tables;
use crate::fixed;
use crate::random::Random;
use crate::roster::{Multiplier, Roster, weigh};
use crate::solution::{Score, TracePoint};

use moves::Scratch;
use schedule::Schedule;

/// Moves between two looks at the budget.
pub(crate) const CHUNK: u64 = 4_096;

/// How many thresholds are drawn from.
const THRESHOLDS: usize = 4_096;

/// One annealing search.
pub(crate) struct Walker<'t> {
    roster: Roster<'t>,
    best: Score,
    best_cells: Vec<u16>,
    random: Random,
    schedule: Schedule,
    multiplier: Multiplier,
    /// -ln u for evenly spread u, times 2^16.
    logarithms: Vec<i64>,
    scratch: Scratch,
    steps: u64,
    trace: Vec<TracePoint>,
}

impl<'t> Walker<'t> {
    pub(crate) fn new(tables: &'t Tables, cells: Vec<u16>, random: Random) -> Self {
        let roster = Roster::build(tables, cells);
        let schedule = Schedule::of(&roster);
        let logarithms = (0..THRESHOLDS).map(|place| {
            let middle = (2 * u64::try_from(place).unwrap_or(0) + 1) << 15;
            fixed::minus_ln(middle / u64::try_from(THRESHOLDS).unwrap_or(1))
        });
        Self {
            best: roster.total(),
            best_cells: roster.cells().to_vec(),
            random,
            multiplier: schedule.first_multiplier(),
            schedule,
            logarithms: logarithms.collect(),
            scratch: Scratch::default(),
            steps: 0,
            trace: vec![TracePoint { steps: 0, best: roster.total() }],
            roster,
        }
    }

    /// Tries `moves` moves when `spent` 65536ths of the budget are gone.
    pub(crate) fn walk(&mut self, moves: u64, spent: u64) {
        let temperature = self.schedule.temperature(spent);
        for _ in 0..moves {
            let bits = self.random.bits();
            let threshold = self.threshold(bits, temperature);
            if self.try_move(bits >> 12, threshold) && self.roster.total() < self.best {
                self.best = self.roster.total();
                self.best_cells.copy_from_slice(self.roster.cells());
            }
        }
        self.steps += moves;
        self.multiplier = self.schedule.next_multiplier(self.multiplier, self.roster.total().hard > 0);
        if self.trace.last().is_none_or(|last| self.best < last.best) {
            self.trace.push(TracePoint { steps: self.steps, best: self.best });
        }
        debug_assert!(self.roster.is_exact(), "the deltas have left the roster behind");
    }

    #[expect(clippy::indexing_slicing, clippy::as_conversions, reason = "twelve bits number the thresholds")]
    fn threshold(&self, bits: u64, temperature: i64) -> i64 {
        (self.logarithms[(bits & 0xFFF) as usize] * temperature) >> fixed::BITS
    }

    fn allowance(&self, threshold: i64, change: Score) -> i64 {
        threshold - weigh(change, self.multiplier)
    }

    /// Moves tried.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    /// The best so far.
    pub(crate) fn best(&self) -> Score {
        self.best
    }

    /// The best so far, by person and day, and how it was reached.
    pub(crate) fn into_best(self) -> (Vec<u16>, Vec<TracePoint>) {
        (self.best_cells, self.trace)
    }
}
