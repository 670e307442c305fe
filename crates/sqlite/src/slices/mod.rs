//! One file per kind of thing: its table, its row, its conversions and its filter.

mod api_key;
mod assignment;
pub(crate) mod audit;
mod availability;
mod contract;
mod demand;
mod employee;
mod idempotency;
mod mail;
mod optimization;
pub(crate) mod organization;
mod outbox;
mod position;
mod publication;
mod refresh_token;
mod rule_set;
mod schedule;
mod second_factor;
mod session;
mod session_store;
mod shift;
mod shift_template;
mod site;
mod skill;
mod skill_grant;
mod team;
mod user;
