//! HTTP and the command line; the binary hr-scheduling.

pub mod http;
