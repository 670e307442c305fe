//! The machine's clock.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use scheduling_domain::ports::Clock;

/// Tells the machine's time, in whole microseconds: what every store can keep.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one clock that all others stand for")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.round(TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Trunc)).unwrap_or(now)
    }
}
