//! Answers kept in front of the store.
//!
//! No use case knows of it. [`Caching::store`] answers a store that reads through the cache and whose units of work raise
//! the generations of what they wrote: after the commit, before whoever asked is answered, and once more through the outbox
//! should the process end in between. So nothing has to be remembered when a use case is added.
//!
//! To cache another kind of row: a line in [`families`], `impl Cached`, and its accessor in [`store`]. To cache an answer
//! that is made from several: a line in [`families`] that names all kinds it reads, and [`Caching::cached`] around the
//! reading. `docs/caching.md` lists what is cached; a test holds it to [`families::ALL`].
//!
//! The cache is trusted as long as it answers. After any failure this process asks it nothing until it has caught up
//! ([`relay`]): every raise that may have been missed is made good first.

mod cached;
pub mod families;
mod flights;
mod holders;
mod relay;
mod store;
mod trust;
mod unit;

pub use relay::relay_forever;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use scheduling_domain::id::{OrganizationId, OutboxEventId};
use scheduling_domain::ports::{
    Cache, CacheOutcome, CacheUnavailable, Clock, DerivedKey, Found, NoMetrics, SchedulingMetrics, SharedPoolStatus,
    Store,
};
use tokio::time::timeout;

use flights::Flights;
use holders::Holders;
use store::CachedStore;
use trust::Trust;

/// The longest that a write waits for a cache that let an earlier one wait in vain.
const DOUBTFUL_RAISE: Duration = Duration::from_millis(100);

/// The cache, and what is known of it. Clones share it.
#[derive(Clone)]
pub struct Caching(Arc<Inner>);

struct Inner {
    /// None where every read goes to the store.
    cache: Option<Arc<dyn Cache>>,
    metrics: Arc<dyn SchedulingMetrics>,
    trust: Trust,
    flights: Flights,
    holders: Holders,
    /// Events of the outbox that this process has told itself, and that are still to be removed.
    told: Mutex<BTreeMap<OrganizationId, Vec<OutboxEventId>>>,
}

impl Caching {
    /// Keeps answers in `cache`; without one, only who is signed in, for a moment.
    pub fn new(cache: Option<Arc<dyn Cache>>, metrics: Arc<dyn SchedulingMetrics>) -> Self {
        Self::with(cache, metrics, Holders::default())
    }

    /// Keeps nothing at all.
    pub fn off() -> Self {
        Self::with(None, Arc::new(NoMetrics), Holders::off())
    }

    fn with(cache: Option<Arc<dyn Cache>>, metrics: Arc<dyn SchedulingMetrics>, holders: Holders) -> Self {
        let (trust, flights, told) = (Trust::default(), Flights::default(), Mutex::default());
        Self(Arc::new(Inner { cache, metrics, trust, flights, holders, told }))
    }

    /// The store with the cache around it.
    pub fn store(&self, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Arc<dyn Store> {
        Arc::new(CachedStore { inner: store, clock, caching: self.clone() })
    }

    /// Asks the cache for a sign of life.
    pub async fn ping(&self) -> Result<(), CacheUnavailable> {
        match &self.0.cache {
            Some(cache) => cache.ping().await,
            None => Ok(()),
        }
    }

    /// How busy the cache's connections are.
    pub(crate) fn pool(&self) -> Option<SharedPoolStatus> {
        self.0.cache.as_ref()?.shared_pool_status()
    }

    /// Whether the cache is asked at all; not while it may have missed a raise.
    pub fn is_trusted(&self) -> bool {
        self.0.cache.is_some() && self.0.trust.holds()
    }

    /// Looks an answer up. `None` where the cache is not there or not to be trusted.
    async fn find(&self, key: &DerivedKey) -> Option<Found> {
        let cache = self.0.cache.as_ref()?;
        if !self.0.trust.holds() {
            self.0.metrics.cache_asked("find", CacheOutcome::Error);
            return None;
        }
        match self.timed("find", cache.find(key)).await {
            Ok(found) => {
                let outcome = if found.text.is_some() { CacheOutcome::Hit } else { CacheOutcome::Miss };
                self.0.metrics.cache_asked("find", outcome);
                Some(found)
            }
            Err(error) => {
                self.doubt("find", &error);
                None
            }
        }
    }

    /// Raises the generations of what was written and committed. `event` is the same raise in the outbox, for others to
    /// make good where this one fails.
    async fn raise(&self, organization: OrganizationId, kinds: &[&str], event: Option<OutboxEventId>) {
        let Some(cache) = &self.0.cache else { return };
        let raise = self.timed("raise", cache.raise(organization, kinds));
        let raised = if self.0.trust.is_away() {
            timeout(DOUBTFUL_RAISE, raise).await.unwrap_or_else(|late| Err(CacheUnavailable(late.into())))
        } else {
            raise.await
        };
        match raised {
            Ok(()) => {
                self.0.metrics.cache_asked("raise", CacheOutcome::Hit);
                if let Some(event) = event {
                    self.told().entry(organization).or_default().push(event);
                }
            }
            Err(error) => {
                self.0.trust.set_away(true);
                self.doubt("raise", &error);
            }
        }
    }

    /// Measures how long the cache takes.
    async fn timed<T>(&self, operation: &'static str, asking: impl Future<Output = T>) -> T {
        #[expect(clippy::disallowed_methods, reason = "measures how long the cache takes")]
        let began = Instant::now();
        let answer = asking.await;
        self.0.metrics.cache_answered(operation, began.elapsed());
        answer
    }

    /// The cache failed: it is not asked again before this process has caught up.
    fn doubt(&self, operation: &'static str, error: &CacheUnavailable) {
        self.0.metrics.cache_asked(operation, CacheOutcome::Error);
        self.0.trust.lose(error);
    }

    fn told(&self) -> std::sync::MutexGuard<'_, BTreeMap<OrganizationId, Vec<OutboxEventId>>> {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of the kinds written from which something cached is made.
    fn cached_kinds(&self, written: &BTreeSet<&'static str>) -> Vec<&'static str> {
        if self.0.cache.is_none() {
            return Vec::new();
        }
        let is_cached = |kind: &&'static str| families::ALL.iter().any(|family| family.kinds.contains(kind));
        written.iter().copied().filter(is_cached).collect()
    }
}

impl fmt::Debug for Caching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caching").field("is_trusted", &self.is_trusted()).finish_non_exhaustive()
    }
}
