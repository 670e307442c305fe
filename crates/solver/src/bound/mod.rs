//! What no legal roster can cost less than.
//!
//! Heads tie people together; without them, each person's best row stands alone. So heads are sold instead of counted:
//! each column has a price for a head, every person takes the row that is cheapest after what its heads earn ([`Rows`]),
//! and every column buys as many heads as suit it ([`Market`]). Whatever the prices, all of it together costs no more than
//! any legal roster: this is Lagrangian relaxation (Geoffrion 1974, doi 10.1007/BFb0120690). Prices rise where fewer heads
//! were offered than bought and fall where more were, along the subgradient (Held, Wolfe & Crowder 1974,
//! doi 10.1007/BF01580223), which makes the bound as good as it gets.

mod market;
mod rows;

use scheduling_domain::roster::Problem;

use crate::compile::{Given, Tables};
use crate::error::SolveError;
use crate::roster::Roster;
use crate::solution::Solution;

use market::Market;
use rows::Rows;

/// Rounds of prices, at the most.
const ROUNDS: usize = 4_000;
/// Steps that the rows of all people may have together. Each takes 24 bytes.
const STEPS_LIMIT: usize = 8_000_000;

/// Points that every legal roster with at most one shift for a person and day costs, or more; none when no legal roster is
/// known, or the question is too large.
///
/// `solution` is what [`solve()`](crate::solve()) found. The bound grows with the rounds, until it is what the solution
/// costs, which nobody can beat then, or a few thousand of them are over; `should_stop` is asked before each. Whole numbers
/// alone decide, so the same rounds give the same bound on any machine.
pub fn lower_bound(
    problem: &Problem,
    solution: &Solution,
    should_stop: &dyn Fn() -> bool,
) -> Result<Option<i64>, SolveError> {
    if solution.score.hard != 0 {
        return Ok(None);
    }
    let given = Given::collect(problem, &solution.placements)?;
    let tables = Tables::compile(problem, &given)?;
    let roster = Roster::build(&tables, given.cells(&tables));
    Ok(bound(&roster, solution.score.soft, should_stop))
}

fn bound(roster: &Roster<'_>, found: i64, should_stop: &dyn Fn() -> bool) -> Option<i64> {
    let tables = roster.tables();
    let share = STEPS_LIMIT / tables.people.max(1);
    let mut people = Vec::with_capacity(tables.people);
    for person in 0..tables.people {
        if should_stop() {
            return None;
        }
        people.push(Rows::of(tables, person, share)?);
    }
    let mut market = Market::open(roster)?;
    // Nothing costs less than nothing.
    let mut best = 0;
    for _ in 0..ROUNDS {
        if should_stop() {
            break;
        }
        let mut cost = market.buy();
        for rows in &mut people {
            cost += rows.take_cheapest(&market.prices, &mut market.offered);
        }
        best = best.max(points(cost));
        if found <= best || !market.adjust(cost, found << FRACTION) {
            break;
        }
    }
    Some(best.min(found))
}

/// Costs and prices are counted in parts of a point: 2 to the power of this many make one.
const FRACTION: u32 = 10;

/// Whole points: since every roster costs a whole number of them, what is above one is as good as the next.
fn points(cost: i64) -> i64 {
    cost.saturating_add((1 << FRACTION) - 1) >> FRACTION
}
