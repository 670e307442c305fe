//! Connections to Redis, of which there are a few for each purpose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus::{CounterVec, IntGaugeVec, Opts, Registry, Result};
use scheduling_domain::ports::SharedPoolStatus;

use crate::metrics::keep;
use crate::name;

const LABELS: &[&str] = &["pool"];

/// How busy they are. Cloning shares it.
#[derive(Clone)]
pub(crate) struct SharedPools {
    available: IntGaugeVec,
    open: IntGaugeVec,
    max: IntGaugeVec,
    in_flight: IntGaugeVec,
    waiters: IntGaugeVec,
    wait: CounterVec,
    /// What of each wait is in its counter already.
    waited: Arc<Mutex<BTreeMap<String, Duration>>>,
}

impl SharedPools {
    pub(crate) fn new(registry: &Registry) -> Result<Self> {
        let gauges = |name: &str, help: &str| keep(registry, IntGaugeVec::new(Opts::new(name, help), LABELS)?);
        Ok(Self {
            available: gauges(name::REDIS_AVAILABLE, "Whether Redis answered whoever asked last")?,
            open: gauges(name::REDIS_CONNECTIONS_OPEN, "Connections to Redis open")?,
            max: gauges(name::REDIS_CONNECTIONS_MAX, "Most connections to Redis that may be open")?,
            in_flight: gauges(name::REDIS_IN_FLIGHT, "Commands sent to Redis and not answered yet")?,
            waiters: gauges(name::REDIS_WAITERS, "Who waits for a connection to Redis")?,
            wait: keep(
                registry,
                CounterVec::new(
                    Opts::new(name::REDIS_WAIT, "How long all have waited for a connection to Redis"),
                    LABELS,
                )?,
            )?,
            waited: Arc::default(),
        })
    }

    pub(crate) fn set(&self, name: &str, pool: SharedPoolStatus) {
        let label = [name];
        self.available.with_label_values(&label).set(pool.is_available.into());
        self.open.with_label_values(&label).set(pool.open.into());
        self.max.with_label_values(&label).set(pool.max.into());
        self.in_flight.with_label_values(&label).set(pool.in_flight.into());
        self.waiters.with_label_values(&label).set(pool.waiters.into());
        // A counter only takes what has come since; of two readers at once, the later one may know less.
        let mut waited = self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        let before = waited.entry(name.to_owned()).or_default();
        self.wait.with_label_values(&label).inc_by(pool.waited.saturating_sub(*before).as_secs_f64());
        *before = pool.waited.max(*before);
    }
}
