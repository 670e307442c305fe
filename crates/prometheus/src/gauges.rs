//! What is read every so often instead of counted as it happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus::{Counter, Gauge, IntGauge, Registry, Result};
use scheduling_domain::ports::{Load, PoolStatus, Waiting};

use crate::metrics::keep;
use crate::name;
use crate::system::NewestBackup;

/// The gauges. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Gauges {
    active_users: IntGauge,
    sessions: IntGauge,
    memory_used: IntGauge,
    connections_active: IntGauge,
    connections_idle: IntGauge,
    connections_open: IntGauge,
    connections_max: IntGauge,
    connection_waiters: IntGauge,
    connection_wait: Counter,
    /// What of the wait is in its counter already.
    waited_nanos: Arc<AtomicU64>,
    optimizer_queue: Queue,
    outbox: Queue,
    mails: Queue,
    newest_backup: Gauge,
}

/// A queue's depth, and the age of its oldest.
#[derive(Clone)]
struct Queue {
    depth: IntGauge,
    age: Gauge,
}

impl Queue {
    fn new(registry: &Registry, [depth, age]: [&'static str; 2], what: &str) -> Result<Self> {
        Ok(Self {
            depth: keep(registry, IntGauge::new(depth, format!("{what} that wait, over all instances"))?)?,
            age: keep(registry, Gauge::new(age, format!("How long the oldest of the {what} that wait has waited"))?)?,
        })
    }

    fn set(&self, waiting: Waiting, age: Duration) {
        self.depth.set(whole(waiting.count));
        self.age.set(age.as_secs_f64());
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Gauges {
    pub(crate) fn new(registry: &Registry) -> Result<Self> {
        let gauge = |name: &str, help: &str| keep(registry, IntGauge::new(name, help)?);
        let queue = |names, what| Queue::new(registry, names, what);
        Ok(Self {
            active_users: gauge(name::ACTIVE_USERS, "People active in the last five minutes, over all instances")?,
            sessions: gauge(name::SESSIONS, "Sessions that are good, over all instances")?,
            memory_used: gauge(name::MEMORY_USED, "Memory in use on the machine")?,
            connections_active: gauge(name::CONNECTIONS_ACTIVE, "Database connections in use")?,
            connections_idle: gauge(name::CONNECTIONS_IDLE, "Database connections open and not in use")?,
            connections_open: gauge(name::CONNECTIONS_OPEN, "Database connections open")?,
            connections_max: gauge(name::CONNECTIONS_MAX, "Most database connections that may be open")?,
            connection_waiters: gauge(name::CONNECTION_WAITERS, "Who waits for a database connection")?,
            connection_wait: keep(
                registry,
                Counter::new(name::CONNECTION_WAIT, "How long all have waited for a database connection")?,
            )?,
            waited_nanos: Arc::default(),
            optimizer_queue: queue([name::OPTIMIZER_QUEUE, name::OPTIMIZER_QUEUE_AGE], "Runs of the optimiser")?,
            outbox: queue([name::OUTBOX, name::OUTBOX_AGE], "Events of the outbox")?,
            mails: queue([name::MAILS, name::MAILS_AGE], "Mails")?,
            newest_backup: keep(registry, Gauge::new(name::BACKUP_NEWEST, "When the newest backup was made")?)?,
        })
    }

    pub(crate) fn set_active_users(&self, count: i64) {
        self.active_users.set(count);
    }

    pub(crate) fn set_memory_used(&self, bytes: i64) {
        self.memory_used.set(bytes);
    }

    pub(crate) fn set_pool(&self, pool: PoolStatus) {
        self.connections_active.set(pool.active.into());
        self.connections_idle.set(pool.open.saturating_sub(pool.active).into());
        self.connections_open.set(pool.open.into());
        self.connections_max.set(pool.max.into());
        self.connection_waiters.set(pool.waiters.into());
        // A counter only takes what has come since; of two readers at once, each adds its part.
        let nanos = u64::try_from(pool.waited.as_nanos()).unwrap_or(u64::MAX);
        let before = self.waited_nanos.fetch_max(nanos, Ordering::Relaxed);
        self.connection_wait.inc_by(Duration::from_nanos(nanos.saturating_sub(before)).as_secs_f64());
    }

    pub(crate) fn set_newest_backup(&self, newest: NewestBackup) {
        self.newest_backup.set(match newest {
            NewestBackup::NoFolder => f64::NAN,
            NewestBackup::None => 0.0,
            NewestBackup::At(seconds) => seconds.as_secs_f64(),
        });
    }

    pub(crate) fn set_load(&self, load: &Load, age: impl Fn(Waiting) -> Duration) {
        self.sessions.set(whole(load.sessions));
        self.optimizer_queue.set(load.queued_runs, age(load.queued_runs));
        self.outbox.set(load.outbox, age(load.outbox));
        self.mails.set(load.mails, age(load.mails));
    }
}
