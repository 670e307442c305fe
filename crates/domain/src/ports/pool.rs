use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// How busy a store's connections are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections in use.
    pub active: u32,
    /// Connections open.
    pub open: u32,
    /// Most connections that may be open.
    pub max: u32,
    /// Who waits for one at this moment.
    pub waiters: u32,
    /// How long all have waited for one, together, since the store was opened.
    pub waited: Duration,
}

/// How busy connections are that each carry many commands at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SharedPoolStatus {
    /// Whether the server was there when somebody asked last.
    pub is_available: bool,
    /// Connections open.
    pub open: u32,
    /// Most connections that may be open.
    pub max: u32,
    /// Commands that were sent and have no answer yet.
    pub in_flight: u32,
    /// Who waits for a connection to be opened at this moment.
    pub waiters: u32,
    /// How long all have waited for one, together, since the process began.
    pub waited: Duration,
}

/// Counts who waits for a connection, for a [`PoolStatus`].
///
/// Pools count too, but forget whoever gives up waiting; here each wait is a value that ends however it is dropped.
#[derive(Debug, Default)]
pub struct PoolWaits {
    waiters: AtomicU32,
    waited_nanos: AtomicU64,
}

impl PoolWaits {
    /// Somebody begins to wait.
    pub fn begin(&self) -> PoolWait<'_> {
        self.waiters.fetch_add(1, Ordering::Relaxed);
        PoolWait(self)
    }

    /// Who waits at this moment.
    pub fn waiters(&self) -> u32 {
        self.waiters.load(Ordering::Relaxed)
    }

    /// How long all have waited, together.
    pub fn waited(&self) -> Duration {
        Duration::from_nanos(self.waited_nanos.load(Ordering::Relaxed))
    }
}

/// Somebody who waits for a connection.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct PoolWait<'a>(&'a PoolWaits);

impl PoolWait<'_> {
    /// Ends the wait, which took so long, with a connection or without.
    pub fn end(self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.0.waited_nanos.fetch_add(nanos, Ordering::Relaxed);
    }
}

impl Drop for PoolWait<'_> {
    fn drop(&mut self) {
        self.0.waiters.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_gives_up_waits_no_more() {
        let waits = PoolWaits::default();
        let (patient, impatient) = (waits.begin(), waits.begin());
        assert_eq!(waits.waiters(), 2);
        drop(impatient);
        patient.end(Duration::from_millis(5));
        assert_eq!((waits.waiters(), waits.waited()), (0, Duration::from_millis(5)));
    }
}
