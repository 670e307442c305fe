//! The optimiser: from a planning problem, a seed and a budget to a roster.

mod compile;
mod error;
mod fixed;
mod random;
mod roster;
mod settings;
mod solution;
mod solve;
mod walker;

pub use error::SolveError;
pub use settings::{Budget, Observer, Progress, Settings, Unobserved};
pub use solution::{STEP, Score, Solution, TracePoint};
pub use solve::solve;
