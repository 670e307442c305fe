//! Use cases: begin, load, decide, write, settle; authorisation and retry.

pub mod demo;
