//! HTTP and the command line; the binary hr-scheduling.

pub mod cli;
pub mod config;
pub mod http;
pub mod routes;
