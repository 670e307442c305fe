//! [`Cache`] on a concurrent map with a bound on its memory.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use moka::Expiry;
use moka::future::Cache as Moka;
use scheduling_domain::ports::{Cache, CacheKey, CachePattern, CacheUnavailable};

/// Keys and texts together; the least useful entries go first.
const CAPACITY_BYTES: u64 = 64 * 1024 * 1024;

/// A cache within this process.
#[derive(Debug, Clone)]
pub struct MemoryCache {
    entries: Moka<String, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    text: String,
    expiry: Duration,
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

impl MemoryCache {
    /// An empty cache.
    pub fn new() -> Self {
        let entries = Moka::builder()
            .max_capacity(CAPACITY_BYTES)
            .weigher(|key: &String, entry: &Entry| u32::try_from(key.len() + entry.text.len()).unwrap_or(u32::MAX))
            .expire_after(OwnExpiry)
            .build();
        Self { entries }
    }
}

impl Default for MemoryCache {
    fn default() -> Self {
        Self::new()
    }
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
            self.entries.insert(key.as_str().to_owned(), Entry { text, expiry }).await;
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

    async fn clear(&self, pattern: &CachePattern) -> u64 {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    scheduling_conformance::cache_conformance!(async || MemoryCache::new());
}
