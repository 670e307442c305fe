//! What a roster is worth, in the checker's units.

use crate::compile::Tables;
use crate::roster::Roster;
use crate::solution::Score;

/// The score of these cells.
pub(crate) fn of(tables: &Tables, cells: &[u16]) -> Score {
    Roster::build(tables, cells.to_vec()).total()
}
