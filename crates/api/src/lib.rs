//! HTTP and the command line; the binary hr-scheduling.

pub mod config;
pub mod http;
