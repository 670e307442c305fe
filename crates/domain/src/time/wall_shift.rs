use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};
use thiserror::Error;

use crate::fault::Fault;
use crate::time::{DstPolicy, Gap, Interval, SiteZone};

/// A shift by the wall clock, without a date.
///
/// Which instants it means depends on the site's zone, the day, and the [`DstPolicy`]:
///
/// - A start or end that comes twice is the first of the two.
/// - A start that the clock skips is moved to the end of the gap when that is still the same date.
/// - [`DstPolicy::KeepWallEnd`] ends when the clock says so; an end that the clock skips is the skip.
/// - [`DstPolicy::KeepDuration`] lasts [`WallShift::nominal`], whatever the clock says then.
/// - [`DstPolicy::RejectGap`] is like `KeepWallEnd`, but refuses a start or end that the clock skips.
///
/// Whatever the policy, a shift is refused when its whole date, or all of it, is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallShift {
    /// When it starts.
    pub starts: Time,
    /// When it ends; at or before the start means on the next day.
    pub ends: Time,
    /// What happens on a day when clocks change.
    pub dst_policy: DstPolicy,
}

/// A wall time that does not exist on that day in that zone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{wall} does not exist in {zone}, where the clock goes from {} to {}", .gap.starts, .gap.ends)]
pub struct MissingWallTime {
    /// The time asked for.
    pub wall: DateTime,
    /// The zone.
    pub zone: String,
    /// What the clock skips.
    pub gap: Gap,
}

impl MissingWallTime {
    /// The last whole minute before the gap.
    pub fn before(&self) -> DateTime {
        self.gap.starts.saturating_sub(1.minute())
    }

    /// The first time after the gap.
    pub fn after(&self) -> DateTime {
        self.gap.ends
    }

    /// The same as a fault, with the neighbouring times that exist.
    pub fn fault(&self, pointer: impl Into<String>) -> Fault {
        Fault::new(pointer, "nonexistent_local_time")
            .with("wall", self.wall)
            .with("time_zone", &self.zone)
            .with("before", self.before())
            .with("after", self.after())
    }
}

impl WallShift {
    /// How long it lasts on a day without a change of clocks.
    pub fn nominal(&self) -> SignedDuration {
        let span = self.ends.duration_since(self.starts);
        if self.starts < self.ends { span } else { span + SignedDuration::from_hours(24) }
    }

    /// The date on which it starts when it belongs to a working day: the day itself, or the next when it starts before
    /// the day's `boundary`.
    pub fn start_date(&self, on: Date, boundary: Time) -> Date {
        if self.starts < boundary { on.saturating_add(1.day()) } else { on }
    }

    /// The instants it means on a working day.
    pub fn on(&self, zone: &SiteZone, on: Date, boundary: Time) -> Result<Interval, MissingWallTime> {
        let first = self.start_date(on, boundary);
        let last = if self.starts < self.ends { first } else { first.saturating_add(1.day()) };
        let (starts, ends) = (first.to_datetime(self.starts), last.to_datetime(self.ends));
        let missing = |wall, gap| MissingWallTime { wall, zone: zone.name().to_owned(), gap };

        let start_gap = zone.gap_around(starts);
        let keeps_wall_end = self.dst_policy != DstPolicy::KeepDuration;
        let end_gap = zone.gap_around(ends).filter(|_| keeps_wall_end);
        if self.dst_policy == DstPolicy::RejectGap {
            refuse(start_gap, |gap| missing(starts, gap))?;
            refuse(end_gap, |gap| missing(ends, gap))?;
        }
        refuse(start_gap.filter(|gap| gap.ends.date() != first), |gap| missing(starts, gap))?;

        let starts_at = zone.instant(starts);
        let ends_at = if keeps_wall_end {
            zone.instant(ends)
        } else {
            starts_at.saturating_add(self.nominal()).unwrap_or(starts_at)
        };
        let interval = Interval::new(starts_at, ends_at);
        refuse(start_gap.filter(|_| interval.is_empty()), |gap| missing(starts, gap))?;
        Ok(interval)
    }
}

fn refuse(gap: Option<Gap>, error: impl FnOnce(Gap) -> MissingWallTime) -> Result<(), MissingWallTime> {
    gap.map_or(Ok(()), |gap| Err(error(gap)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::time::UnknownTimeZone;
    use DstPolicy::{KeepDuration, KeepWallEnd, RejectGap};

    const MIDNIGHT: Time = Time::midnight();

    fn shift(starts: (i8, i8), ends: (i8, i8), dst_policy: DstPolicy) -> WallShift {
        WallShift { starts: time(starts.0, starts.1, 0, 0), ends: time(ends.0, ends.1, 0, 0), dst_policy }
    }

    fn zone(name: &str) -> SiteZone {
        SiteZone::parse(name).unwrap()
    }

    /// Minutes it lasts and what the clock says at its end.
    fn lasts(name: &str, on: Date, shift: WallShift) -> (i64, String) {
        let zone = zone(name);
        let interval = shift.on(&zone, on, MIDNIGHT).unwrap();
        (interval.duration().as_mins(), zone.wall_clock(interval.ends_at).strftime("%m-%d %H:%M").to_string())
    }

    #[test]
    fn a_night_shift_follows_its_policy_when_clocks_change() {
        let night = |policy| shift((22, 0), (6, 0), policy);
        for (place, on, policy, minutes, ends) in [
            ("Asia/Shanghai", date(2024, 3, 9), KeepWallEnd, 480, "03-10 06:00"),
            ("America/New_York", date(2024, 3, 9), KeepWallEnd, 420, "03-10 06:00"),
            ("America/New_York", date(2024, 3, 9), KeepDuration, 480, "03-10 07:00"),
            ("America/New_York", date(2024, 11, 2), KeepWallEnd, 540, "11-03 06:00"),
            ("America/New_York", date(2024, 11, 2), KeepDuration, 480, "11-03 05:00"),
            ("America/Santiago", date(2024, 9, 7), KeepWallEnd, 420, "09-08 06:00"),
            ("Australia/Lord_Howe", date(2024, 10, 5), KeepWallEnd, 450, "10-06 06:00"),
            ("Australia/Lord_Howe", date(2024, 4, 6), KeepWallEnd, 510, "04-07 06:00"),
            ("Australia/Lord_Howe", date(2024, 4, 6), KeepDuration, 480, "04-07 05:30"),
            ("Pacific/Apia", date(2011, 12, 29), KeepDuration, 480, "12-31 06:00"),
            ("Pacific/Apia", date(2011, 12, 29), KeepWallEnd, 120, "12-31 00:00"),
        ] {
            assert_eq!(lasts(place, on, night(policy)), (minutes, ends.to_owned()), "{place} {on} {policy:?}");
        }
    }

    #[test]
    fn a_start_that_is_skipped_moves_to_the_end_of_the_gap() {
        let on = date(2024, 3, 10);
        assert_eq!(
            lasts("America/New_York", on, shift((2, 30), (10, 0), KeepWallEnd)),
            (420, "03-10 10:00".to_owned())
        );
        assert_eq!(
            lasts("America/New_York", on, shift((2, 30), (10, 0), KeepDuration)),
            (450, "03-10 10:30".to_owned())
        );
    }

    #[test]
    fn reject_gap_names_the_neighbouring_times() {
        let new_york = zone("America/New_York");
        let on = date(2024, 3, 10);
        let error = shift((2, 30), (10, 0), RejectGap).on(&new_york, on, MIDNIGHT).unwrap_err();
        assert_eq!(
            error.to_string(),
            "2024-03-10T02:30:00 does not exist in America/New_York, where the clock goes from 2024-03-10T02:00:00 to \
             2024-03-10T03:00:00"
        );
        assert_eq!((error.before(), error.after()), (on.at(1, 59, 0, 0), on.at(3, 0, 0, 0)));
        let fault = error.fault("/starts");
        assert_eq!((fault.pointer.as_str(), fault.code), ("/starts", "nonexistent_local_time"));
        assert!(shift((22, 0), (2, 30), RejectGap).on(&new_york, date(2024, 3, 9), MIDNIGHT).is_err());
        assert!(shift((22, 0), (6, 0), RejectGap).on(&new_york, date(2024, 3, 9), MIDNIGHT).is_ok());
    }

    #[test]
    fn a_skipped_date_and_a_wholly_skipped_shift_are_refused_by_every_policy() {
        for policy in [KeepWallEnd, KeepDuration, RejectGap] {
            assert!(shift((9, 0), (17, 0), policy).on(&zone("Pacific/Apia"), date(2011, 12, 30), MIDNIGHT).is_err());
        }
        let within_the_gap = shift((2, 10), (2, 50), KeepWallEnd);
        assert!(within_the_gap.on(&zone("America/New_York"), date(2024, 3, 10), MIDNIGHT).is_err());
    }

    #[test]
    fn shifts_that_touch_on_the_wall_touch_in_time() {
        let berlin = zone("Europe/Berlin");
        for on in [date(2024, 3, 31), date(2024, 10, 27), date(2024, 7, 1)] {
            let early = shift((0, 0), (2, 30), KeepWallEnd).on(&berlin, on, MIDNIGHT).unwrap();
            let late = shift((2, 30), (8, 0), KeepWallEnd).on(&berlin, on, MIDNIGHT).unwrap();
            assert_eq!(early.ends_at, late.starts_at);
        }
    }

    #[test]
    fn a_working_day_begins_at_its_boundary() {
        let berlin = zone("Europe/Berlin");
        let four = time(4, 0, 0, 0);
        let on = date(2024, 6, 1);
        let late = shift((2, 0), (8, 0), KeepWallEnd).on(&berlin, on, four).unwrap();
        assert_eq!(berlin.wall_clock(late.starts_at), date(2024, 6, 2).at(2, 0, 0, 0));
        assert_eq!(berlin.working_day(late.starts_at, four), on);
        assert_eq!(berlin.working_day(late.starts_at, MIDNIGHT), date(2024, 6, 2));
    }

    #[test]
    fn days_are_as_long_as_the_clock_makes_them() {
        let hours = |name: &str, on| zone(name).day(on, MIDNIGHT).duration().as_secs();
        assert_eq!(hours("America/New_York", date(2024, 3, 10)), 23 * 3600);
        assert_eq!(hours("America/New_York", date(2024, 11, 3)), 25 * 3600);
        assert_eq!(hours("Australia/Lord_Howe", date(2024, 10, 6)), 23 * 3600 + 1800);
        assert_eq!(hours("Pacific/Apia", date(2011, 12, 30)), 0);
        assert_eq!(hours("Asia/Shanghai", date(2024, 3, 10)), 24 * 3600);
    }

    #[test]
    fn the_ends_of_time_are_survived() {
        let apia = zone("Pacific/Apia");
        for on in [Date::MIN, Date::MAX] {
            let _ = shift((22, 0), (6, 0), KeepDuration).on(&apia, on, MIDNIGHT);
            let _ = (apia.day(on, MIDNIGHT), apia.hours(on, MIDNIGHT, MIDNIGHT));
        }
    }

    #[test]
    fn only_names_of_the_database_are_zones() {
        assert_eq!(zone("asia/shanghai").name(), "Asia/Shanghai");
        for name in ["", "Mars/Olympus", "+08:00", "EST5EDT,M3.2.0,M11.1.0", "Etc/Unknown"] {
            assert_eq!(SiteZone::parse(name), Err(UnknownTimeZone(name.to_owned())));
        }
    }
}
