//! Use cases: begin, load, decide, write, settle; authorisation and retry.
//!
//! A use case is a function that takes the [`App`] (store, clock, secrets), who asks ([`Actor`], in a [`Call`] where
//! something is to change), and what is asked; and that answers a value or an error of its own, each variant of which
//! tells the caller what to do. It knows nothing of HTTP and nothing of SQL.
//!
//! To add one, in order; `docs/recipes/add-a-use-case.md` goes through it with an example:
//!
//! 1. **A file named after it** in the slice it belongs to (`schedules/publish_schedule.rs`): its input, its error, the
//!    function. Reference data needs no file of its own: implement [`catalogue::Catalogued`].
//! 2. **The error**, with thiserror: `NotFound` and `Forbidden` where it authorises, `Invalid(Faults)` where it takes a
//!    value, `Stale { current }` where it takes a version, what its domain can refuse, and `Key` and `Store` for the unit
//!    of work. `transient!` makes it one that may be tried again.
//! 3. **Authorisation** from the one table in [`permissions`]. What the actor may not know of is answered as if it were not
//!    there.
//! 4. **Three functions**: `publish_schedule` retries `publish_once`; `publish_once` begins, calls `publish_in` and settles
//!    ([`mod@unit`]); `publish_in` has the unit of work and does the work: locks, loads, decides, writes. Locks are taken in one
//!    order: schedule, shifts, employees, each by id. What takes long (a hash, a search) comes before or between units of
//!    work, never within.
//! 5. **Rules** wherever somebody's time changes: [`roster`] turns the stored rows into the problem form and answers with an
//!    [`Assessment`](roster::Assessment); nothing is written that it blocks.
//! 6. **Its test** in `tests/use_cases/`, on a store in memory, through its public function.
//!
//! Screens read through the pool and need only the last of the three functions; what is read the same way on both sides goes
//! through a [`Reader`](reader::Reader).

pub mod active_accounts;
pub mod actor;
pub mod api_keys;
pub mod app;
pub mod assignments;
pub mod audit;
pub mod auth;
pub mod caching;
pub mod catalogue;
pub mod demo;
pub mod import;
pub mod load;
pub mod mail;
pub mod optimizations;
pub mod permissions;
pub mod profiles;
pub mod purge;
pub mod reader;
pub mod roster;
pub mod schedules;
pub mod second_factor;
pub mod sessions;
pub mod shifts;
pub mod unit;
pub mod users;

pub use active_accounts::ActiveAccounts;
pub use actor::Actor;
pub use app::{App, Limits};
pub use unit::{Call, KeyError, Once, Settled};

/// The optimiser itself, for whoever has a problem and no store.
pub use scheduling_solver as solver;
