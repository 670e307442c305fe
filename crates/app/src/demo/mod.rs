//! A demonstration company, believable enough to try everything on: a hospital group with a campus in Shanghai and a
//! telephone line in San Francisco, three teams, sixty people, and four weeks of demand that they can just staff.
//!
//! [`Company::generate`] is a pure function of a seed and a first Monday; [`seed_demo`] writes what it makes into an
//! organization that has no sites yet, in one unit of work. To make the company richer, add to `company` (what it
//! has), `people` (who works there) or `names`.

mod company;
mod names;
mod people;
#[cfg(test)]
mod tests;
mod write;

pub use company::Company;
pub use write::{DemoError, DemoReport, seed_demo};
