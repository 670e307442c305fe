//! How many requests somebody may make: the generic cell rate algorithm (GCRA, ITU-T I.371).
//!
//! One number is kept for each of those who ask: the time at which all that they took would be earned back. It lies in the
//! past for who has been quiet, and may lie so far in the future as the whole burst takes to be earned.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

/// What somebody may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateQuota {
    /// How many requests are earned in a second.
    pub per_second: NonZeroU32,
    /// How many can be saved up.
    pub burst: NonZeroU32,
}

impl RateQuota {
    /// How long one request takes to be earned.
    pub fn interval(self) -> Duration {
        Duration::from_secs(1) / self.per_second.get()
    }

    /// How long all of them take to be earned.
    pub fn window(self) -> Duration {
        self.interval() * self.burst.get()
    }

    /// Takes as many as there are, `wanted` at the most. `earned_at` is when all taken so far are earned back, on the clock
    /// of `now`; the answer is its new value and what was taken.
    pub fn take(self, earned_at: Duration, now: Duration, wanted: u32) -> (Duration, RateGrant) {
        let earned_at = earned_at.max(now);
        let free = (now + self.window()).saturating_sub(earned_at).as_nanos() / self.interval().as_nanos().max(1);
        let free = u32::try_from(free).unwrap_or(u32::MAX);
        let granted = wanted.min(free);
        let earned_at = earned_at + self.interval() * granted;
        let debt = earned_at.saturating_sub(now);
        let grant = RateGrant { granted, remaining: free - granted, earned_in: debt };
        (earned_at, grant)
    }

    /// How long who has nothing left waits for the next request.
    pub fn wait(self, grant: RateGrant) -> Duration {
        (grant.earned_in + self.interval()).saturating_sub(self.window())
    }
}

/// What was taken, and how things stand after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateGrant {
    /// How many requests were granted; none where there was none left.
    pub granted: u32,
    /// How many are left.
    pub remaining: u32,
    /// How long it takes until all are earned back.
    pub earned_in: Duration,
}

/// Those who ask, and when all that they took is earned back. Who owes nothing is forgotten.
#[derive(Debug, Default)]
pub struct RateBook {
    entries: HashMap<String, Duration>,
    tidy_at: usize,
}

impl RateBook {
    /// How many there are at least before anybody is looked for who can be forgotten.
    const FEW: usize = 1_024;

    /// [`RateQuota::take`] for `key`.
    pub fn take(&mut self, key: &str, quota: RateQuota, now: Duration, wanted: u32) -> RateGrant {
        let earned_at = self.entries.get(key).copied().unwrap_or_default();
        let (earned_at, grant) = quota.take(earned_at, now, wanted);
        if let Some(entry) = self.entries.get_mut(key) {
            *entry = earned_at;
        } else {
            self.tidy(now);
            self.entries.insert(key.to_owned(), earned_at);
        }
        grant
    }

    /// Forgets who owes nothing, whenever the book has doubled: seldom enough to cost nothing.
    fn tidy(&mut self, now: Duration) {
        if self.tidy_at.max(Self::FEW) <= self.entries.len() {
            self.entries.retain(|_, earned_at| now < *earned_at);
            self.tidy_at = self.entries.len() * 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(per_second: u32, burst: u32) -> RateQuota {
        RateQuota { per_second: NonZeroU32::new(per_second).unwrap(), burst: NonZeroU32::new(burst).unwrap() }
    }

    fn at(millis: u64) -> Duration {
        Duration::from_millis(1_000_000 + millis)
    }

    #[test]
    fn a_burst_is_granted_and_then_what_is_earned() {
        let (quota, mut book) = (quota(10, 3), RateBook::default());
        for remaining in [2, 1, 0] {
            let grant = book.take("a", quota, at(0), 1);
            assert_eq!((grant.granted, grant.remaining), (1, remaining));
        }
        let refused = book.take("a", quota, at(0), 1);
        assert_eq!(
            (refused.granted, refused.earned_in, quota.wait(refused)),
            (0, Duration::from_millis(300), Duration::from_millis(100))
        );
        assert_eq!(book.take("a", quota, at(99), 1).granted, 0);
        assert_eq!(book.take("a", quota, at(100), 1).granted, 1);
        assert_eq!(book.take("a", quota, at(100), 1).granted, 0);
        assert_eq!(book.take("b", quota, at(100), 1).granted, 1);
        assert_eq!(book.take("a", quota, at(60_000), 5).granted, 3, "no more than the burst is saved up");
    }

    #[test]
    fn many_are_taken_at_once_as_far_as_they_go() {
        let mut book = RateBook::default();
        let first = book.take("a", quota(100, 25), at(0), 10);
        assert_eq!((first.granted, first.remaining), (10, 15));
        assert_eq!(book.take("a", quota(100, 25), at(0), 20).granted, 15);
    }

    #[test]
    fn the_book_forgets_who_owes_nothing() {
        let mut book = RateBook::default();
        for number in 0..10_000_u64 {
            book.take(&number.to_string(), quota(10, 3), at(number * 1_000), 1);
        }
        assert!(book.entries.len() <= RateBook::FEW, "{}", book.entries.len());
    }
}
