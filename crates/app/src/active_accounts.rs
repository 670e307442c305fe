//! Who asks something, gathered so that no request waits for it to be counted.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::ports::{Presence, PresenceUnavailable, SharedPoolStatus};

use crate::app::App;

/// The accounts that asked this process something since they were last reported to the [`Presence`].
pub struct ActiveAccounts {
    noted: Mutex<HashSet<(OrganizationId, UserId)>>,
    presence: Arc<dyn Presence>,
}

impl ActiveAccounts {
    /// Reports to `presence`.
    pub fn new(presence: Arc<dyn Presence>) -> Self {
        Self { noted: Mutex::default(), presence }
    }

    /// Notes that somebody asks.
    pub(crate) fn note(&self, organization: OrganizationId, user: UserId) {
        self.lock().insert((organization, user));
    }

    /// Reports whoever asked since the last report. Who cannot be reported is noted again with their next request.
    pub async fn report(&self, now: Timestamp) -> Result<(), PresenceUnavailable> {
        let noted: Vec<_> = std::mem::take(&mut *self.lock()).into_iter().collect();
        if noted.is_empty() {
            return Ok(());
        }
        self.presence.note(&noted, now).await
    }

    /// How many people were active in the last minutes, over all instances.
    pub async fn count(&self, now: Timestamp) -> Result<u64, PresenceUnavailable> {
        self.presence.count(now).await
    }

    /// How busy the connections are that it is reported over.
    pub(crate) fn pool(&self) -> Option<SharedPoolStatus> {
        self.presence.shared_pool_status()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<(OrganizationId, UserId)>> {
        // An insert that panics half way leaves a set; a poisoned lock is as good as new.
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ActiveAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActiveAccounts").finish_non_exhaustive()
    }
}

/// Reports once a period who is active, for as long as it is polled. A failure is logged and never ends it.
pub async fn report_forever(app: App, period: Duration) {
    loop {
        if let Err(error) = app.active.report(app.now()).await {
            let error: &dyn std::error::Error = &error;
            tracing::debug!(error, "it could not be reported who is active");
        }
        tokio::time::sleep(period).await;
    }
}
