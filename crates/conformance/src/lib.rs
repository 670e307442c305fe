//! The suites that every adapter passes, with their builders.

pub mod cache;
