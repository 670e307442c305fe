//! What nobody can use any more is removed in the background.
//!
//! Every process sweeps: whichever comes first removes a row, and the others pass it over. What else expires in a store
//! joins in `purge_in`.

use std::time::Duration;

use jiff::Timestamp;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::{StoreError, UnitOfWork};

use crate::app::App;
use crate::unit::{conclude, retry};

/// Rows of a kind that one unit of work removes: few enough that nobody waits for it.
const BATCH: u32 = 1_000;

/// Purges once a period, for as long as it is polled. A failure is logged and tried again.
pub async fn purge_forever(app: App, period: Duration) {
    loop {
        match purge_expired(&app).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "expired rows were removed"),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "expired rows could not be removed; they are tried again");
            }
        }
        tokio::time::sleep(period).await;
    }
}

/// Removes the idempotency keys that have expired and the sessions that have ended, of all organizations, the refresh tokens
/// of these with them; answers how many.
pub async fn purge_expired(app: &App) -> Result<u64, StoreError> {
    let mut all = 0;
    for organization in app.store.organizations().await? {
        loop {
            let removed = retry(|| purge_once(app, organization.id)).await?;
            all += removed;
            if removed == 0 {
                break;
            }
        }
    }
    Ok(all)
}

async fn purge_once(app: &App, organization: OrganizationId) -> Result<u64, StoreError> {
    let mut uow = app.store.begin(organization).await?;
    let removed = purge_in(uow.as_mut(), app.now()).await;
    conclude(uow, removed).await
}

async fn purge_in(uow: &mut dyn UnitOfWork, now: Timestamp) -> Result<u64, StoreError> {
    let keys = uow.idempotency().delete_expired(now, BATCH).await?;
    let sessions = uow.sessions().delete_ended(now, BATCH).await?;
    Ok(keys + sessions)
}
