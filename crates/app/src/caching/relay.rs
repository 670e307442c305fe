//! Makes good whatever raise was missed.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use scheduling_domain::id::{OrganizationId, OutboxEventId};
use scheduling_domain::ports::{Cache, CacheUnavailable, OutboxEvent, StoreError, UnitOfWork};
use thiserror::Error;
use tokio::time::sleep;

use super::Caching;
use crate::app::App;
use crate::unit::conclude;

/// The topic of raises. A payload names the kinds, with spaces between them.
pub(super) const TOPIC: &str = "cache";
/// How often the outbox is looked into.
const PERIOD: Duration = Duration::from_secs(1);
/// How often a cache that failed is tried again.
const RETRY: Duration = Duration::from_millis(200);
/// How long a cache has to answer again before it is trusted: by then, whoever else was cut off has a connection, too, and
/// can raise what it writes.
const SETTLING: Duration = Duration::from_secs(2);
/// A write raises what it wrote at once; what is older than this was missed.
const GRACE: SignedDuration = SignedDuration::from_secs(1);
/// How often a cache that nobody asks anything is asked for a sign of life.
const HEALTH_CHECK: Duration = Duration::from_secs(30);
/// Most events that are told at once.
const BATCH: u32 = 500;

/// Why nothing was made good this time.
#[derive(Debug, Error)]
enum Missed {
    #[error(transparent)]
    Cache(#[from] CacheUnavailable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Tells the cache what other processes, and this one while the cache was away, could not tell it; for as long as it is
/// polled. Every process that reads through the cache runs one.
pub async fn relay_forever(app: App) {
    let Some(cache) = app.caching.0.cache.clone() else { return };
    let caching = &app.caching;
    let (mut idle, mut settled) = (Duration::ZERO, Duration::ZERO);
    loop {
        if caching.0.trust.holds() {
            tokio::select! {
                () = sleep(PERIOD) => {}
                () = caching.0.trust.lost() => {}
            }
        } else {
            sleep(RETRY).await;
        }
        if !caching.0.trust.holds() {
            match catch_up(&app, cache.as_ref(), SETTLING <= settled).await {
                Ok(()) => settled += RETRY,
                Err(missed) => {
                    settled = Duration::ZERO;
                    tracing::debug!(cause = %missed, "the cache is not caught up with");
                }
            }
            continue;
        }
        settled = Duration::ZERO;
        idle += PERIOD;
        if HEALTH_CHECK <= idle {
            idle = Duration::ZERO;
            if let Err(error) = cache.ping().await {
                caching.doubt("ping", &error);
            }
        }
        match relay(&app, cache.as_ref(), app.now()).await {
            Ok(()) => {}
            Err(Missed::Cache(error)) => caching.doubt("raise", &error),
            Err(Missed::Store(error)) => {
                let error: &(dyn std::error::Error + 'static) = &error;
                tracing::warn!(error, "the outbox was not looked into");
            }
        }
    }
}

/// Raises everything that waits in the outbox, whoever wrote it. Once the cache has settled, it is trusted again, if nothing
/// failed meanwhile.
async fn catch_up(app: &App, cache: &dyn Cache, has_settled: bool) -> Result<(), Missed> {
    let losses = app.caching.0.trust.losses();
    cache.ping().await?;
    app.caching.0.trust.set_away(false);
    for organization in app.store.organizations().await? {
        let waiting = app.store.outbox().waiting(organization.id, TOPIC).await?;
        raise(cache, organization.id, &waiting).await?;
    }
    if has_settled {
        app.caching.0.trust.regain(losses);
    }
    Ok(())
}

/// Removes what this process has told itself, and tells what has waited too long.
async fn relay(app: &App, cache: &dyn Cache, now: Timestamp) -> Result<(), Missed> {
    let before = now.saturating_sub(GRACE).unwrap_or(Timestamp::MIN);
    for organization in app.store.organizations().await? {
        let told = app.caching.take_told(organization.id);
        if told.is_empty() && app.store.outbox().waiting(organization.id, TOPIC).await?.is_empty() {
            continue;
        }
        let mut uow = app.store.begin(organization.id).await?;
        let outcome = relay_in(uow.as_mut(), cache, organization.id, &told, before).await;
        conclude(uow, outcome).await?;
    }
    Ok(())
}

async fn relay_in(
    uow: &mut dyn UnitOfWork,
    cache: &dyn Cache,
    organization: OrganizationId,
    told: &[OutboxEventId],
    before: Timestamp,
) -> Result<(), Missed> {
    uow.outbox().remove(told).await?;
    let missed = uow.outbox().claim(TOPIC, before, BATCH).await?;
    raise(cache, organization, &missed).await?;
    let told: Vec<_> = missed.into_iter().map(|event| event.id).collect();
    uow.outbox().remove(&told).await?;
    Ok(())
}

async fn raise(cache: &dyn Cache, organization: OrganizationId, events: &[OutboxEvent]) -> Result<(), Missed> {
    let kinds: BTreeSet<&str> = events.iter().flat_map(|event| event.payload.split_whitespace()).collect();
    if kinds.is_empty() {
        return Ok(());
    }
    let kinds: Vec<&str> = kinds.into_iter().collect();
    Ok(cache.raise(organization, &kinds).await?)
}

impl Caching {
    fn take_told(&self, organization: OrganizationId) -> Vec<OutboxEventId> {
        self.told().remove(&organization).unwrap_or_default()
    }
}
