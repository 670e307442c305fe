use scheduling_domain::audit::{AuditFilter, AuditRecord};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Access, Operation, Relation, access};

/// Why what was done was not shown.
#[derive(Debug, Error)]
pub enum ListEventsError {
    /// The actor may not see it.
    #[error("the actor may not see what was done")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lists what was done, the newest first.
pub async fn list_events(
    app: &App,
    actor: &Actor,
    filter: &AuditFilter,
    page: PageRequest,
) -> Result<Page<AuditRecord>, ListEventsError> {
    may_read(actor)?;
    Ok(app.store.audit().list(actor.organization, filter, page).await?)
}

pub(super) fn may_read(actor: &Actor) -> Result<(), ListEventsError> {
    match access(actor, Operation::ReadAudit, Relation::Other) {
        Access::Allowed => Ok(()),
        Access::Invisible | Access::Forbidden => Err(ListEventsError::Forbidden),
    }
}
