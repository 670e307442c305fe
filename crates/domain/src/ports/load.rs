use std::ops::Add;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::id::OrganizationId;
use crate::ports::StoreError;

/// Rows of a kind that wait for somebody to take them up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: u64,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
}

impl Waiting {
    /// How long the oldest has waited by `now`; zero where nothing waits.
    pub fn age(&self, now: Timestamp) -> Duration {
        let waited = self.oldest.map(|oldest| now.duration_since(oldest));
        waited.and_then(|waited| Duration::try_from(waited).ok()).unwrap_or_default()
    }
}

impl Add for Waiting {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            oldest: self.oldest.into_iter().chain(other.oldest).min(),
        }
    }
}

/// What is asked of the service at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Runs of the optimiser that no worker has taken.
    pub queued_runs: Waiting,
    /// Events of the outbox that are not yet told.
    pub outbox: Waiting,
    /// Mails that are not yet sent.
    pub mails: Waiting,
    /// Sessions that are good.
    pub sessions: u64,
}

impl Add for Load {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            queued_runs: self.queued_runs + other.queued_runs,
            outbox: self.outbox + other.outbox,
            mails: self.mails + other.mails,
            sessions: self.sessions.saturating_add(other.sessions),
        }
    }
}

/// Reads of what operators watch.
#[async_trait]
pub trait LoadQueries: Send + Sync {
    /// An organization's load. MUST count only what is committed, and leave out runs that a worker has taken and sessions
    /// that have ended by `now` or are of an earlier epoch.
    async fn measure(&self, organization: OrganizationId, now: Timestamp) -> Result<Load, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_age_is_that_of_the_oldest() {
        let one = Waiting { count: 2, oldest: Some(at(40)) };
        let other = Waiting { count: 1, oldest: Some(at(30)) };
        for all in [one + other, other + one, one + other + Waiting::default()] {
            assert_eq!(all, Waiting { count: 3, oldest: Some(at(30)) });
            assert_eq!(all.age(at(100)), Duration::from_secs(70));
        }
    }

    #[test]
    fn nothing_is_as_old_as_what_another_clock_made_later() {
        assert_eq!(Waiting::default().age(at(100)), Duration::ZERO);
        assert_eq!(Waiting { count: 1, oldest: Some(at(101)) }.age(at(100)), Duration::ZERO);
    }
}
