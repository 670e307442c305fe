//! The accounts behind the requests of the last half second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::record::Record;
use scheduling_domain::user::{Credentials, User};
use tokio::time::Instant;

use super::Caching;

/// How long an account is taken as it was read: other processes are to feel its end within a second.
const LIFE: Duration = Duration::from_millis(500);
/// Beyond so many, those that have ended are cleared away.
const MANY: usize = 10_000;

/// What a request needs to know of the account behind it.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// The account.
    pub(crate) user: Record<User>,
    /// Codes are asked for at its sign-ins.
    pub(crate) has_second_factor: bool,
    /// What tokens have to carry to be good.
    pub(crate) token_epoch: i64,
}

/// Accounts as they were read a moment ago, and how often any of them was written here.
#[derive(Default)]
pub(super) struct Accounts {
    is_off: bool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    writes: u64,
    accounts: HashMap<(OrganizationId, UserId), (Instant, Account)>,
}

impl Accounts {
    pub(super) fn off() -> Self {
        Self { is_off: true, ..Self::default() }
    }

    /// Accounts of an organization were written.
    pub(super) fn forget(&self, organization: OrganizationId) {
        let mut known = self.lock();
        known.writes += 1;
        known.accounts.retain(|(owner, _), _| *owner != organization);
    }

    fn get(&self, organization: OrganizationId, id: UserId) -> Option<Account> {
        let known = self.lock();
        let (read_at, account) = known.accounts.get(&(organization, id))?;
        (read_at.elapsed() < LIFE).then(|| account.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Caching {
    /// An account as it is, or was half a second ago at the most. A write in this process is seen at once.
    pub(crate) async fn account(
        &self,
        store: &Arc<dyn Store>,
        organization: OrganizationId,
        id: UserId,
    ) -> Result<Option<Account>, StoreError> {
        let accounts = &self.0.accounts;
        if let Some(account) = accounts.get(organization, id) {
            return Ok(Some(account));
        }
        let (read_at, writes) = (Instant::now(), accounts.lock().writes);
        let account = store.users().find_credentials(organization, id).await?;
        let account = account.map(|(user, Credentials { has_second_factor, token_epoch, .. })| Account {
            user,
            has_second_factor,
            token_epoch,
        });
        let mut known = accounts.lock();
        // Whoever read before a write must not bring back what it ended.
        if let Some(account) = &account
            && known.writes == writes
            && !accounts.is_off
        {
            if MANY <= known.accounts.len() {
                known.accounts.retain(|_, (read_at, _)| read_at.elapsed() < LIFE);
            }
            known.accounts.insert((organization, id), (read_at, account.clone()));
        }
        Ok(account)
    }
}
