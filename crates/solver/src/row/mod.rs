//! One person's whole row, rebuilt against what everybody else leaves.
//!
//! A dynamic programme over the days. Its states hold all that rules can still ask about the days so far: the last
//! column, where the runs under way began, the sums so far, the weekends worked. Of two ways into one state only the
//! cheaper goes on. States are too many to keep them all, so each day keeps the most promising ones: a beam.
//!
//! Used to start from a roster that is legal where rows decide that, and on the way to mend rows that single moves
//! cannot.

mod state;

use std::collections::HashSet;

use crate::roster::{Multiplier, Roster, weigh};
use crate::solution::Score;

pub(crate) use state::Demands;

/// Ways into a day that are looked at for one row, over all days; bounds the time that a row takes.
pub(crate) const WORK: usize = 60_000;
/// The fewest states that a day keeps.
const LEAST_WIDTH: usize = 12;

/// A way into a day.
#[derive(Clone, Copy)]
struct Way {
    /// What the days so far cost for sure.
    cost: i64,
    /// `cost` and what it looks like costing later.
    rank: i64,
    /// Which of the day before's ways it continues.
    from: usize,
    column: u16,
    /// Where its state stands among the day's states.
    state: usize,
}

/// The cheapest row found for a person, by day; none when the person's rules reach too far for it.
#[expect(clippy::indexing_slicing, reason = "ways and states are numbered by these same lists")]
pub(crate) fn rebuild(roster: &Roster<'_>, person: usize, multiplier: Multiplier, work: usize) -> Option<Vec<u16>> {
    let tables = roster.tables();
    if tables.pairs.reach(person) > 1 {
        return None;
    }
    let demands = Demands::of(tables, person);
    let choices: usize = (0..tables.days).map(|day| tables.cells.choices(person, day).len()).sum();
    let width = (work / choices.max(1)).max(LEAST_WIDTH);
    let size = demands.size();

    let mut kept: Vec<Vec<(usize, u16)>> = Vec::with_capacity(tables.days);
    let mut states = demands.first();
    let mut now = vec![Way { cost: 0, rank: 0, from: 0, column: 0, state: 0 }];
    for day in 0..tables.days {
        let mut next_states = Vec::with_capacity(now.len() * size * 2);
        let mut next = Vec::new();
        for &column in tables.cells.choices(person, day) {
            let global = tables.columns.global(day, column);
            let heads = if roster.column(person, day) == column {
                Score::ZERO - roster.less(global)
            } else {
                roster.more(global)
            };
            let own = weigh(tables.cells.cost(person, global) + heads, multiplier);
            for (index, way) in now.iter().enumerate() {
                let state = next_states.len();
                let before = &states[way.state..way.state + size];
                let (added, promise) =
                    demands.step(day, (day > 0).then_some(way.column), column, before, &mut next_states);
                let cost = way.cost + own + weigh(added, multiplier);
                next.push(Way { cost, rank: cost + weigh(promise, multiplier), from: index, column, state });
            }
        }
        next.sort_unstable_by_key(|way| (way.rank, way.column, way.from));
        let mut seen = HashSet::with_capacity(width * 2);
        now = next
            .into_iter()
            .filter(|way| seen.insert(mark(way.column, &next_states[way.state..way.state + size])))
            .take(width)
            .collect();
        kept.push(now.iter().map(|way| (way.from, way.column)).collect());
        states = next_states;
    }
    let ends = now
        .iter()
        .enumerate()
        .map(|(index, way)| (way.cost + weigh(demands.end(&states[way.state..way.state + size]), multiplier), index));
    let (_, mut index) = ends.min()?;
    let mut row = vec![0; tables.days];
    for (cell, ways) in row.iter_mut().zip(&kept).rev() {
        let (from, column) = ways[index];
        *cell = column;
        index = from;
    }
    Some(row)
}

/// A number that tells states apart well enough: a clash loses a way, never truth.
fn mark(column: u16, state: &[i32]) -> u64 {
    state.iter().fold(u64::from(column) + 1, |mark, part| {
        (mark.rotate_left(5) ^ u64::from(part.cast_unsigned())).wrapping_mul(0x517C_C1B7_2722_0A95)
    })
}
