//! The embedded store: one SQLite file, write-ahead journal, one writer, many readers.
//!
//! Every call runs on a thread that may block; diesel's own `SqliteConnection` does the work there. (Its asynchronous wrapper in
//! a pool panics when a request is given up in the middle of a statement, so it is not used.)
//!
//! To keep a new kind of thing, in order: add its table to a new folder in `migrations/sqlite`, and what keys cannot say as a
//! trigger; write one file in `slices` with the table, the private row, the two conversions, the filter and `stored!`; name the
//! accessor in `unit_of_work.rs` and `store.rs`. `scheduling-conformance` tells whether it is right.

mod backup;
mod columns;
mod connection;
mod errors;
mod migrations;
mod readers;
mod slices;
mod store;
mod stored;
mod unit_of_work;
mod waits;
mod writer;

pub use backup::restore;
pub use connection::SqliteOptions;
pub use errors::OpenError;
pub use migrations::SchemaState;
pub use store::SqliteStore;
