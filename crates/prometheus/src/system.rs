//! The gauges that nobody counts up: they are read from the system every so often.

use std::error::Error;
use std::fs;
use std::time::Duration;

use async_trait::async_trait;
use scheduling_domain::ports::{Load, Waiting};
use thiserror::Error;
use tokio::time::MissedTickBehavior;

use crate::Metrics;

/// A reading that could not be taken.
#[derive(Debug, Error)]
#[error("cannot read {what}")]
pub struct ReadingsFailed {
    /// What was to be read.
    pub what: &'static str,
    /// Why not.
    #[source]
    pub cause: Box<dyn Error + Send + Sync>,
}

/// When the newest backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewestBackup {
    /// There is no folder of backups here, so nothing can be said.
    NoFolder,
    /// The folder has none.
    None,
    /// So long after the beginning of 1970.
    At(Duration),
}

/// Where the gauges come from.
#[async_trait]
pub trait Readings: Send + Sync {
    /// How many people were active in the last five minutes, over all instances.
    async fn active_users(&self) -> Result<i64, ReadingsFailed>;
    /// What waits, and who is signed in.
    async fn load(&self) -> Result<Load, ReadingsFailed>;
    /// How old backups are.
    fn newest_backup(&self) -> Result<NewestBackup, ReadingsFailed>;
    /// How long the oldest of what waits has waited.
    fn age(&self, waiting: Waiting) -> Duration;
}

/// Refreshes the gauges at once and then every `period`. A failure is logged and never ends the loop.
pub async fn refresh_forever(metrics: Metrics, readings: &dyn Readings, period: Duration) {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match readings.active_users().await {
            Ok(count) => metrics.set_active_users(count),
            Err(failure) => log(&failure),
        }
        match readings.load().await {
            Ok(load) => metrics.set_load(&load, |waiting| readings.age(waiting)),
            Err(failure) => log(&failure),
        }
        match readings.newest_backup() {
            Ok(newest) => metrics.set_newest_backup(newest),
            Err(failure) => log(&failure),
        }
        match used_memory() {
            Ok(bytes) => metrics.set_memory_used(bytes),
            Err(failure) => log(&failure),
        }
    }
}

fn log(failure: &ReadingsFailed) {
    tracing::warn!(failure = %failure, cause = %failure.cause, "a gauge was not refreshed");
}

/// The machine's memory that is neither free nor reclaimable, in bytes.
pub fn used_memory() -> Result<i64, ReadingsFailed> {
    let failed = |cause: Box<dyn Error + Send + Sync>| ReadingsFailed { what: "the machine's memory", cause };
    let text = fs::read_to_string("/proc/meminfo").map_err(|error| failed(error.into()))?;
    parse(&text).ok_or_else(|| failed("/proc/meminfo has another form than expected".into()))
}

/// `MemTotal - MemAvailable`, which the kernel gives in KiB.
fn parse(text: &str) -> Option<i64> {
    let kibibytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.split_whitespace().next()?.parse::<i64>().ok()
    };
    kibibytes("MemTotal")?.checked_sub(kibibytes("MemAvailable")?)?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn memory_is_total_less_available() {
        assert_eq!(parse("MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable:   40 kB\n"), Some(60 * 1024));
        assert_eq!(parse("MemTotal: 100 kB\n"), None);
        assert_eq!(parse("MemTotal: many kB\nMemAvailable: 1 kB"), None);
    }

    /// Fails at the first reading and counts them.
    struct Unsteady(AtomicU32);

    #[async_trait]
    impl Readings for Unsteady {
        async fn active_users(&self) -> Result<i64, ReadingsFailed> {
            let before = self.0.fetch_add(1, Ordering::SeqCst);
            if before == 0 {
                return Err(ReadingsFailed { what: "users", cause: "the store is away".into() });
            }
            Ok(i64::from(before))
        }
        async fn load(&self) -> Result<Load, ReadingsFailed> {
            Err(ReadingsFailed { what: "load", cause: "the store is away".into() })
        }
        fn newest_backup(&self) -> Result<NewestBackup, ReadingsFailed> {
            Ok(NewestBackup::NoFolder)
        }
        fn age(&self, _: Waiting) -> Duration {
            Duration::ZERO
        }
    }

    #[tokio::test]
    async fn a_failure_does_not_end_the_loop() {
        let metrics = Metrics::new().unwrap();
        let readings = Unsteady(AtomicU32::new(0));
        let enough = async {
            while !metrics.render().unwrap().contains("active_users_total 3") {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = refresh_forever(metrics.clone(), &readings, Duration::from_millis(1)) => {}
            () = enough => {}
        }
        assert!(readings.0.load(Ordering::SeqCst) >= 3);
    }
}
