//! A roster under search: what every cell holds, and everything that makes the next question cheap to answer.
//!
//! The invariant of this module: all that is kept beside `cells` equals what [`Roster::build`] derives from `cells`.

mod bits;
mod delta;

use crate::compile::{OFF, Tables};
use crate::solution::Score;

pub(crate) use bits::Bits;

/// How much a unit of `hard` weighs against 1024 units of `soft`.
pub(crate) type Multiplier = i64;

/// `score` as one number in 1024ths of a soft point.
#[inline]
pub(crate) fn weigh(score: Score, multiplier: Multiplier) -> i64 {
    (score.soft << 10) + score.hard * multiplier
}

/// A roster and its sums.
#[derive(Clone)]
pub(crate) struct Roster<'t> {
    tables: &'t Tables,
    /// By person and day, the column.
    cells: Vec<u16>,
    /// By person and mask, the days with work.
    work: Bits,
    /// By person and slot.
    sums: Vec<i32>,
    /// By person and count, weekends with work.
    weekends: Vec<i32>,
    /// By person, what the row's runs, weekends, sums and pairs cost.
    rows: Vec<Score>,
    /// By column.
    heads: Vec<i32>,
    /// By column, what one more head changes, and one less.
    more: Vec<Score>,
    less: Vec<Score>,
    total: Score,
    /// By slot, what a move adds; all zero between moves.
    added: Vec<i32>,
    touched: Vec<usize>,
    /// The row's days with work after a move.
    after: Vec<u64>,
}

/// New contents for some successive days of a row.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'c> {
    pub(crate) person: usize,
    pub(crate) first: usize,
    pub(crate) columns: &'c [u16],
}

#[expect(clippy::indexing_slicing, reason = "people, days, columns and slots come from the same tables")]
impl<'t> Roster<'t> {
    /// The roster with these cells, by person and day.
    pub(crate) fn build(tables: &'t Tables, cells: Vec<u16>) -> Self {
        let slots = tables.sums.slots();
        let mut roster = Self {
            tables,
            cells,
            work: Bits::new(tables.people * tables.masks.count(), tables.days),
            sums: vec![0; tables.people * slots],
            weekends: vec![0; tables.people * tables.weekends.counts().len()],
            rows: vec![Score::ZERO; tables.people],
            heads: tables.cover.base().to_vec(),
            more: vec![Score::ZERO; tables.columns.total()],
            less: vec![Score::ZERO; tables.columns.total()],
            total: Score::ZERO,
            added: vec![0; slots],
            touched: Vec::with_capacity(slots),
            after: vec![0; tables.days.div_ceil(64)],
        };
        for person in 0..tables.people {
            roster.build_row(person);
        }
        for global in 0..tables.columns.total() {
            roster.total += tables.cover.cost(global, roster.heads[global]);
            roster.price(global);
        }
        roster
    }

    fn build_row(&mut self, person: usize) {
        let tables = self.tables;
        for day in 0..tables.days {
            let column = self.cells[tables.cell(person, day)];
            let global = tables.columns.global(day, column);
            self.total += tables.cells.cost(person, global);
            if column != OFF {
                self.heads[global] += 1;
            }
            for mask in 0..tables.masks.count() {
                self.work.set(person * tables.masks.count() + mask, day, tables.masks.holds(mask, global));
            }
            for &(slot, value) in tables.sums.additions(global) {
                self.sums[person * tables.sums.slots() + slot] += value;
            }
        }
        for (index, count) in tables.weekends.counts().iter().enumerate() {
            let row = self.work.row(person * tables.masks.count() + count.mask);
            let worked =
                count.within(0, tables.days).filter(|(first, days)| bits::from(row, *first) & days != 0).count();
            self.weekends[person * tables.weekends.counts().len() + index] = i32::try_from(worked).unwrap_or(i32::MAX);
        }
        self.rows[person] = self.row_from_scratch(person);
        self.total += self.rows[person];
    }

    fn row_from_scratch(&self, person: usize) -> Score {
        let tables = self.tables;
        let sums = &self.sums[person * tables.sums.slots()..];
        let sums = tables.sums.bounds(person).iter().zip(sums).map(|(bound, sum)| bound.cost(*sum)).sum::<Score>();
        let counts = &self.weekends[person * tables.weekends.counts().len()..];
        let weekends =
            tables.weekends.of(person).iter().map(|(count, limit)| limit.cost(counts[*count])).sum::<Score>();
        let runs = tables.runs.of(person).map(|(mask, lengths)| {
            let row = self.work.row(person * tables.masks.count() + mask);
            bits::price(row, lengths, 0, tables.days, tables.days)
        });
        let pairs = tables.pairs.around(&tables.columns, person, (0, tables.days), |day| self.column(person, day));
        sums + weekends + runs.sum() + pairs
    }

    fn price(&mut self, global: usize) {
        let is_off = self.tables.columns.shifts(global).is_empty();
        if !is_off {
            let cover = &self.tables.cover;
            let now = cover.cost(global, self.heads[global]);
            self.more[global] = cover.cost(global, self.heads[global] + 1) - now;
            self.less[global] = cover.cost(global, self.heads[global] - 1) - now;
        }
    }

    pub(crate) fn tables(&self) -> &'t Tables {
        self.tables
    }

    /// What a cell holds.
    #[inline]
    pub(crate) fn column(&self, person: usize, day: usize) -> u16 {
        self.cells[self.tables.cell(person, day)]
    }

    /// All cells, by person and day.
    pub(crate) fn cells(&self) -> &[u16] {
        &self.cells
    }

    /// Everything together.
    #[inline]
    pub(crate) fn total(&self) -> Score {
        self.total
    }

    /// What a row costs beyond its cells and its heads.
    #[inline]
    pub(crate) fn row(&self, person: usize) -> Score {
        self.rows[person]
    }

    /// What one more head on a column, by its global number, changes.
    #[inline]
    pub(crate) fn more(&self, global: usize) -> Score {
        self.more[global]
    }

    /// What one head less on a column, by its global number, changes.
    #[inline]
    pub(crate) fn less(&self, global: usize) -> Score {
        self.less[global]
    }

    /// Makes a change whose cost is known: `row` for the row's part, `rest` for cells and heads.
    pub(crate) fn apply(&mut self, segment: Segment<'_>, row: Score) {
        let tables = self.tables;
        let Segment { person, first, columns } = segment;
        let masks = tables.masks.count();
        let (first_weekend, slots) = (person * tables.weekends.counts().len(), tables.sums.slots());
        for (index, count) in tables.weekends.counts().iter().enumerate() {
            self.weekends[first_weekend + index] -= self.worked_weekends(person, count, first, first + columns.len());
        }
        for (day, &column) in (first..).zip(columns) {
            let cell = tables.cell(person, day);
            let old = self.cells[cell];
            if old == column {
                continue;
            }
            self.cells[cell] = column;
            let (old, new) = (tables.columns.global(day, old), tables.columns.global(day, column));
            self.total += tables.cells.cost(person, new) - tables.cells.cost(person, old);
            self.total += self.less[old];
            self.heads[old] -= 1;
            self.price(old);
            self.total += self.more[new];
            self.heads[new] += 1;
            self.price(new);
            for &(slot, value) in tables.sums.additions(old) {
                self.sums[person * slots + slot] -= value;
            }
            for &(slot, value) in tables.sums.additions(new) {
                self.sums[person * slots + slot] += value;
            }
            for mask in 0..masks {
                self.work.set(person * masks + mask, day, tables.masks.holds(mask, new));
            }
        }
        for (index, count) in tables.weekends.counts().iter().enumerate() {
            self.weekends[first_weekend + index] += self.worked_weekends(person, count, first, first + columns.len());
        }
        self.rows[person] += row;
        self.total += row;
    }

    fn worked_weekends(&self, person: usize, count: &crate::compile::weekends::Count, first: usize, end: usize) -> i32 {
        let row = self.work.row(person * self.tables.masks.count() + count.mask);
        let worked = count.within(first, end).filter(|(start, days)| bits::from(row, *start) & days != 0);
        i32::try_from(worked.count()).unwrap_or(i32::MAX)
    }

    /// Whether everything kept equals what follows from the cells.
    pub(crate) fn is_exact(&self) -> bool {
        let fresh = Self::build(self.tables, self.cells.clone());
        self.total == fresh.total
            && self.rows == fresh.rows
            && self.sums == fresh.sums
            && self.weekends == fresh.weekends
            && self.more == fresh.more
            && self.less == fresh.less
            && self.work == fresh.work
    }
}
