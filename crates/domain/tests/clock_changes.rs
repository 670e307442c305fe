//! Wall-clock shifts over every change of clocks in the time-zone database, 1970 to 2037.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use std::collections::HashSet;

use jiff::civil::{Date, DateTime, Time, time};
use jiff::tz::{Offset, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling_domain::time::{DstPolicy, Interval, SiteZone, WallShift};

const FROM: &str = "1970-01-01T00:00:00Z";
const UNTIL: &str = "2038-01-01T00:00:00Z";
const BOUNDARIES: [Time; 2] = [Time::midnight(), time(4, 0, 0, 0)];

/// A change of clocks, and the offsets on both sides.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Change {
    at: Timestamp,
    before: Offset,
    after: Offset,
}

impl Change {
    /// Wall time skipped (positive) or repeated (negative).
    fn skips(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.after.seconds() - self.before.seconds()))
    }

    fn wall_before(&self) -> DateTime {
        self.before.to_datetime(self.at)
    }

    fn wall_after(&self) -> DateTime {
        self.after.to_datetime(self.at)
    }
}

/// Every zone with its changes; of names that share their clocks, one.
fn zones() -> Vec<(SiteZone, Vec<Change>)> {
    let (from, until): (Timestamp, Timestamp) = (FROM.parse().unwrap(), UNTIL.parse().unwrap());
    let database = TimeZoneDatabase::bundled();
    let mut seen = HashSet::new();
    let mut zones = Vec::new();
    for name in database.available() {
        let zone = SiteZone::parse(name.as_str()).unwrap();
        let rules = database.get(name.as_str()).unwrap();
        let mut before = rules.to_offset(from);
        let mut changes = Vec::new();
        for transition in rules.following(from).take_while(|transition| transition.timestamp() < until) {
            let change = Change { at: transition.timestamp(), before, after: transition.offset() };
            before = change.after;
            if !change.skips().is_zero() {
                changes.push(change);
            }
        }
        if seen.insert(changes.clone()) {
            zones.push((zone, changes));
        }
    }
    assert!(200 < zones.len(), "only {} zones: the database is not complete", zones.len());
    zones
}

/// Starts and ends around a change: before it, at its edges, within and after it, and across it by a night.
fn shifts_around(change: &Change) -> impl Iterator<Item = (Date, Time, Time)> {
    let (first, last) = (change.wall_before().min(change.wall_after()), change.wall_before().max(change.wall_after()));
    let within = first + (last.duration_since(first) / 2);
    let walls = [
        (first - 8.hours(), within),
        (first - 30.minutes(), last + 30.minutes()),
        (first, last),
        (within, last + 8.hours()),
        (within, within + 10.minutes()),
        (last, last + 8.hours()),
    ];
    walls.into_iter().map(|(starts, ends)| (starts.date(), starts.time(), ends.time()))
}

#[test]
fn shifts_are_what_their_policy_says_around_every_change_of_clocks() {
    let mut judged = 0_usize;
    for (zone, changes) in zones() {
        for change in changes {
            for (on, starts, ends) in shifts_around(&change) {
                for dst_policy in [DstPolicy::KeepWallEnd, DstPolicy::KeepDuration, DstPolicy::RejectGap] {
                    for boundary in BOUNDARIES {
                        check(&zone, on, &WallShift { starts, ends, dst_policy }, boundary);
                        judged += 1;
                    }
                }
            }
        }
    }
    assert!(100_000 < judged, "only {judged}");
}

fn check(zone: &SiteZone, on: Date, shift: &WallShift, boundary: Time) {
    let context = || format!("{zone} {on} {shift:?} {boundary}");
    let starts = shift.start_date(on, boundary).to_datetime(shift.starts);
    let start_gap = zone.gap_around(starts);
    let ends = starts + shift.nominal();
    let end_gap = zone.gap_around(ends);
    let interval = match shift.on(zone, on, boundary) {
        Ok(interval) => interval,
        Err(error) => {
            assert!(start_gap.is_some() || end_gap.is_some(), "{} exists", context());
            assert!(error.before() < error.wall && error.wall < error.after(), "{}", context());
            for neighbour in [error.before(), error.after()] {
                assert_eq!(zone.gap_around(neighbour), None, "{}: {neighbour} exists", context());
            }
            return;
        }
    };
    assert!(!interval.is_empty(), "{} has a length", context());
    match start_gap {
        None => {
            assert_eq!(zone.wall_clock(interval.starts_at), starts, "{} round trip", context());
            assert_eq!(zone.working_day(interval.starts_at, boundary), on, "{} working day", context());
        }
        Some(gap) => assert_eq!(zone.wall_clock(interval.starts_at), gap.ends, "{} start", context()),
    }
    match (shift.dst_policy, end_gap) {
        (DstPolicy::KeepDuration, _) => assert_eq!(interval.duration(), shift.nominal(), "{}", context()),
        (_, None) => assert_eq!(zone.wall_clock(interval.ends_at), ends, "{} end", context()),
        (_, Some(gap)) => assert_eq!(zone.wall_clock(interval.ends_at), gap.ends, "{} end", context()),
    }
    if shift.dst_policy == DstPolicy::RejectGap {
        assert_eq!((start_gap, end_gap), (None, None), "{} must be refused", context());
    }
}

#[test]
fn wall_times_and_instants_keep_their_order_across_every_change_of_clocks() {
    for (zone, changes) in zones() {
        for change in changes {
            let (first, last) =
                (change.wall_before().min(change.wall_after()), change.wall_before().max(change.wall_after()));
            let step = last.duration_since(first) / 4;
            let walls = (-2..8).map(|steps| first + step * steps);
            let instants: Vec<Timestamp> = walls.map(|wall| zone.instant(wall)).collect();
            assert!(instants.is_sorted(), "{zone} {}", change.at);
        }
    }
}

#[test]
fn days_touch_and_are_as_long_as_the_changes_within_them_leave() {
    for (zone, changes) in zones() {
        for change in &changes {
            let first = change.wall_before().date().min(change.wall_after().date()) - 1.day();
            let dates = [first, first + 1.day(), first + 2.days(), first + 3.days()];
            let days = dates.map(|on| zone.day(on, Time::midnight()));
            for (on, day) in dates.iter().zip(&days).filter(|(_, day)| !day.is_empty()) {
                assert_eq!(zone.working_day(day.starts_at, Time::midnight()), *on, "{zone}");
            }
            assert!(days.windows(2).all(|pair| pair[0].ends_at == pair[1].starts_at), "{zone} {first}");
            let whole = Interval::new(days[0].starts_at, days[3].ends_at);
            let within = changes.iter().filter(|other| whole.contains(other.at));
            let skipped: i64 = within.map(|other| other.skips().as_secs()).sum();
            assert_eq!(whole.duration().as_secs(), 4 * 24 * 3600 - skipped, "{zone} {first}");
        }
    }
}
