//! The suites that every adapter passes, with their builders.
//!
//! - [`build`] makes entities that are valid as they are; a test names only what it is about.
//! - [`world`] fills an organization with one of everything, for tests that need something to refer to.
//! - [`strategies`] makes values nobody would think of.
//! - [`tampering`] changes what was recorded behind a store's back.
//! - [`store`], [`sessions`], [`presence`], [`throttle`], [`rate_limit`] and [`cache`] hold one case for each MUST of their
//!   port; a macro makes them tests of an adapter.

pub mod build;
pub mod cache;
pub mod presence;
pub mod rate_limit;
pub mod sample;
pub mod sessions;
pub mod store;
pub mod strategies;
pub mod tampering;
pub mod throttle;
pub mod world;
