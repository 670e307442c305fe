//! Where heads are bought, at prices that follow the demand.

use super::FRACTION;
use crate::roster::Roster;
use crate::solution::Score;

/// Rounds without a better bound after which steps become shorter.
const PATIENCE: u32 = 20;
/// A whole step, of which shorter ones are parts.
const WHOLE: i64 = 1 << 16;
/// Steps shorter than this part change nothing any more.
const SHORTEST: i64 = WHOLE >> 12;
/// How much of the way before goes into the next, in tenths: it keeps prices from swinging.
const INERTIA: i64 = 9;

/// The columns with demands, and the prices of their heads.
pub(super) struct Market {
    /// By global column. A column without a demand sells and buys nothing: its price stays 0.
    pub(super) prices: Vec<i64>,
    /// By global column, how many people offer a head in this round.
    pub(super) offered: Vec<i32>,
    demands: Vec<Demand>,
    /// The prices of the best bound so far, by demand, and that bound.
    best: (i64, Vec<i64>),
    /// By demand, the way that its price went last.
    ways: Vec<i64>,
    step: i64,
    rounds_since: u32,
}

/// What one column wants.
struct Demand {
    global: usize,
    /// What it costs to have so many heads beyond those that are given; none where that is not legal.
    costs: Vec<Option<i64>>,
    bought: i32,
}

#[expect(clippy::indexing_slicing, reason = "demands and columns come from these same tables")]
impl Market {
    /// With prices by what heads are worth in a roster; none where a demand cannot be met by any number of people.
    pub(super) fn open(roster: &Roster<'_>) -> Option<Self> {
        let tables = roster.tables();
        let mut prices = vec![0; tables.columns.total()];
        let mut demands = Vec::new();
        for day in 0..tables.days {
            for global in tables.columns.of_day(day) {
                let able = (0..tables.people).filter(|person| tables.cells.allows(*person, global)).count();
                let base = tables.cover.base()[global];
                let costs = (base..).take(able + 1).map(|heads| legal(tables.cover.cost(global, heads)));
                let demand = Demand { global, costs: costs.collect(), bought: 0 };
                if demand.costs.iter().all(Option::is_none) {
                    return None;
                }
                if demand.costs.iter().any(|cost| *cost != Some(0)) {
                    prices[global] = first_price(roster.more(global), roster.less(global));
                    demands.push(demand);
                }
            }
        }
        Some(Self {
            prices,
            offered: vec![0; tables.columns.total()],
            best: (i64::MIN, vec![0; demands.len()]),
            ways: vec![0; demands.len()],
            demands,
            step: WHOLE,
            rounds_since: 0,
        })
    }

    /// Every demand buys the number of heads that suits it; answers what they cost it, with their price.
    pub(super) fn buy(&mut self) -> i64 {
        self.offered.fill(0);
        let mut sum = 0;
        for demand in &mut self.demands {
            let price = self.prices[demand.global];
            let choices = (0..)
                .zip(&demand.costs)
                .filter_map(|(heads, cost)| Some((cost.as_ref()? + price * i64::from(heads), heads)));
            if let Some((cost, heads)) = choices.min() {
                sum += cost;
                demand.bought = heads;
            }
        }
        sum
    }

    /// Moves prices towards where offer meets demand, by as much as the way from `cost` to `found` lets hope. Answers
    /// whether there is anything to gain.
    pub(super) fn adjust(&mut self, cost: i64, found: i64) -> bool {
        if self.best.0 < cost {
            let prices = self.demands.iter().map(|demand| self.prices[demand.global]);
            self.best = (cost, prices.collect());
            self.rounds_since = 0;
        } else {
            self.rounds_since += 1;
        }
        if self.rounds_since == PATIENCE {
            self.rounds_since = 0;
            self.step = self.step * 2 / 3;
            for (demand, price) in self.demands.iter().zip(&self.best.1) {
                self.prices[demand.global] = *price;
            }
            self.ways.fill(0);
            return SHORTEST <= self.step;
        }
        let mut square: i128 = 0;
        for (way, demand) in self.ways.iter_mut().zip(&self.demands) {
            let missing = i64::from(demand.bought - self.offered[demand.global]);
            *way = (missing << FRACTION) + *way * INERTIA / 10;
            square += i128::from(*way) * i128::from(*way);
        }
        let hope = i128::from(found - cost) * i128::from(self.step);
        let unit = (square * i128::from(WHOLE)) >> FRACTION;
        if unit == 0 {
            return false;
        }
        for (way, demand) in self.ways.iter().zip(&self.demands) {
            let change = hope * i128::from(*way) / unit;
            let price = &mut self.prices[demand.global];
            *price = price.saturating_add(i64::try_from(change).unwrap_or(0));
        }
        true
    }
}

/// What is legal, in parts of a point.
pub(super) fn legal(cost: Score) -> Option<i64> {
    (cost.hard == 0).then_some(cost.soft << FRACTION)
}

/// What a head is worth where one more costs `more` and one less costs `less`: both say the same where heads are missed or
/// too many. Where there are just enough it may be anything between, and some of what it would be worth if it were missed
/// is a good guess.
fn first_price(more: Score, less: Score) -> i64 {
    let (more, less) = (more.soft << FRACTION, less.soft << FRACTION);
    (less / 10).max(-more)
}
