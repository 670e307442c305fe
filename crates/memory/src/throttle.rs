//! [`SignInThrottle`] on a concurrent map with a bound on its memory.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use moka::Expiry;
use moka::future::Cache as Moka;
use moka::ops::compute::Op;
use scheduling_domain::ports::{SignInThrottle, ThrottleUnavailable};
use scheduling_domain::throttle::{Admitted, Claim, Outcome, Refused, TryId, TryLog, WINDOW};

/// Most logs that are kept. Each costs its maker a password hash, so nobody pushes another's log out within its window.
const CAPACITY: u64 = 200_000;

/// Tries at this process alone.
#[derive(Debug, Clone)]
pub struct MemoryThrottle {
    logs: Moka<String, TryLog>,
}

/// Each log says for how long it means anything.
struct OwnLife;

impl OwnLife {
    fn of(log: &TryLog) -> Duration {
        log.life().unsigned_abs()
    }
}

impl Expiry<String, TryLog> for OwnLife {
    fn expire_after_create(&self, _: &String, log: &TryLog, _: Instant) -> Option<Duration> {
        Some(Self::of(log))
    }

    fn expire_after_update(&self, _: &String, log: &TryLog, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(Self::of(log))
    }
}

impl MemoryThrottle {
    /// Nobody has tried yet.
    pub fn new() -> Self {
        Self { logs: Moka::builder().max_capacity(CAPACITY).expire_after(OwnLife).build() }
    }
}

impl Default for MemoryThrottle {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl SignInThrottle for MemoryThrottle {
    async fn admit(
        &self,
        key: &str,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Result<Admitted, Refused>, ThrottleUnavailable> {
        let entry = self.logs.entry_by_ref(key);
        let mut answer = Err(Refused { retry_after: WINDOW, pending: false });
        entry
            .and_compute_with(|log| {
                let mut log = log.map(moka::Entry::into_value).unwrap_or_default();
                answer = log.admit(claim, now);
                std::future::ready(if answer.is_ok() { Op::Put(log) } else { Op::Nop })
            })
            .await;
        Ok(answer)
    }

    async fn settle(&self, key: &str, id: TryId, outcome: Outcome, now: Timestamp) -> Result<(), ThrottleUnavailable> {
        let entry = self.logs.entry_by_ref(key);
        entry
            .and_upsert_with(|log| {
                let mut log = log.map(moka::Entry::into_value).unwrap_or_default();
                log.settle(id, outcome, now);
                std::future::ready(log)
            })
            .await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    scheduling_conformance::throttle_conformance!(async || MemoryThrottle::new());
}
