//! Runs of the optimiser on a schedule's draft.
//!
//! A run is a row: somebody asks for it ([`request_optimization()`]), a [`Worker`] of any process takes it and searches
//! ([`run_next()`]), everybody who may read the draft watches it ([`get_optimization()`]), and its proposal is written to the
//! draft only when somebody says so ([`apply_optimization()`]), judged by the rules as any other edit.
//!
//! No unit of work is held across a search: a worker takes the run in one transaction, reads a snapshot, searches on a
//! blocking thread, and tells the store every few seconds how it fares. The row's generation fences it: who finds another
//! number there has lost the run and stops without a word.

mod apply_optimization;
mod cancel_optimization;
mod get_optimization;
mod lease;
mod list_optimizations;
mod pace;
mod proposal;
mod request_optimization;
mod run_next;
mod search;
#[cfg(test)]
mod tests;
mod wake;
mod worker;

pub use apply_optimization::{Applied, ApplyOptimizationError, apply_optimization};
pub use cancel_optimization::{CancelOptimizationError, cancel_optimization};
pub use get_optimization::{GetOptimizationError, get_optimization, progress_permille};
pub use list_optimizations::{ListOptimizationsError, list_optimizations};
pub use pace::Pace;
pub use request_optimization::{NewOptimization, RequestOptimizationError, request_optimization};
pub use run_next::{Ran, RunFailure, run_next};
pub use wake::Wake;
pub use worker::Worker;

use scheduling_domain::optimization::OptimizationState;

/// The states of runs that have not ended.
const ACTIVE: [OptimizationState; 2] = [OptimizationState::Queued, OptimizationState::Running];
