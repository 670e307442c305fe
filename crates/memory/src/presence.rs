//! [`Presence`] in this process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::ports::{PRESENCE_WINDOW, Presence, PresenceUnavailable};

/// Who was active of late in this process.
#[derive(Debug, Default)]
pub struct MemoryPresence {
    noted: Mutex<HashMap<(OrganizationId, UserId), Timestamp>>,
}

impl MemoryPresence {
    /// Nobody was active yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(OrganizationId, UserId), Timestamp>> {
        // An insert that panics half way leaves a map; a poisoned lock is as good as new.
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) <= PRESENCE_WINDOW
}

#[async_trait]
impl Presence for MemoryPresence {
    async fn note(&self, accounts: &[(OrganizationId, UserId)], now: Timestamp) -> Result<(), PresenceUnavailable> {
        let mut noted = self.lock();
        noted.retain(|_, at| is_recent(*at, now));
        for account in accounts {
            let at = noted.entry(*account).or_insert(now);
            *at = now.max(*at);
        }
        Ok(())
    }

    async fn count(&self, now: Timestamp) -> Result<u64, PresenceUnavailable> {
        let active = self.lock().values().filter(|at| is_recent(**at, now)).count();
        Ok(u64::try_from(active).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    scheduling_conformance::presence_conformance!(async || MemoryPresence::new());
}
