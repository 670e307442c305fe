//! [`Cache`] on a concurrent map with a bound on its memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use moka::Expiry;
use moka::future::Cache as Moka;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::{Cache, CacheKey, CachePattern, CacheUnavailable, DerivedKey, Found, Lease};

/// Keys and texts together; the least useful entries go first.
const CAPACITY_BYTES: u64 = 64 * 1024 * 1024;

/// A cache within this process.
#[derive(Debug, Clone)]
pub struct MemoryCache {
    entries: Moka<String, Entry>,
    leases: Moka<String, String>,
    generations: Arc<Generations>,
}

#[derive(Debug, Clone)]
struct Entry {
    text: String,
    expiry: Duration,
    expires_at: Option<Instant>,
}

/// Each entry brings its own expiry, and a new text brings a new one.
struct OwnExpiry;

impl Expiry<String, Entry> for OwnExpiry {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.expiry)
    }

    fn expire_after_update(&self, _: &String, entry: &Entry, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.expiry)
    }
}

/// The generation of each kind of each organization. None is given twice in the life of the process.
#[derive(Debug, Default)]
struct Generations {
    given: AtomicU64,
    now: Mutex<HashMap<OrganizationId, HashMap<String, u64>>>,
}

impl Generations {
    fn next(&self) -> u64 {
        self.given.fetch_add(1, Ordering::Relaxed)
    }

    /// Those of all `kinds`, at one moment.
    fn of(&self, organization: OrganizationId, kinds: &[&str]) -> String {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = now.entry(organization).or_default();
        let of = |kind: &&str| match ours.get(*kind) {
            Some(generation) => generation.to_string(),
            None => ours.entry((*kind).to_owned()).or_insert(self.next()).to_string(),
        };
        kinds.iter().map(of).collect::<Vec<_>>().join(".")
    }

    fn raise(&self, organization: OrganizationId, kinds: &[&str]) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ours) = now.get_mut(&organization) {
            for kind in kinds {
                ours.remove(*kind);
            }
        }
    }
}

impl MemoryCache {
    /// An empty cache.
    pub fn new() -> Self {
        let entries = Moka::builder()
            .max_capacity(CAPACITY_BYTES)
            .weigher(|key: &String, entry: &Entry| u32::try_from(key.len() + entry.text.len()).unwrap_or(u32::MAX))
            .expire_after(OwnExpiry)
            .build();
        let leases = Moka::builder().time_to_live(Lease::LIFE).build();
        Self { entries, leases, generations: Arc::default() }
    }
}

impl Default for MemoryCache {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::disallowed_methods, reason = "only tells how long an entry still lives")]
fn now() -> Instant {
    Instant::now()
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &CacheKey) -> Option<String> {
        self.entries.get(key.as_str()).await.map(|entry| entry.text)
    }

    async fn set(&self, key: &CacheKey, text: String, expiry: Duration) {
        if expiry.is_zero() {
            self.entries.invalidate(key.as_str()).await;
        } else {
            let entry = Entry { text, expiry, expires_at: now().checked_add(expiry) };
            self.entries.insert(key.as_str().to_owned(), entry).await;
        }
    }

    async fn delete(&self, key: &CacheKey) -> bool {
        // `remove` also hands out what has expired and is not swept up yet.
        let found = self.entries.contains_key(key.as_str());
        self.entries.remove(key.as_str()).await.is_some() && found
    }

    async fn exists(&self, key: &CacheKey) -> bool {
        self.entries.contains_key(key.as_str())
    }

    async fn clear_pattern(&self, pattern: &CachePattern) -> u64 {
        let mut cleared = 0;
        for (key, _) in &self.entries {
            if pattern.matches(&key) && self.entries.remove(key.as_str()).await.is_some() {
                cleared += 1;
            }
        }
        cleared
    }

    async fn ping(&self) -> Result<(), CacheUnavailable> {
        Ok(())
    }

    async fn find(&self, key: &DerivedKey) -> Result<Found, CacheUnavailable> {
        let family = key.family();
        let entry = key.at(self.generations.of(key.organization(), family.kinds));
        let found = self.entries.get(entry.as_str()).await;
        let is_fresh = found.as_ref().is_some_and(|found| {
            let left = found.expires_at.map_or(Duration::MAX, |at| at.saturating_duration_since(now()));
            family.stale.is_zero() || family.stale < left
        });
        let lease = if is_fresh { None } else { self.lend(&entry).await };
        Ok(Found { entry, text: found.map(|found| found.text), lease })
    }

    async fn keep(
        &self,
        entry: &CacheKey,
        text: &str,
        life: Duration,
        lease: Option<&Lease>,
    ) -> Result<(), CacheUnavailable> {
        self.set(entry, text.to_owned(), life).await;
        match lease {
            Some(lease) => self.give_back(entry, lease).await,
            None => Ok(()),
        }
    }

    async fn give_back(&self, entry: &CacheKey, lease: &Lease) -> Result<(), CacheUnavailable> {
        if self.leases.get(entry.as_str()).await.as_ref() == Some(&lease.0) {
            self.leases.invalidate(entry.as_str()).await;
        }
        Ok(())
    }

    async fn raise(&self, organization: OrganizationId, kinds: &[&str]) -> Result<(), CacheUnavailable> {
        self.generations.raise(organization, kinds);
        Ok(())
    }
}

impl MemoryCache {
    /// The lease on an entry, unless somebody has it.
    async fn lend(&self, entry: &CacheKey) -> Option<Lease> {
        let token = self.generations.next().to_string();
        let held = self.leases.entry(entry.as_str().to_owned()).or_insert(token.clone()).await;
        held.is_fresh().then_some(Lease(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    scheduling_conformance::cache_conformance!(async || MemoryCache::new());
}
