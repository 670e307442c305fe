//! Wall clocks, zones and working days.

mod dst;
mod interval;
mod weekdays;

pub use dst::DstPolicy;
pub use interval::Interval;
pub use weekdays::{InvalidWeekday, Weekdays};
