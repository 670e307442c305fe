//! The production store: PostgreSQL 15 or newer.

mod assignment;
mod availability;
mod columns;
mod connection;
mod contract;
mod demand;
mod employee;
mod error;
mod idempotency;
mod migrations;
mod optimization;
mod organization;
mod position;
mod publication;
mod refresh_token;
mod rule_set;
mod schedule;
mod schema;
mod settings;
mod shift;
mod shift_template;
mod site;
mod skill;
mod skill_grant;
mod store;
mod stored;
mod team;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod tls;
mod unit_of_work;
mod user;

pub use connection::ConnectError;
pub use migrations::{MigrateError, SchemaState, migrate, schema_state};
pub use settings::PgSettings;
pub use store::PgStore;
