//! Wall clocks, zones and working days.
//!
//! Instants are UTC ([`jiff::Timestamp`]); stretches of time are half-open ([`Interval`]). What a clock on the wall means is
//! decided by the site's zone ([`SiteZone`]), never by a client: a [`WallShift`] becomes instants on a day by its
//! [`DstPolicy`]. A working day is the local date on which work starts, from a configurable boundary until the same
//! boundary of the next date.

mod dst;
mod interval;
mod wall_shift;
mod weekdays;
mod zone;

pub use dst::DstPolicy;
pub use interval::Interval;
pub use wall_shift::{MissingWallTime, WallShift};
pub use weekdays::{InvalidWeekday, Weekdays};
pub use zone::{Gap, SiteZone, UnknownTimeZone};
