//! What PostgreSQL alone has to prove; the rest is in the conformance suite.

mod audit;
mod availability;
mod backup;
mod conformance;
mod isolation;
mod pooling;
mod race;
mod schema;
mod tls;
mod world;
