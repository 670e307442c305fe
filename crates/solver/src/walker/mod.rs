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
use crate::roster::{Multiplier, Roster, Segment, weigh};
use crate::row;
use crate::solution::{Score, TracePoint};

use moves::Scratch;
use schedule::Schedule;

/// Moves between two looks at the budget.
pub(crate) const CHUNK: u64 = 4_096;

/// Chunks between two rows that are rebuilt.
const CHUNKS_PER_ROW: u64 = 16;

/// How much more work a row of the start is worth that came out broken.
const CARE: usize = 4;

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
    chunks: u64,
    /// Rows still to build before the walk, the next one last, each with the work it is worth.
    to_build: Vec<(usize, usize)>,
    next_to_mend: usize,
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
            chunks: 0,
            to_build: Vec::new(),
            next_to_mend: 0,
            trace: vec![TracePoint { steps: 0, best: roster.total() }],
            roster,
        }
    }

    /// Lets the walk begin with rebuilding every row, in random order, and broken ones again with more care.
    pub(crate) fn start_with_rows(&mut self) {
        let mut people: Vec<usize> = (0..self.roster.tables().people).collect();
        for place in (1..people.len()).rev() {
            people.swap(place, self.random.below(place + 1));
        }
        self.to_build.extend(people.iter().map(|person| (*person, row::WORK * CARE)));
        self.to_build.extend(people.iter().map(|person| (*person, row::WORK)));
    }

    /// Rebuilds the next row of the start; whether there was one.
    fn build_next(&mut self) -> bool {
        let Some((person, work)) = self.to_build.pop() else { return false };
        if work == row::WORK || self.roster.row(person).hard > 0 {
            self.mend(person, self.schedule.most_multiplier(), work);
        }
        true
    }

    /// Rebuilds a row and takes it if it is better.
    fn mend(&mut self, person: usize, multiplier: Multiplier, work: usize) {
        let Some(row) = row::rebuild(&self.roster, person, multiplier, work) else { return };
        let segment = Segment { person, first: 0, columns: &row };
        let cells = weigh(self.roster.change_of_cells(segment), multiplier);
        if let Some(change) = self.roster.change_of_row(segment, multiplier, -1 - cells) {
            self.roster.apply(segment, change);
            self.keep_best();
        }
    }

    /// Mends a row that breaks a rule, if any does, or else the next in turn.
    fn mend_next(&mut self) {
        let people = self.roster.tables().people;
        if people == 0 {
            return;
        }
        let turn = self.next_to_mend;
        self.next_to_mend = (turn + 1) % people;
        let mut in_turn = (turn..people).chain(0..turn);
        let person = in_turn.find(|person| self.roster.row(*person).hard > 0).unwrap_or(turn);
        self.mend(person, self.multiplier, row::WORK);
    }

    #[inline]
    fn keep_best(&mut self) {
        if self.roster.total() < self.best {
            self.best = self.roster.total();
            self.best_cells.copy_from_slice(self.roster.cells());
        }
    }

    /// Tries `moves` moves when `spent` 65536ths of the budget are gone.
    pub(crate) fn walk(&mut self, moves: u64, spent: u64) {
        if !self.build_next() {
            self.anneal(moves, spent);
        }
        self.steps += moves;
        if self.trace.last().is_none_or(|last| self.best < last.best) {
            self.trace.push(TracePoint { steps: self.steps, best: self.best });
        }
        debug_assert!(self.roster.is_exact(), "the deltas have left the roster behind");
    }

    fn anneal(&mut self, moves: u64, spent: u64) {
        let temperature = self.schedule.temperature(spent);
        for _ in 0..moves {
            let bits = self.random.bits();
            let threshold = self.threshold(bits, temperature);
            if self.try_move(bits >> 12, threshold) {
                self.keep_best();
            }
        }
        self.chunks += 1;
        if self.schedule.mends(spent) && self.chunks.is_multiple_of(CHUNKS_PER_ROW) {
            self.mend_next();
        }
        self.multiplier = self.schedule.next_multiplier(self.multiplier, self.roster.total().hard > 0);
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

    /// The best so far, by person and day.
    pub(crate) fn best_cells(&self) -> &[u16] {
        &self.best_cells
    }

    /// The best so far, by person and day, and how it was reached.
    pub(crate) fn into_best(self) -> (Vec<u16>, Vec<TracePoint>) {
        (self.best_cells, self.trace)
    }
}
