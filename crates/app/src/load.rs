//! What operators watch, over all organizations.

use jiff::Timestamp;
use scheduling_domain::ports::{Load, SharedPoolStatus, StoreError};

use crate::app::App;

/// What is asked of the service by `now`.
pub async fn measure_load(app: &App, now: Timestamp) -> Result<Load, StoreError> {
    let mut load = Load::default();
    for organization in app.store.organizations().await? {
        load = load + app.store.load().measure(organization.id, now).await?;
    }
    Ok(load)
}

/// How busy the connections are that stand beside the store's, by what they are for; nothing where no server is.
pub fn shared_pools(app: &App) -> impl Iterator<Item = (&'static str, SharedPoolStatus)> {
    let pools = [
        ("cache", app.caching.pool()),
        ("sessions", app.sessions.shared_pool_status()),
        ("presence", app.active.pool()),
        ("sign_ins", app.throttle.pool()),
    ];
    pools.into_iter().filter_map(|(name, status)| Some((name, status?)))
}
