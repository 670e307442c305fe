//! What rules can still ask of a row under construction.

use crate::compile::Tables;
use crate::compile::runs::Lengths;
use crate::compile::sums::Bound;
use crate::compile::weekends::{Count, Limit};
use crate::solution::Score;

/// Shifts by which a sum may run ahead of its pace, or lag behind, before that looks costly.
const SLACK: i32 = 3;

/// A person's demands, in the order of their parts in a state: for each, one number.
pub(crate) struct Demands<'t> {
    tables: &'t Tables,
    person: usize,
    runs: Vec<Run<'t>>,
    weekends: Vec<(&'t Count, Limit)>,
    /// The bounds of the sums that matter. A sum's part is the sum.
    sums: Vec<&'t Bound>,
    /// The slots of sums that are left out.
    without: Vec<usize>,
    /// By slot, its place among the sums.
    place_of_slot: Vec<usize>,
    /// By day, the places of sums under way that want a minimum, with the least and the most that keep pace.
    paces: Vec<Vec<(usize, i32, i32)>>,
    /// By day, the places of sums that nothing later adds to.
    closing: Vec<Vec<usize>>,
}

/// Runs of one meaning of work. Its part is the run's first day, from 1 on; below zero for a run of rest.
struct Run<'t> {
    mask: usize,
    lengths: &'t Lengths,
    /// From which length on runs of rest and of work are all alike.
    settled: [usize; 2],
}

/// Where a slot has no place.
const NOWHERE: usize = usize::MAX;

#[expect(clippy::indexing_slicing, reason = "parts, slots and days come from the same tables")]
impl<'t> Demands<'t> {
    pub(crate) fn of(tables: &'t Tables, person: usize) -> Self {
        let runs = tables.runs.of(person).map(|(mask, lengths)| Run {
            mask,
            lengths,
            settled: [lengths.settled(false), lengths.settled(true)],
        });
        let counts = tables.weekends.counts();
        let weekends = tables.weekends.of(person).iter().map(|(count, limit)| (&counts[*count], *limit));
        let mut demands = Self {
            tables,
            person,
            runs: runs.collect(),
            weekends: weekends.collect(),
            sums: Vec::new(),
            without: Vec::new(),
            place_of_slot: vec![NOWHERE; tables.sums.slots()],
            paces: vec![Vec::new(); tables.days],
            closing: vec![Vec::new(); tables.days],
        };
        demands.collect_sums();
        demands
    }

    /// Keeps the sums that the row could get wrong.
    fn collect_sums(&mut self) {
        let tables = self.tables;
        let slots = tables.sums.slots();
        let mut most = vec![0; slots];
        let mut largest = vec![0; slots];
        let mut days = vec![(usize::MAX, 0); slots];
        for day in 0..tables.days {
            let mut of_day: Vec<(usize, i32)> = Vec::new();
            for &column in tables.cells.choices(self.person, day) {
                of_day.extend(tables.sums.additions(tables.columns.global(day, column)));
            }
            of_day.sort_unstable();
            for (index, &(slot, value)) in of_day.iter().enumerate() {
                let span: &mut (usize, usize) = &mut days[slot];
                *span = (span.0.min(day), day);
                if of_day.get(index + 1).is_none_or(|next| next.0 != slot) {
                    most[slot] += value;
                    largest[slot] = value.max(largest[slot]);
                }
            }
        }
        for (slot, bound) in tables.sums.bounds(self.person).iter().enumerate() {
            let (first, last) = days[slot];
            if first <= last && bound.can_break(most[slot]) && !self.without.contains(&slot) {
                let place = self.sums.len();
                self.place_of_slot[slot] = place;
                self.sums.push(bound);
                for day in first..last {
                    let corridor = bound.pace((day + 1 - first, last + 1 - first), largest[slot].saturating_mul(SLACK));
                    self.paces[day].extend(corridor.map(|(least, most)| (place, least, most)));
                }
                self.closing[last].push(place);
            }
        }
    }

    /// Leaves out a rule that a row looks back far for, those on how little last; says whether there was one.
    pub(crate) fn leave_out_one(&mut self) -> bool {
        if self.weekends.pop().is_some() {
            return true;
        }
        let slots = (0..self.place_of_slot.len()).filter(|slot| self.place_of_slot[*slot] != NOWHERE);
        let Some(slot) = slots.max_by_key(|slot| !self.sums[self.place_of_slot[*slot]].has_least()) else {
            return false;
        };
        self.without.push(slot);
        self.sums.clear();
        self.place_of_slot.fill(NOWHERE);
        self.paces.iter_mut().for_each(Vec::clear);
        self.closing.iter_mut().for_each(Vec::clear);
        self.collect_sums();
        true
    }

    /// Numbers in a state.
    pub(crate) fn size(&self) -> usize {
        self.runs.len() + self.weekends.len() + self.sums.len()
    }

    /// The state before day 0.
    pub(crate) fn first(&self) -> Vec<i32> {
        vec![0; self.size()]
    }

    /// Goes on by a day: appends the new state, and says what that costs for sure and what it looks like costing later.
    pub(crate) fn step(
        &self,
        day: usize,
        last: Option<u16>,
        column: u16,
        before: &[i32],
        states: &mut Vec<i32>,
    ) -> (Score, Score) {
        let tables = self.tables;
        let start = states.len();
        states.extend_from_slice(before);
        let state = &mut states[start..];
        let global = tables.columns.global(day, column);
        let (mut cost, mut promise) = (Score::ZERO, Score::ZERO);
        if let Some(last) = last {
            cost += tables.pairs.next(&tables.columns, self.person, day - 1, last, column);
        }
        let (run_parts, rest) = state.split_at_mut(self.runs.len());
        let (weekend_parts, sum_parts) = rest.split_at_mut(self.weekends.len());
        for (part, run) in run_parts.iter_mut().zip(&self.runs) {
            let (now, later) = run.step(part, day, tables.masks.holds(run.mask, global));
            cost += now;
            promise += later;
        }
        for (part, (count, limit)) in weekend_parts.iter_mut().zip(&self.weekends) {
            let is_work = tables.masks.holds(count.mask, global);
            if let Some(weekends) = step_weekend(part, count, day, is_work) {
                cost += limit.cost(weekends) - limit.cost(weekends - 1);
            }
        }
        for &(slot, value) in tables.sums.additions(global) {
            let place = self.place_of_slot[slot];
            if place != NOWHERE {
                let bound = self.sums[place];
                cost += bound.above(sum_parts[place] + value) - bound.above(sum_parts[place]);
                sum_parts[place] += value;
            }
        }
        for &(place, least, most) in &self.paces[day] {
            let sum = sum_parts[place];
            promise += self.sums[place].unit().times(i64::from((least - sum).max(sum - most).max(0)));
        }
        for &place in &self.closing[day] {
            cost += self.sums[place].short(sum_parts[place]);
            sum_parts[place] = 0;
        }
        (cost, promise)
    }

    /// Whether a run under way after `day` breaks a blocking rule, wherever it ends.
    pub(crate) fn is_lost(&self, day: usize, state: &[i32]) -> bool {
        self.runs.iter().zip(state).any(|(run, part)| {
            let (is_work, first) = (*part > 0, first_day(*part));
            let is_broken = |end| run.lengths.cost(is_work, first, end).hard > 0;
            run.lengths.beyond(is_work, day + 1 - first).hard > 0 && (day + 1..=self.tables.days).all(is_broken)
        })
    }

    /// What ends with the last day.
    pub(crate) fn end(&self, state: &[i32]) -> Score {
        let runs = self
            .runs
            .iter()
            .zip(state)
            .map(|(run, part)| run.lengths.cost(*part > 0, first_day(*part), self.tables.days));
        runs.sum()
    }
}

impl Run<'_> {
    /// Goes on by a day: what has ended costs, and what the run under way costs already.
    fn step(&self, part: &mut i32, day: usize, is_work: bool) -> (Score, Score) {
        let mut ended = Score::ZERO;
        if day == 0 || (*part > 0) != is_work {
            if day > 0 {
                ended = self.lengths.cost(*part > 0, first_day(*part), day);
            }
            *part = run_from(day, is_work);
        }
        let first = first_day(*part);
        let [of_rest, of_work] = self.settled;
        let settled = if is_work { of_work } else { of_rest };
        if first > 0 && day + 1 - first > settled {
            *part = run_from((day + 1 - settled).max(1), is_work);
        }
        (ended, self.lengths.beyond(is_work, day + 1 - first_day(*part)))
    }
}

/// Goes on by a day: the number of weekends with work, if this day adds one. The part is twice that number, and one more
/// while the weekend under way is among them.
fn step_weekend(part: &mut i32, count: &Count, day: usize, is_work: bool) -> Option<i32> {
    let weekend = count.within(day, day + 1).next();
    if weekend.is_none_or(|(first, _)| first == day) {
        *part &= !1;
    }
    let is_of_weekend = weekend.is_some_and(|(first, days)| (days >> (day - first)) & 1 == 1);
    if !is_of_weekend || !is_work || *part & 1 == 1 {
        return None;
    }
    *part = (*part + 2) | 1;
    Some(*part >> 1)
}

fn run_from(day: usize, is_work: bool) -> i32 {
    let first = i32::try_from(day + 1).unwrap_or(i32::MAX);
    if is_work { first } else { -first }
}

fn first_day(part: i32) -> usize {
    usize::try_from(part.unsigned_abs()).unwrap_or(usize::MAX).saturating_sub(1)
}
