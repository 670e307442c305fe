//! The moves.

use super::Walker;
use crate::compile::OFF;
use crate::random::scale;
use crate::roster::Segment;

/// Days that one move can change.
const REACH: usize = 28;
/// Days that one block can have.
const BLOCK: usize = 12;

/// Where moves write what they would put into two rows.
pub(super) struct Scratch {
    one: [u16; REACH],
    other: [u16; REACH],
}

impl Default for Scratch {
    fn default() -> Self {
        Self { one: [OFF; REACH], other: [OFF; REACH] }
    }
}

#[expect(clippy::indexing_slicing, reason = "blocks are cut to the scratch space and the horizon")]
impl Walker<'_> {
    /// Tries one move; whether it was made.
    #[inline]
    pub(super) fn try_move(&mut self, bits: u64, threshold: i64) -> bool {
        let free = self.roster.tables().cells.free();
        if free.is_empty() {
            return false;
        }
        let (person, day) = free[scale(bits >> 8, free.len())];
        match bits & 15 {
            0..=4 => self.try_cell(person, day, threshold),
            5..=6 => self.try_block(person, day, threshold),
            7..=9 => self.try_shift(person, day, threshold),
            _ => self.try_swap(person, day, threshold),
        }
    }

    /// Another column in one cell.
    fn try_cell(&mut self, person: usize, day: usize, threshold: i64) -> bool {
        let choices = self.roster.tables().cells.choices(person, day);
        let column = choices[self.random.below(choices.len())];
        if column == self.roster.column(person, day) {
            return false;
        }
        self.scratch.one[0] = column;
        self.try_segment(person, day, 1, threshold)
    }

    /// The same work, or none, on some days in a row.
    fn try_block(&mut self, person: usize, day: usize, threshold: i64) -> bool {
        let tables = self.roster.tables();
        let choices = tables.cells.choices(person, day);
        let bits = self.random.bits();
        let column = choices[scale(bits, choices.len())];
        let length = (2 + scale(bits >> 32, 4)).min(tables.days - day);
        for (place, day_of_block) in (day..day + length).enumerate() {
            match tables.columns.alike(day, column, day_of_block) {
                Some(alike) if tables.cells.allows(person, tables.columns.global(day_of_block, alike)) => {
                    self.scratch.one[place] = alike;
                }
                _ => return false,
            }
        }
        self.try_segment(person, day, length, threshold)
    }

    /// Two stretches of one row change places.
    fn try_shift(&mut self, person: usize, day: usize, threshold: i64) -> bool {
        let tables = self.roster.tables();
        let bits = self.random.bits();
        let length = 1 + scale(bits, 3);
        let gap = length + scale(bits >> 32, REACH - 2 * 3);
        let end = day + gap + length;
        if end > tables.days || end - day > REACH {
            return false;
        }
        for place in 0..end - day {
            self.scratch.one[place] = self.roster.column(person, day + place);
        }
        let mut changes = false;
        for place in 0..length {
            let (near, far) = (day + place, day + gap + place);
            let (here, there) = (self.scratch.one[place], self.scratch.one[gap + place]);
            let (Some(to_far), Some(to_near)) =
                (tables.columns.alike(near, here, far), tables.columns.alike(far, there, near))
            else {
                return false;
            };
            let may_near = tables.cells.allows(person, tables.columns.global(near, to_near));
            if !may_near || !tables.cells.allows(person, tables.columns.global(far, to_far)) {
                return false;
            }
            changes |= to_near != here;
            self.scratch.one[place] = to_near;
            self.scratch.one[gap + place] = to_far;
        }
        changes && self.try_segment(person, day, end - day, threshold)
    }

    fn try_segment(&mut self, person: usize, first: usize, length: usize, threshold: i64) -> bool {
        let segment = Segment { person, first, columns: &self.scratch.one[..length] };
        let cells = self.roster.change_of_cells(segment);
        let allowance = self.allowance(threshold, cells);
        match self.roster.change_of_row(segment, self.multiplier, allowance) {
            Some(row) => {
                self.roster.apply(segment, row);
                true
            }
            None => false,
        }
    }

    /// Two people exchange some days.
    fn try_swap(&mut self, one: usize, day: usize, threshold: i64) -> bool {
        let tables = self.roster.tables();
        let bits = self.random.bits();
        let other = scale(bits, tables.people);
        let mut length = (1 + scale(bits >> 32, BLOCK)).min(tables.days - day);
        if other == one {
            return false;
        }
        while length > 0 && self.roster.column(one, day + length - 1) == self.roster.column(other, day + length - 1) {
            length -= 1;
        }
        let mut first = day;
        while length > 0 && self.roster.column(one, first) == self.roster.column(other, first) {
            first += 1;
            length -= 1;
        }
        if length == 0 {
            return false;
        }
        for place in 0..length {
            let day = first + place;
            let (of_one, of_other) = (self.roster.column(one, day), self.roster.column(other, day));
            if of_one != of_other {
                let may_one = tables.cells.allows(one, tables.columns.global(day, of_other));
                if !may_one || !tables.cells.allows(other, tables.columns.global(day, of_one)) {
                    return false;
                }
            }
            self.scratch.one[place] = of_other;
            self.scratch.other[place] = of_one;
        }
        let for_one = Segment { person: one, first, columns: &self.scratch.one[..length] };
        let for_other = Segment { person: other, first, columns: &self.scratch.other[..length] };
        let wishes = self.roster.change_of_wishes(for_one) + self.roster.change_of_wishes(for_other);
        let allowance = self.allowance(threshold, wishes);
        let saved_at_most = crate::roster::weigh(self.roster.row(other), self.multiplier);
        let Some(row) = self.roster.change_of_row(for_one, self.multiplier, allowance + saved_at_most) else {
            return false;
        };
        let allowance = self.allowance(allowance, row);
        let Some(other_row) = self.roster.change_of_row(for_other, self.multiplier, allowance) else {
            return false;
        };
        self.roster.apply(for_one, row);
        self.roster.apply(for_other, other_row);
        true
    }
}
