//! The problem form: everything that decides whether a roster is legal and what it costs, as plain data.
//!
//! Live schedules and public benchmark instances are both turned into a [`Problem`]. The checker ([`crate::rules`])
//! judges [`Placement`]s against it; the optimiser looks for better ones. Nothing here refers to a store.

pub mod curtois;
mod problem;

pub use problem::{
    AvailabilityKind, AvailabilitySpan, Calendar, Heads, Period, Person, PersonIndex, Placement, PlannedShift, Problem,
    ShiftIndex, SkillSpan,
};
