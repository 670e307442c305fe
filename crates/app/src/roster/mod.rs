//! From stored rows to the problem form and back: the one way in which every check, judgement and run of the optimiser
//! sees a roster.
//!
//! `assemble` loads a schedule, whole or only around some people and shifts, and turns it into a
//! [`Problem`](scheduling_domain::roster::Problem): employees with their skills and time, shifts, and the rules that bind
//! whom when (`rules`). What the rules answer about it is turned back into ids (`findings`).

mod assemble;
mod findings;
mod kept;
mod people;
mod rows;
mod rules;

pub(crate) use assemble::{Roster, assemble};
pub(crate) use findings::count;
pub use findings::{Assessment, Coverage, Finding, RosterCheck};
pub(crate) use rows::Extent;
