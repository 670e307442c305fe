//! The production store: PostgreSQL 15 or newer.
//!
//! [`PgStore`] keeps a pool of connections (bb8, diesel-async, rustls; no libpq). Reads run on the pool; a unit of work is a
//! transaction on a connection of its own. What the database holds by itself, whatever the program does:
//!
//! - `organization_id` leads every key, and so every reference stays within an organization. Row-level security binds
//!   every statement to the organization that was named on its connection. **It binds no superuser**: let the service
//!   sign in as a plain role that owns the database; [`PgStore::connect`] warns where it does not.
//! - No two assignments of an employee overlap (an exclusion constraint), and an assignment has its shift's span (a
//!   reference that includes the span). Contracts of an employee and schedules of a team do not overlap.
//! - Publications never change.
//!
//! The organization is named on a connection when it changes, ahead of the read and in the same round trip. Behind a pooler
//! that lends sessions for a transaction only ([`Pooling::Transaction`]), each read is a transaction that names it, and
//! costs a round trip more. Migrations hold a lock of their session, so they go past such a pooler.
//!
//! To keep another kind of entity, in order:
//!
//! 1. a migration in `migrations/postgres` (and its twin in `migrations/sqlite`) with `SET LOCAL lock_timeout`, the five
//!    leading columns, a policy like the others' and an index for each filter. The older binary still runs while a
//!    migration does: add first, take away a release later;
//! 2. its table in `schema.rs`;
//! 3. a module named like the domain's: the row, `narrow`, `rivals` and one `stored!` (see `site.rs`);
//! 4. an accessor in `store.rs` and `unit_of_work.rs`.
//!
//! An entity that lives more than insert, find, list, update and delete has its own port beside these; `shift.rs` shows how.

mod api_key;
mod assignment;
mod audit;
mod availability;
mod backup;
mod columns;
mod connection;
mod contract;
mod demand;
mod employee;
mod error;
mod idempotency;
mod load;
mod mail;
mod migrations;
mod optimization;
mod organization;
mod outbox;
mod position;
mod publication;
mod refresh_token;
mod rule_set;
mod schedule;
mod schema;
mod second_factor;
mod session;
mod session_store;
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

pub use backup::{back_up, restore};
pub use connection::ConnectError;
pub use migrations::{MigrateError, SchemaState, migrate, schema_state};
pub use settings::{PgSettings, Pooling};
pub use store::PgStore;
