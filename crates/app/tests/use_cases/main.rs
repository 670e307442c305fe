//! The use cases on a store in memory, as their callers see them.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod accounts;
mod api_keys;
mod assignments;
mod audit;
mod browser_sessions;
mod caching;
mod catalogue;
mod guessing;
mod house;
mod imports;
mod legality;
mod mails;
mod once;
mod purge;
mod schedules;
mod second_factors;
mod shifts;
mod signing_in;
mod totp;
