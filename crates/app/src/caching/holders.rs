//! Who stands behind the requests of the last half second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scheduling_domain::id::{OrganizationId, SessionId};
use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::session::SignedIn;
use tokio::time::Instant;

use super::Caching;

/// How long session and account are taken as they were read: other processes are to feel their end within a second.
const LIFE: Duration = Duration::from_millis(500);
/// Beyond so many, those that have ended are cleared away.
const MANY: usize = 10_000;

/// Sessions with their accounts as they were read a moment ago, and how often any of them was written here.
#[derive(Default)]
pub(super) struct Holders {
    is_off: bool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    writes: u64,
    holders: HashMap<(OrganizationId, SessionId), (Instant, SignedIn)>,
}

impl Holders {
    pub(super) fn off() -> Self {
        Self { is_off: true, ..Self::default() }
    }

    /// Accounts of an organization were written, or sessions ended.
    pub(super) fn forget(&self, organization: OrganizationId) {
        let mut known = self.lock();
        known.writes += 1;
        known.holders.retain(|(owner, _), _| *owner != organization);
    }

    fn get(&self, organization: OrganizationId, id: SessionId) -> Option<SignedIn> {
        let known = self.lock();
        let (read_at, holder) = known.holders.get(&(organization, id))?;
        (read_at.elapsed() < LIFE).then(|| holder.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Caching {
    /// A session and its account as they are, or were half a second ago at the most. A write in this process is seen at
    /// once.
    pub(crate) async fn holder(
        &self,
        store: &Arc<dyn Store>,
        organization: OrganizationId,
        id: SessionId,
    ) -> Result<Option<SignedIn>, StoreError> {
        let holders = &self.0.holders;
        if let Some(holder) = holders.get(organization, id) {
            return Ok(Some(holder));
        }
        let (read_at, writes) = (Instant::now(), holders.lock().writes);
        let holder = store.sessions().find(organization, id).await?;
        let mut known = holders.lock();
        // Whoever read before a write must not bring back what it ended.
        if let Some(holder) = &holder
            && known.writes == writes
            && !holders.is_off
        {
            if MANY <= known.holders.len() {
                known.holders.retain(|_, (read_at, _)| read_at.elapsed() < LIFE);
            }
            known.holders.insert((organization, id), (read_at, holder.clone()));
        }
        Ok(holder)
    }
}
