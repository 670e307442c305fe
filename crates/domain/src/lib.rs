//! Entities, time, rules and ports of HR Scheduling.
//!
//! Pure: no I/O, no async runtime, no HTTP, no SQL, no clock of its own. To extend it, in order:
//!
//! 1. An entity is a plain struct without an id ([`site::Site`]); it implements [`record::Entity`], which names its id
//!    (from the one list in [`id`]), its filter and everything that can be wrong with it. A stored one is a
//!    [`record::Record`].
//! 2. Where insert, find, list, update and delete are its whole life, [`ports::Repository`] and [`ports::Queries`] are its
//!    ports already: add an accessor to [`ports::UnitOfWork`] and [`ports::Store`]. Where it lives more, it has a trait of
//!    its own beside them ([`ports::AssignmentRepository`]); each MUST in its docs is a case in `scheduling-conformance`.
//! 3. A rule is data ([`rules::Rule`]) plus one file per kind under [`rules`]; it judges a [`roster::Problem`], never the
//!    store. See `docs/recipes/add-a-rule.md`.

pub mod api_key;
pub mod assignment;
pub mod audit;
pub mod availability;
pub mod backup;
pub mod contract;
pub mod demand;
pub mod employee;
pub mod fault;
pub mod id;
pub mod mail;
pub mod optimization;
pub mod organization;
pub mod origin;
pub mod page;
pub mod personal;
pub mod ports;
pub mod position;
pub mod rate;
pub mod record;
pub mod roster;
pub mod rule_set;
pub mod rules;
pub mod schedule;
pub mod scope;
pub mod second_factor;
pub mod session;
pub mod shift;
pub mod shift_template;
pub mod site;
pub mod skill;
pub mod team;
pub mod throttle;
pub mod time;
pub mod user;
