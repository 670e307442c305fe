//! What a change would cost, without making it.

use super::{Multiplier, Roster, Segment, bits, weigh};
use crate::compile::OFF;
use crate::solution::Score;

#[expect(clippy::indexing_slicing, reason = "people, days, columns and slots come from the same tables")]
impl Roster<'_> {
    /// How a segment changes the cells' own costs and the heads of its columns.
    #[inline]
    pub(crate) fn change_of_cells(&self, segment: Segment<'_>) -> Score {
        let tables = self.tables;
        let mut change = Score::ZERO;
        for (day, &column) in (segment.first..).zip(segment.columns) {
            let old = self.column(segment.person, day);
            if old != column {
                let (old, new) = (tables.columns.global(day, old), tables.columns.global(day, column));
                change += tables.cells.cost(segment.person, new) - tables.cells.cost(segment.person, old);
                change += self.less[old] + self.more[new];
            }
        }
        change
    }

    /// How a segment changes the cells' own costs when the heads stay, since others take them.
    #[inline]
    pub(crate) fn change_of_wishes(&self, segment: Segment<'_>) -> Score {
        let tables = self.tables;
        let mut change = Score::ZERO;
        for (day, &column) in (segment.first..).zip(segment.columns) {
            let old = self.column(segment.person, day);
            if old != column {
                let (old, new) = (tables.columns.global(day, old), tables.columns.global(day, column));
                change += tables.cells.cost(segment.person, new) - tables.cells.cost(segment.person, old);
            }
        }
        change
    }

    /// How a segment changes what the row costs, or none when that is above `allowance`.
    pub(crate) fn change_of_row(
        &mut self,
        segment: Segment<'_>,
        multiplier: Multiplier,
        allowance: i64,
    ) -> Option<Score> {
        // What the row costs now is the most that the change can save: no part of it is below zero.
        let ceiling = allowance + weigh(self.rows[segment.person], multiplier);
        let mut change = self.change_of_pairs(segment);
        if weigh(change, multiplier) > ceiling {
            return None;
        }
        change += self.change_of_sums(segment);
        if weigh(change, multiplier) > ceiling {
            return None;
        }
        change += self.change_of_work(segment, multiplier, ceiling - weigh(change, multiplier))?;
        (weigh(change, multiplier) <= allowance).then_some(change)
    }

    #[inline]
    fn change_of_pairs(&self, segment: Segment<'_>) -> Score {
        let tables = self.tables;
        let Segment { person, first, columns } = segment;
        let end = first + columns.len();
        if tables.pairs.reach(person) > 1 {
            let new = |day: usize| {
                if (first..end).contains(&day) { columns[day - first] } else { self.column(person, day) }
            };
            let around =
                |column: &dyn Fn(usize) -> u16| tables.pairs.around(&tables.columns, person, (first, end), column);
            return around(&new) - around(&|day| self.column(person, day));
        }
        let next = |day, before, after| tables.pairs.next(&tables.columns, person, day, before, after);
        let mut change = Score::ZERO;
        let (mut old, mut new) = (OFF, OFF);
        if first > 0 {
            old = self.column(person, first - 1);
            new = old;
        }
        for (day, &column) in (first..).zip(columns) {
            let now = self.column(person, day);
            if day > 0 {
                change += next(day - 1, new, column) - next(day - 1, old, now);
            }
            (old, new) = (now, column);
        }
        if end < tables.days {
            let after = self.column(person, end);
            change += next(end - 1, new, after) - next(end - 1, old, after);
        }
        change
    }

    #[inline]
    fn change_of_sums(&mut self, segment: Segment<'_>) -> Score {
        let tables = self.tables;
        for (day, &column) in (segment.first..).zip(segment.columns) {
            let old = self.cells[tables.cell(segment.person, day)];
            if old == column {
                continue;
            }
            for &(slot, value) in tables.sums.additions(tables.columns.global(day, old)) {
                self.added[slot] -= value;
                self.touched.push(slot);
            }
            for &(slot, value) in tables.sums.additions(tables.columns.global(day, column)) {
                self.added[slot] += value;
                self.touched.push(slot);
            }
        }
        let bounds = tables.sums.bounds(segment.person);
        let sums = &self.sums[segment.person * tables.sums.slots()..];
        let mut change = Score::ZERO;
        for slot in self.touched.drain(..) {
            let added = std::mem::take(&mut self.added[slot]);
            if added != 0 {
                change += bounds[slot].cost(sums[slot] + added) - bounds[slot].cost(sums[slot]);
            }
        }
        change
    }

    /// How a segment changes what runs and weekends cost, or none when a part of it alone is above `ceiling`.
    #[inline]
    fn change_of_work(&mut self, segment: Segment<'_>, multiplier: Multiplier, ceiling: i64) -> Option<Score> {
        let tables = self.tables;
        let mut change = Score::ZERO;
        for mask in 0..tables.masks.count() {
            let before = self.work.row(segment.person * tables.masks.count() + mask);
            self.after.copy_from_slice(before);
            for (day, &column) in (segment.first..).zip(segment.columns) {
                let is_work = tables.masks.holds(mask, tables.columns.global(day, column));
                bits::set(&mut self.after, day, is_work);
            }
            if self.after == before {
                continue;
            }
            change += self.change_of_runs(mask, segment);
            if weigh(change, multiplier) > ceiling {
                return None;
            }
            change += self.change_of_weekends(mask, segment);
        }
        Some(change)
    }

    #[inline]
    fn change_of_runs(&self, mask: usize, segment: Segment<'_>) -> Score {
        let tables = self.tables;
        let before = self.work.row(segment.person * tables.masks.count() + mask);
        let (first, end) = (segment.first, segment.first + segment.columns.len());
        let first = if first > 0 { bits::run_start(before, first - 1) } else { 0 };
        let end = if end < tables.days { bits::run_end(before, end, tables.days) } else { tables.days };
        let tables_of_mask = tables.runs.of(segment.person).filter(|(of, _)| *of == mask);
        let change = tables_of_mask.map(|(_, lengths)| {
            bits::price(&self.after, lengths, first, end, tables.days)
                - bits::price(before, lengths, first, end, tables.days)
        });
        change.sum()
    }

    #[inline]
    fn change_of_weekends(&self, mask: usize, segment: Segment<'_>) -> Score {
        let tables = self.tables;
        let before = self.work.row(segment.person * tables.masks.count() + mask);
        let (first, end) = (segment.first, segment.first + segment.columns.len());
        let counts = tables.weekends.counts();
        let mut change = Score::ZERO;
        for (index, limit) in tables.weekends.of(segment.person) {
            let count = &counts[*index];
            if count.mask != mask {
                continue;
            }
            let mut added = 0;
            for (start, days) in count.within(first, end) {
                added += i32::from(bits::from(&self.after, start) & days != 0)
                    - i32::from(bits::from(before, start) & days != 0);
            }
            if added != 0 {
                let now = self.weekends[segment.person * counts.len() + index];
                change += limit.cost(now + added) - limit.cost(now);
            }
        }
        change
    }
}
