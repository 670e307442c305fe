use std::future::Future;
use std::sync::Arc;

use scheduling_domain::ports::{CacheFamily, CacheOutcome, CacheUnavailable, DerivedKey, Found, Lease};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Caching;
use super::flights::{Landing, Turn};

impl Caching {
    /// The answer under `key`, else what `compute` reads from the store, which is kept for the next time. Failures are not
    /// kept, nor is what JSON writes as `null`: whoever asks for what is not there shall not fill the cache.
    ///
    /// Of all who miss the same answer at once, in this process and in others, one computes it and the others take it.
    pub async fn cached<T, E>(
        &self,
        key: &DerivedKey,
        compute: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + Send + Sync,
        E: Send,
    {
        let Some(found) = self.find(key).await else {
            return compute.await;
        };
        if let Some(value) = found.text.as_deref().and_then(|text| parse(key, text)) {
            return Ok(value);
        }
        self.make(key, found, compute).await
    }

    /// The same, except that an answer which has outlived its family's `fresh` is served once more while a new one is made
    /// in the background. A write ends it at once all the same.
    pub async fn cached_or_stale<T, E>(
        &self,
        key: DerivedKey,
        compute: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        E: Send + 'static,
    {
        let Some(found) = self.find(&key).await else {
            return compute.await;
        };
        let Some(value) = found.text.as_deref().and_then(|text| parse(&key, text)) else {
            return self.make(&key, found, compute).await;
        };
        if found.lease.is_some() {
            let caching = self.clone();
            // A failure leaves the old answer until its end; then whoever asks meets the failure.
            tokio::spawn(async move { caching.make(&key, found, compute).await.is_ok() });
        }
        Ok(value)
    }

    async fn make<T, E>(
        &self,
        key: &DerivedKey,
        found: Found,
        compute: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + Send + Sync,
        E: Send,
    {
        let flight = self.0.flights.board(found.entry.as_str());
        let turn = match (&found.lease, &self.0.cache) {
            (None, Some(cache)) => flight.wait(cache.as_ref(), &found.entry).await,
            _ => Turn::Ours(flight.take_off()),
        };
        let taking_off = match turn {
            Turn::Ours(taking_off) => taking_off,
            Turn::Theirs(text) => match parse(key, &text) {
                Some(value) => return Ok(value),
                None => return compute.await,
            },
            Turn::Failed => return compute.await,
        };
        let computed = compute.await;
        let text = computed.as_ref().ok().and_then(|value| write(key, value));
        match &text {
            Some(text) => taking_off.land(Landing::With(Arc::clone(text))),
            None => taking_off.land(Landing::Without),
        }
        self.keep(key.family(), &found, text.as_deref()).await;
        computed
    }

    /// Keeps an answer, if there is one, and gives the lease back.
    async fn keep(&self, family: &CacheFamily, found: &Found, text: Option<&str>) {
        let Some(cache) = &self.0.cache else { return };
        let lease: Option<&Lease> = found.lease.as_ref();
        let kept: Result<(), CacheUnavailable> = match (text, lease) {
            (Some(text), lease) => {
                let keep = cache.keep(&found.entry, text, family.fresh + family.stale, lease);
                self.timed("keep", keep).await
            }
            (None, Some(lease)) => cache.give_back(&found.entry, lease).await,
            (None, None) => return,
        };
        match kept {
            Ok(()) => self.0.metrics.cache_asked("keep", CacheOutcome::Hit),
            Err(error) => self.doubt("keep", &error),
        }
    }
}

/// A text that is no such value counts as a miss.
fn parse<T: DeserializeOwned>(key: &DerivedKey, text: &str) -> Option<T> {
    let parsed = serde_json::from_str(text);
    if let Err(error) = &parsed {
        tracing::warn!(family = key.family().name, %error, "a cached text was of another form");
    }
    parsed.ok()
}

fn write<T: Serialize>(key: &DerivedKey, value: &T) -> Option<Arc<str>> {
    match serde_json::to_string(value) {
        Ok(text) => (text != "null").then(|| text.into()),
        Err(error) => {
            tracing::warn!(family = key.family().name, %error, "a value was not cached");
            None
        }
    }
}
