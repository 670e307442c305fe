//! The real binary from outside: as a newcomer, an operator, a clumsy client and a power cut meet it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests fail by panicking, and they run in real time"
)]

mod backups;
mod bad_input;
mod canaries;
mod durability;
mod imports;
mod known_rosters;
mod metrics;
mod quickstart;
mod race;
mod redirects;
mod redis_outages;
mod redis_tls;
mod sessions;
mod support;
mod tls;
mod traces;
mod two_instances;
