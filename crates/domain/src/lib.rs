//! Entities, time, rules and ports of HR Scheduling.

pub mod fault;
pub mod id;
pub mod page;
pub mod roster;
pub mod rules;
pub mod time;
