//! Use cases: begin, load, decide, write, settle; authorisation and retry.

pub mod actor;
pub mod app;
pub mod assignments;
pub mod auth;
pub mod catalogue;
pub mod demo;
pub mod import;
pub mod optimizations;
pub mod permissions;
pub mod reader;
pub mod roster;
pub mod schedules;
pub mod shifts;
pub mod unit;
pub mod users;

pub use actor::Actor;
pub use app::{App, Limits};
pub use unit::{Call, KeyError, Once, Settled};

/// The optimiser itself, for whoever has a problem and no store.
pub use scheduling_solver as solver;
