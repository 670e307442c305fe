//! What commands on stored data share: the configuration, the opened store, the organization.

use std::future::Future;
use std::sync::Arc;

use scheduling_app::App;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::organization::DEFAULT_SLUG;
use scheduling_domain::ports::{NoMetrics, SchedulingMetrics, Store, StoreError};

use super::failure::Failure;
use crate::causes::with_causes;
use crate::config::{Config, Sources};
use crate::wiring::{self, Storage};

/// What the organization is called until somebody renames it.
const DEFAULT_NAME: &str = "默认组织 Default organization";

/// The opened store and the use cases on it.
pub(super) struct Session {
    pub(super) storage: Storage,
    pub(super) app: App,
    pub(super) organization: OrganizationId,
}

impl Session {
    /// Opens what the configuration names. An embedded store is migrated by whoever opens it; a server's only by
    /// `hr-scheduling migrate`.
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        Self::open_measured(config, Arc::new(NoMetrics)).await
    }

    /// The same for a process that is watched by operators.
    pub(super) async fn open_measured(config: &Config, metrics: Arc<dyn SchedulingMetrics>) -> Result<Self, Failure> {
        let storage = Storage::open(config).await?;
        if storage.is_embedded() {
            storage.migrate().await?;
        } else if let Some(first) = storage.pending().await?.first() {
            return Err(Failure::unavailable(format!(
                "the database {} has not been migrated: {first} is pending; run `hr-scheduling migrate` first",
                storage.place()
            )));
        }
        let ports = storage.ports().await?;
        let organization = organization(ports.store.as_ref(), DEFAULT_SLUG, DEFAULT_NAME)
            .await
            .map_err(|error| store_failure(&error))?;
        let app = wiring::app(config, ports, metrics).await?;
        Ok(Self { storage, app, organization })
    }
}

/// Says that the store failed.
pub(super) fn store_failure(error: &StoreError) -> Failure {
    Failure::unavailable(with_causes(error))
}

/// The organization with this slug; made at first use.
pub(super) async fn organization(store: &dyn Store, slug: &str, name: &str) -> Result<OrganizationId, StoreError> {
    if let Some(organization) = store.find_organization(slug).await? {
        return Ok(organization.id);
    }
    match store.create_organization(slug, name).await {
        Ok(organization) => Ok(organization.id),
        // Another process was quicker.
        Err(StoreError::Duplicate(field)) => match store.find_organization(slug).await? {
            Some(organization) => Ok(organization.id),
            None => Err(StoreError::Duplicate(field)),
        },
        Err(error) => Err(error),
    }
}

/// Loads the configuration and runs a command on it.
pub(super) fn run<T, F: Future<Output = Result<T, Failure>>>(
    sources: &Sources,
    command: impl FnOnce(Config) -> F,
) -> Result<T, Failure> {
    let config = Config::load(sources)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::unavailable(format!("no threads to work with: {error}")))?;
    runtime.block_on(command(config))
}

/// Waits for SIGTERM or Ctrl-C. Both are heard from the call on, not from the first poll.
#[cfg(unix)]
pub(super) fn told_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        match heard {
            (Ok(mut terminate), Ok(mut interrupt)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            }
            _ => drop(tokio::signal::ctrl_c().await),
        }
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(super) async fn told_to_stop() {
    drop(tokio::signal::ctrl_c().await);
}
