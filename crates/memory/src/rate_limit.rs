//! [`RateLimiter`] within the process.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use scheduling_domain::ports::{RateKey, RateLimiter};
use scheduling_domain::rate::{RateBook, RateGrant, RateQuota};

/// Counts by itself, for a service that is one process.
#[derive(Debug)]
pub struct MemoryRateLimiter {
    book: Mutex<RateBook>,
    started: Instant,
}

impl MemoryRateLimiter {
    /// Nobody has asked yet.
    #[expect(clippy::disallowed_methods, reason = "a rate is about how time passes, not about what time it is")]
    pub fn new() -> Self {
        Self { book: Mutex::default(), started: Instant::now() }
    }
}

impl Default for MemoryRateLimiter {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl RateLimiter for MemoryRateLimiter {
    async fn take(&self, key: &RateKey, quota: RateQuota) -> RateGrant {
        // Nothing that holds the lock can panic half way, so a poisoned one is as good as new.
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.take(key.as_str(), quota, self.started.elapsed(), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    scheduling_conformance::rate_limit_conformance!(MemoryRateLimiter::new);
}
