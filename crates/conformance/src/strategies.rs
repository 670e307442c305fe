//! Values nobody would think of, for properties.

use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::build::{day, instant};

/// Text for people: any script, no control characters, something other than white space.
pub fn a_name() -> impl Strategy<Value = String> {
    "\\PC{1,60}".prop_filter("a name is not blank", |text| !text.trim().is_empty())
}

/// Instants from year 1 to year 9999, to the microsecond: what every store can keep.
pub fn an_instant() -> impl Strategy<Value = Timestamp> {
    let first = instant("0001-01-01T00:00:00Z").as_microsecond();
    let last = instant("9999-12-30T00:00:00Z").as_microsecond();
    (first..=last).prop_filter_map("an instant", |micros| Timestamp::from_microsecond(micros).ok())
}

/// Days from year 1 to year 9999.
pub fn a_day() -> impl Strategy<Value = Date> {
    let days = day("0001-01-01").until(day("9999-12-31")).map_or(0, |span| span.get_days());
    (0..=days).prop_filter_map("a day", |n| day("0001-01-01").checked_add(jiff::Span::new().try_days(n).ok()?).ok())
}

/// `count` values, the same ones every time. For cases that wait for a store, which a property's own loop cannot.
pub fn examples<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).filter_map(|_| strategy.new_tree(&mut runner).ok()).map(|tree| tree.current()).collect()
}
