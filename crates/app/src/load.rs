//! What operators watch, over all organizations.

use jiff::Timestamp;
use scheduling_domain::ports::{Load, StoreError};

use crate::app::App;

/// What is asked of the service by `now`.
pub async fn measure_load(app: &App, now: Timestamp) -> Result<Load, StoreError> {
    let mut load = Load::default();
    for organization in app.store.organizations().await? {
        load = load + app.store.load().measure(organization.id, now).await?;
    }
    Ok(load)
}
