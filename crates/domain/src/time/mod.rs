//! Wall clocks, zones and working days.

mod weekdays;

pub use weekdays::{InvalidWeekday, Weekdays};
