//! HTTP and the command line; the binary hr-scheduling.

pub mod backup;
mod causes;
pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
mod mail;
pub mod permissions_page;
pub mod routes;
pub mod telemetry;
mod tls;
pub mod wiring;
