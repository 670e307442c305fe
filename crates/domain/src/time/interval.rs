use jiff::{SignedDuration, Timestamp};

/// A stretch of time, `[starts_at, ends_at)`. It is empty unless `starts_at < ends_at`, and an empty one overlaps nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// The first instant within.
    pub starts_at: Timestamp,
    /// The first instant after.
    pub ends_at: Timestamp,
}

impl Interval {
    /// The stretch from `starts_at` until `ends_at`.
    pub fn new(starts_at: Timestamp, ends_at: Timestamp) -> Self {
        Self { starts_at, ends_at }
    }

    /// Whether no instant lies within.
    pub fn is_empty(&self) -> bool {
        self.ends_at <= self.starts_at
    }

    /// Whether some instant lies within both. Intervals that touch do not overlap.
    pub fn overlaps(&self, other: &Self) -> bool {
        !self.intersection(other).is_empty()
    }

    /// What lies within both; empty when nothing does.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self { starts_at: self.starts_at.max(other.starts_at), ends_at: self.ends_at.min(other.ends_at) }
    }

    /// Whether an instant lies within.
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.starts_at <= instant && instant < self.ends_at
    }

    /// How long it is; zero when empty.
    pub fn duration(&self) -> SignedDuration {
        self.ends_at.duration_since(self.starts_at).max(SignedDuration::ZERO)
    }

    /// How much of it lies within at least one of `others`.
    pub fn covered_by(&self, others: impl IntoIterator<Item = Self>) -> SignedDuration {
        let mut parts: Vec<Self> = others.into_iter().map(|other| self.intersection(&other)).collect();
        parts.sort_unstable();
        let (mut covered, mut until) = (SignedDuration::ZERO, self.starts_at);
        for part in parts {
            covered += Self::new(part.starts_at.max(until), part.ends_at).duration();
            until = until.max(part.ends_at);
        }
        covered
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(starts: i64, ends: i64) -> Interval {
        Interval::new(Timestamp::from_second(starts).unwrap(), Timestamp::from_second(ends).unwrap())
    }

    #[test]
    fn touching_intervals_do_not_overlap() {
        assert!(!span(0, 10).overlaps(&span(10, 20)));
        assert!(span(0, 11).overlaps(&span(10, 20)));
    }

    #[test]
    fn an_empty_interval_overlaps_nothing() {
        assert!(!span(5, 5).overlaps(&span(0, 10)));
        assert!(!span(0, 10).overlaps(&span(7, 3)));
    }

    #[test]
    fn overlapping_covers_count_once() {
        let covers = [span(8, 12), span(-5, 3), span(2, 4), span(9, 10), span(20, 30)];
        assert_eq!(span(0, 10).covered_by(covers), SignedDuration::from_secs(6));
    }

    proptest! {
        #[test]
        fn covered_seconds_are_those_that_some_cover_contains(
            starts in 0..20_i64, length in 0..20_i64, covers in prop::collection::vec((0..30_i64, 0..10_i64), 0..6),
        ) {
            let covers: Vec<Interval> = covers.into_iter().map(|(from, length)| span(from, from + length)).collect();
            let whole = span(starts, starts + length);
            let counted = (starts..starts + length)
                .filter(|second| covers.iter().any(|cover| cover.contains(Timestamp::from_second(*second).unwrap())))
                .count();
            prop_assert_eq!(whole.covered_by(covers), SignedDuration::from_secs(i64::try_from(counted).unwrap()));
        }

        #[test]
        fn overlap_is_symmetric(a in 0..20_i64, b in 0..20_i64, c in 0..20_i64, d in 0..20_i64) {
            prop_assert_eq!(span(a, b).overlaps(&span(c, d)), span(c, d).overlaps(&span(a, b)));
        }
    }
}
