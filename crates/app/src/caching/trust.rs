//! Whether the cache may be asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use scheduling_domain::ports::CacheUnavailable;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Lost at any failure, regained by catching up.
#[derive(Default)]
pub(super) struct Trust {
    is_lost: AtomicBool,
    /// A raise failed, so the server is away rather than slow.
    is_away: AtomicBool,
    losses: Mutex<Losses>,
    lost: Notify,
}

#[derive(Default)]
struct Losses {
    count: u64,
    logged_at: Option<Instant>,
}

impl Trust {
    pub(super) fn holds(&self) -> bool {
        !self.is_lost.load(Ordering::SeqCst)
    }

    /// Whether it is a waste of time to wait for it.
    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::SeqCst)
    }

    pub(super) fn set_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::SeqCst);
    }

    /// Says so in the log, once a second at the most.
    pub(super) fn lose(&self, error: &CacheUnavailable) {
        let mut losses = self.lock();
        losses.count += 1;
        let had_it = !self.is_lost.swap(true, Ordering::SeqCst);
        let now = Instant::now();
        if had_it && losses.logged_at.is_none_or(|at| Duration::from_secs(1) <= now.duration_since(at)) {
            losses.logged_at = Some(now);
            let error: &(dyn std::error::Error + 'static) = error;
            tracing::warn!(error, "the cache failed: the store answers until it is caught up with");
        }
        self.lost.notify_one();
    }

    /// How often it was lost; to be noted before catching up.
    pub(super) fn losses(&self) -> u64 {
        self.lock().count
    }

    /// Trusts again, unless something was missed since `losses` was noted.
    pub(super) fn regain(&self, losses: u64) {
        let now = self.lock();
        if now.count == losses && self.is_lost.swap(false, Ordering::SeqCst) {
            tracing::info!("the cache is caught up with");
        }
    }

    /// Waits for a loss.
    pub(super) async fn lost(&self) {
        self.lost.notified().await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Losses> {
        self.losses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
