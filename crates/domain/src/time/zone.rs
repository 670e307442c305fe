use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use thiserror::Error;

use crate::time::Interval;

/// A name that the time-zone database does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no time zone of the IANA database")]
pub struct UnknownTimeZone(pub String);

/// A site's time zone, which gives wall clocks their meaning.
///
/// The rules come with the binary, so that the same roster means the same instants on every machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteZone {
    time_zone: TimeZone,
    name: String,
}

impl SiteZone {
    /// The zone of an IANA name such as `Asia/Shanghai`, whatever its case.
    pub fn parse(name: &str) -> Result<Self, UnknownTimeZone> {
        let found = TimeZoneDatabase::bundled().get(name).ok().filter(|zone| !zone.is_unknown());
        let time_zone = found.ok_or_else(|| UnknownTimeZone(name.to_owned()))?;
        let name = time_zone.iana_name().unwrap_or(name).to_owned();
        Ok(Self { time_zone, name })
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An instant with what the clock on the wall says.
    pub fn zoned(&self, instant: Timestamp) -> Zoned {
        instant.to_zoned(self.time_zone.clone())
    }

    /// What the clock on the wall says at an instant.
    pub fn wall_clock(&self, instant: Timestamp) -> DateTime {
        self.time_zone.to_datetime(instant)
    }

    /// The first instant at which the clock says `wall` or later.
    ///
    /// So of a time that comes twice it is the first, and of a time that the clock skips it is the skip. Later wall times
    /// never come earlier, and shifts that touch on the wall touch in time, on every day.
    pub fn instant(&self, wall: DateTime) -> Timestamp {
        match self.time_zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => at_offset(wall, offset),
            AmbiguousOffset::Fold { before, .. } => at_offset(wall, before),
            AmbiguousOffset::Gap { before, .. } => self.skip_before(at_offset(wall, before)),
        }
    }

    /// The wall times that the clock skips around `wall`; none when it shows `wall`.
    pub fn gap_around(&self, wall: DateTime) -> Option<Gap> {
        match self.time_zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Gap { before, after } => {
                let skip = self.skip_before(at_offset(wall, before));
                Some(Gap { starts: before.to_datetime(skip), ends: after.to_datetime(skip) })
            }
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => None,
        }
    }

    /// The working day to which work that starts at an instant belongs: the local date, or the one before when the clock
    /// is not yet at `boundary`.
    pub fn working_day(&self, starts_at: Timestamp, boundary: Time) -> Date {
        let wall = self.wall_clock(starts_at);
        if wall.time() < boundary { wall.date().saturating_sub(1.day()) } else { wall.date() }
    }

    /// The stretch of a working day: 24 hours, but 23 or 25 when clocks change, and empty when the zone skips the date.
    pub fn day(&self, on: Date, boundary: Time) -> Interval {
        let next = on.saturating_add(1.day());
        Interval::new(self.instant(on.to_datetime(boundary)), self.instant(next.to_datetime(boundary)))
    }

    /// The stretch from a time of day until another; an end at or before the start is on the next day. It may be empty
    /// when the clock skips all of it.
    pub fn hours(&self, on: Date, from: Time, until: Time) -> Interval {
        let last = if from < until { on } else { on.saturating_add(1.day()) };
        Interval::new(self.instant(on.to_datetime(from)), self.instant(last.to_datetime(until)))
    }

    /// The last change of clocks at or before an instant; the instant itself when there is none.
    fn skip_before(&self, instant: Timestamp) -> Timestamp {
        let just_after = instant.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(instant);
        self.time_zone.preceding(just_after).next().map_or(instant, |transition| transition.timestamp())
    }
}

impl FromStr for SiteZone {
    type Err = UnknownTimeZone;
    fn from_str(name: &str) -> Result<Self, UnknownTimeZone> {
        Self::parse(name)
    }
}

impl fmt::Display for SiteZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Wall times that a clock skips, `[starts, ends)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first time that it does not show.
    pub starts: DateTime,
    /// The first time that it shows again.
    pub ends: DateTime,
}

/// The instant at which a clock with this offset says `wall`; at the ends of time, the last instant there is.
fn at_offset(wall: DateTime, offset: Offset) -> Timestamp {
    let beyond = if wall.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    offset.to_timestamp(wall).unwrap_or(beyond)
}
