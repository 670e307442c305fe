//! Every legal row of a person, as paths through a graph.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use super::market::legal;
use crate::compile::Tables;
use crate::row::Demands;

/// All legal rows of one person: paths from the one node before day 0 to a node after the last.
///
/// A node stands for all that rules can still ask about the days before it; nodes from which the same ways lead on are
/// one. Where that makes too many, the rules that need them are left out: more rows are legal then, so that a bound made
/// with them is lower, and still a bound.
pub(super) struct Rows {
    days: Vec<Day>,
    /// By node after the last day, what ends there costs.
    ends: Vec<i64>,
    /// By node, the cost of the cheapest way on from it; of two days at a time.
    now: Vec<i64>,
    later: Vec<i64>,
    /// By day and node, the step of the cheapest way on.
    picks: Vec<Vec<usize>>,
}

/// A day's steps, grouped by the node that they start from.
struct Day {
    /// The global number of the day's column 0.
    first: usize,
    /// By node, its first step, and at the end the number of steps.
    starts: Vec<usize>,
    steps: Vec<Step>,
}

/// A column that a row may have next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Step {
    column: u16,
    to: usize,
    cost: i64,
}

#[expect(clippy::indexing_slicing, reason = "nodes and steps are numbered by these same lists")]
impl Rows {
    /// The rows of a person in at most so many steps; none where there is no legal row, or too many of them even with the
    /// fewest rules.
    pub(super) fn of(tables: &Tables, person: usize, limit: usize) -> Option<Self> {
        let mut demands = Demands::of(tables, person);
        loop {
            let explored = Explored::from_day_0(tables, person, &demands);
            match explored.map(|explored| explored.reduced(tables)) {
                Some(None) => return None,
                Some(Some(rows)) if rows.steps() <= limit => return Some(rows),
                _ if demands.leave_out_one() => {}
                _ => return None,
            }
        }
    }

    fn steps(&self) -> usize {
        self.days.iter().map(|day| day.steps.len()).sum()
    }

    /// Takes the row that costs least after its heads are sold, offers those heads, and answers what it costs then.
    pub(super) fn take_cheapest(&mut self, prices: &[i64], offered: &mut [i32]) -> i64 {
        self.later.clone_from(&self.ends);
        for (day, picks) in self.days.iter().zip(&mut self.picks).rev() {
            let prices = &prices[day.first..];
            self.now.clear();
            for (node, pick) in picks.iter_mut().enumerate() {
                let (mut best, mut best_step) = (i64::MAX, 0);
                for step in day.starts[node]..day.starts[node + 1] {
                    let Step { column, to, cost } = day.steps[step];
                    let cost = cost - prices[usize::from(column)] + self.later[to];
                    if cost < best {
                        (best, best_step) = (cost, step);
                    }
                }
                *pick = best_step;
                self.now.push(best);
            }
            std::mem::swap(&mut self.now, &mut self.later);
        }
        let mut node = 0;
        for (day, picks) in self.days.iter().zip(&self.picks) {
            let Step { column, to, .. } = day.steps[picks[node]];
            offered[day.first + usize::from(column)] += 1;
            node = to;
        }
        self.later[0]
    }
}

/// Steps that are looked at for one person's graph; bounds the time and the memory that it takes to find it.
const EXPLORED: usize = 1_500_000;

/// The graph as it is found from day 0 on, where a node is a state.
struct Explored {
    /// By day and node, the steps on.
    days: Vec<Vec<Vec<Step>>>,
    /// By node after the last day, what ends there costs; none where that is not legal.
    ends: Vec<Option<i64>>,
}

#[expect(clippy::indexing_slicing, reason = "nodes and steps are numbered by these same lists")]
impl Explored {
    fn from_day_0(tables: &Tables, person: usize, demands: &Demands<'_>) -> Option<Self> {
        let size = demands.size();
        let mut layer = Layer { states: demands.first(), columns: vec![None], known: HashMap::new() };
        let mut explored = Self { days: Vec::with_capacity(tables.days), ends: Vec::new() };
        let mut count = 0;
        for day in 0..tables.days {
            let mut next = Layer::default();
            let mut steps = Vec::with_capacity(layer.columns.len());
            for (node, last) in layer.columns.iter().enumerate() {
                let before = &layer.states[node * size..(node + 1) * size];
                let mut ways = Vec::new();
                for &column in tables.cells.choices(person, day) {
                    let start = next.states.len();
                    let (added, _) = demands.step(day, *last, column, before, &mut next.states);
                    let own = tables.cells.cost(person, tables.columns.global(day, column));
                    match legal(added + own).filter(|_| !demands.is_lost(day, &next.states[start..])) {
                        Some(cost) => ways.push(Step { column, to: next.node_of(column, start), cost }),
                        None => next.states.truncate(start),
                    }
                }
                count += ways.len();
                if EXPLORED < count {
                    return None;
                }
                steps.push(ways);
            }
            explored.days.push(steps);
            layer = next;
        }
        let ends =
            (0..layer.columns.len()).map(|node| legal(demands.end(&layer.states[node * size..(node + 1) * size])));
        explored.ends = ends.collect();
        Some(explored)
    }

    /// Makes one node of all that the same ways lead on from, and leaves out those that none leads on from.
    fn reduced(self, tables: &Tables) -> Option<Rows> {
        let (mut same, ends) = classes(self.ends.into_iter());
        let mut days = Vec::with_capacity(self.days.len());
        for (day, nodes) in self.days.into_iter().enumerate().rev() {
            let ways = nodes.into_iter().map(|ways| {
                let ways: Vec<Step> =
                    ways.iter().filter_map(|step| same[step.to].map(|to| Step { to, ..*step })).collect();
                (!ways.is_empty()).then_some(ways)
            });
            let (these, ways) = classes(ways);
            let mut starts = vec![0];
            let mut steps = Vec::new();
            for ways in ways {
                steps.extend(ways);
                starts.push(steps.len());
            }
            days.push(Day { first: tables.columns.global(day, 0), starts, steps });
            same = these;
        }
        days.reverse();
        // Without a legal row there is no node before day 0.
        same.first().copied().flatten()?;
        let picks = days.iter().map(|day| vec![0; day.starts.len() - 1]).collect();
        Some(Rows { days, ends, now: Vec::new(), later: Vec::new(), picks })
    }
}

/// The nodes of a day while they are explored.
#[derive(Default)]
struct Layer {
    /// By node.
    states: Vec<i32>,
    /// By node, the column of the day before.
    columns: Vec<Option<u16>>,
    known: HashMap<(u16, Vec<i32>), usize>,
}

#[expect(clippy::indexing_slicing, reason = "states are cut where they were begun")]
impl Layer {
    /// The node of the state that begins at `start` and stands last: a new one, unless there is one with that state.
    fn node_of(&mut self, column: u16, start: usize) -> usize {
        match self.known.entry((column, self.states[start..].to_vec())) {
            Entry::Occupied(known) => {
                self.states.truncate(start);
                *known.get()
            }
            Entry::Vacant(place) => {
                self.columns.push(Some(column));
                *place.insert(self.columns.len() - 1)
            }
        }
    }
}

/// Numbers what is different: for each node its number, if it has anything, and what has each number.
fn classes<T: Clone + Eq + Hash>(nodes: impl Iterator<Item = Option<T>>) -> (Vec<Option<usize>>, Vec<T>) {
    let mut known: HashMap<T, usize> = HashMap::new();
    let mut different = Vec::new();
    let mut number = |node: T| {
        let next = different.len();
        *known.entry(node).or_insert_with_key(|node| {
            different.push(node.clone());
            next
        })
    };
    let numbers = nodes.map(|node| node.map(&mut number)).collect();
    (numbers, different)
}
