//! The optimiser: from a planning problem, a seed and a budget to a roster.
//!
//! [`solve()`] is a pure function. It takes a [`Problem`], what is placed already, [`Settings`] and an [`Observer`], and
//! gives the best roster it found. It has no store, no clock of its own (an observer keeps time), and no thread that
//! outlives the call. With a budget of steps the same question has the same answer, byte for byte, on any number of
//! threads and any machine: chance is seeded, scores are whole numbers, and so are temperatures.
//!
//! ```
//! use scheduling_domain::roster::curtois::Instance;
//! use scheduling_solver::{Budget, Settings, Unobserved, solve};
//!
//! let instance = Instance::parse(
//!     "SECTION_HORIZON\n7\n\
//!      SECTION_SHIFTS\nD,480,\n\
//!      SECTION_STAFF\nA,D=7,2400,960,5,2,2,1\n\
//!      SECTION_COVER\n0,D,1,100,1\n1,D,1,100,1\n",
//! )?;
//! let solution = solve(&instance.to_problem(), &Settings::new(1, Budget::steps(10_000)), &[], &Unobserved)?;
//! assert_eq!((solution.score.hard, solution.score.soft), (0, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it plans
//!
//! At most one shift for a person and working day; what is pinned or lies outside the period may hold more and stays.
//! Blocking rules come first ([`Score::hard`]), what other rules, wishes and missed heads cost second ([`Score::soft`],
//! which is the checker's cost). A roster that cannot be legal has a best, too; only a question that makes no sense is a
//! [`SolveError`].
//!
//! # How it is built, in the order to read it
//!
//! 1. `compile` turns a problem into dense tables. Rules exist only there: **a new kind of rule is a new way to fill
//!    one of its tables**, or, if none can say it, a new table with a part in the two files of step 2
//!    and in step 3.
//! 2. `roster` keeps a roster and all its sums: `mod` derives them from the cells and makes changes, `delta` prices
//!    changes without making them. Both must say the same of every rule; debug builds compare them all the time.
//! 3. `row` builds one person's whole row by dynamic programming against what everybody else leaves.
//! 4. `walker` is the search: it starts from built rows and anneals with the moves, their acceptance and the course of
//!    temperature; towards the end it mends rows by building them anew.
//! 5. `solve` deals walkers to threads and keeps the budget.
//! 6. `bound`, apart from the search, says what no legal roster costs less than, so that people see how far a roster may
//!    be from the best.
//!
//! The domain's checker shares no code with any of this. `tests/agreement.rs` holds the two to the same score on any
//! problem: extend its generator with every rule.
//!
//! [`Problem`]: scheduling_domain::roster::Problem

mod bound;
mod compile;
mod error;
mod fixed;
mod random;
mod roster;
mod row;
mod settings;
mod solution;
mod solve;
mod walker;

pub use bound::lower_bound;
pub use error::SolveError;
pub use settings::{Budget, Observer, Progress, Settings, Unobserved};
pub use solution::{STEP, Score, Solution, TracePoint};
pub use solve::solve;
