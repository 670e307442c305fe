//! Wall clocks, zones and working days.

mod dst;
mod weekdays;

pub use dst::DstPolicy;
pub use weekdays::{InvalidWeekday, Weekdays};
