//! Values in the cache, as JSON.

use std::future::Future;
use std::time::Duration;

use scheduling_domain::ports::{Cache, CacheKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The value under `key`. A text that is no such value, such as an older version's, counts as a miss and is removed.
pub async fn get_json<T: DeserializeOwned>(cache: &dyn Cache, key: &CacheKey) -> Option<T> {
    let text = cache.get(key).await?;
    match serde_json::from_str(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::warn!(key = key.as_str(), %error, "a cached text was of another kind");
            cache.delete(key).await;
            None
        }
    }
}

/// Keeps a value under `key`. One that JSON cannot hold is not kept.
pub async fn set_json<T: Serialize + Sync>(cache: &dyn Cache, key: &CacheKey, value: &T, expiry: Duration) {
    match serde_json::to_string(value) {
        Ok(text) => cache.set(key, text, expiry).await,
        Err(error) => tracing::warn!(key = key.as_str(), %error, "a value was not cached"),
    }
}

/// The value under `key`, else what `compute` answers, which is kept for the next time. Failures are not kept.
pub async fn cached<T, E>(
    cache: &dyn Cache,
    key: &CacheKey,
    expiry: Duration,
    compute: impl Future<Output = Result<T, E>> + Send,
) -> Result<T, E>
where
    T: Serialize + DeserializeOwned + Send + Sync,
    E: Send,
{
    if let Some(value) = get_json(cache, key).await {
        return Ok(value);
    }
    let value = compute.await?;
    set_json(cache, key, &value, expiry).await;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use scheduling_domain::ports::DEFAULT_CACHE_EXPIRY;
    use scheduling_memory::MemoryCache;

    use super::*;

    fn key() -> CacheKey {
        CacheKey::new(NonZeroU32::MIN.into(), "answer")
    }

    #[tokio::test]
    async fn a_value_is_computed_once() {
        let cache = MemoryCache::new();
        for fresh in [1, 2] {
            let answer = cached(&cache, &key(), DEFAULT_CACHE_EXPIRY, async { Ok::<_, ()>(fresh) }).await;
            assert_eq!(answer, Ok(1));
        }
    }

    #[tokio::test]
    async fn a_failure_is_computed_again() {
        let cache = MemoryCache::new();
        let failed = cached(&cache, &key(), DEFAULT_CACHE_EXPIRY, async { Err::<i32, _>("no") }).await;
        assert_eq!(failed, Err("no"));
        assert_eq!(cached(&cache, &key(), DEFAULT_CACHE_EXPIRY, async { Ok::<_, ()>(3) }).await, Ok(3));
    }

    #[tokio::test]
    async fn a_text_of_another_kind_is_a_miss_and_gone() {
        let cache = MemoryCache::new();
        set_json(&cache, &key(), &"text", DEFAULT_CACHE_EXPIRY).await;
        assert_eq!(get_json::<i32>(&cache, &key()).await, None);
        assert!(!cache.exists(&key()).await);
    }
}
