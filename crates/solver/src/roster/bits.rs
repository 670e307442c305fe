//! Rows as bits: which days have work, and the runs they make.

use crate::compile::runs::Lengths;
use crate::solution::Score;

/// Rows of bits, one for each day.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
    per_row: usize,
}

#[expect(clippy::indexing_slicing, reason = "rows and days come from the tables that the bits were made for")]
impl Bits {
    pub(crate) fn new(rows: usize, days: usize) -> Self {
        let per_row = days.div_ceil(64);
        Self { words: vec![0; rows * per_row], per_row }
    }

    #[inline]
    pub(crate) fn row(&self, row: usize) -> &[u64] {
        &self.words[row * self.per_row..(row + 1) * self.per_row]
    }

    #[inline]
    pub(crate) fn set(&mut self, row: usize, day: usize, is_work: bool) {
        set(&mut self.words[row * self.per_row..(row + 1) * self.per_row], day, is_work);
    }
}

#[inline]
#[expect(clippy::indexing_slicing, reason = "the day lies in the row")]
pub(super) fn set(row: &mut [u64], day: usize, is_work: bool) {
    let bit = 1 << (day % 64);
    let word = &mut row[day / 64];
    *word = if is_work { *word | bit } else { *word & !bit };
}

#[inline]
#[expect(clippy::indexing_slicing, reason = "the day lies in the row")]
pub(super) fn get(row: &[u64], day: usize) -> bool {
    row[day / 64] >> (day % 64) & 1 == 1
}

/// The 64 days from `first` on, as far as the row has them.
#[inline]
#[expect(clippy::indexing_slicing, reason = "the day lies in the row")]
pub(super) fn from(row: &[u64], first: usize) -> u64 {
    let (word, shift) = (first / 64, first % 64);
    let low = row[word] >> shift;
    match row.get(word + 1) {
        Some(next) if shift > 0 => low | next << (64 - shift),
        _ => low,
    }
}

/// The first day after `day` that differs from it, or `days`.
#[inline]
#[expect(clippy::indexing_slicing, reason = "the day lies in the row")]
pub(super) fn run_end(row: &[u64], day: usize, days: usize) -> usize {
    let flip = if get(row, day) { u64::MAX } else { 0 };
    let mut word = day / 64;
    let mut differs = (row[word] ^ flip) & u64::MAX << (day % 64);
    loop {
        if differs != 0 {
            return (word * 64 + low_zeros(differs)).min(days);
        }
        word += 1;
        if word == row.len() {
            return days;
        }
        differs = row[word] ^ flip;
    }
}

/// The first day of the run that `day` is in.
#[inline]
#[expect(clippy::indexing_slicing, reason = "the day lies in the row")]
pub(super) fn run_start(row: &[u64], day: usize) -> usize {
    let flip = if get(row, day) { u64::MAX } else { 0 };
    let mut word = day / 64;
    let mut differs = (row[word] ^ flip) & u64::MAX >> (63 - day % 64);
    loop {
        if differs != 0 {
            return word * 64 + 64 - high_zeros(differs);
        }
        if word == 0 {
            return 0;
        }
        word -= 1;
        differs = row[word] ^ flip;
    }
}

#[inline]
#[expect(clippy::as_conversions, reason = "at most 64")]
fn low_zeros(word: u64) -> usize {
    word.trailing_zeros() as usize
}

#[inline]
#[expect(clippy::as_conversions, reason = "at most 64")]
fn high_zeros(word: u64) -> usize {
    word.leading_zeros() as usize
}

/// What the runs cost that fill `[first, end)`; both must be ends of runs.
#[inline]
pub(super) fn price(row: &[u64], lengths: &Lengths, first: usize, end: usize, days: usize) -> Score {
    let mut cost = Score::ZERO;
    let mut day = first;
    while day < end {
        let next = run_end(row, day, days);
        cost += lengths.cost(get(row, day), day, next);
        day = next;
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_across_words() {
        let mut row = [0_u64; 3];
        for day in 60..130 {
            set(&mut row, day, true);
        }
        assert_eq!(run_end(&row, 0, 150), 60);
        assert_eq!(run_end(&row, 60, 150), 130);
        assert_eq!(run_end(&row, 100, 150), 130);
        assert_eq!(run_end(&row, 130, 150), 150);
        assert_eq!(run_start(&row, 129), 60);
        assert_eq!(run_start(&row, 149), 130);
        assert_eq!(run_start(&row, 59), 0);
    }

    #[test]
    fn a_window_of_days_reaches_into_the_next_word() {
        let mut row = [0_u64; 2];
        set(&mut row, 63, true);
        set(&mut row, 65, true);
        assert_eq!(from(&row, 62) & 0b1111, 0b1010);
        assert_eq!(from(&row, 64) & 0b11, 0b10);
    }
}
