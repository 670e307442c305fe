use async_trait::async_trait;

use crate::audit::{AuditEvent, AuditFilter, AuditLink, AuditRecord};
use crate::id::OrganizationId;
use crate::page::{Page, PageRequest};
use crate::ports::StoreError;

/// Events of a unit of work.
///
/// They are chained when it is committed, as the last thing it does: MUST make them durable and visible together with
/// everything else or not at all, in the order in which they were recorded, numbered on from the organization's last
/// event without a gap, whoever else commits at the same time. MUST forget them when it rolls back. Stores MUST by
/// themselves refuse that an event is changed or removed.
pub trait AuditRepository: Send {
    /// Adds an event.
    fn record(&mut self, event: AuditEvent);
}

/// Reads of events.
#[async_trait]
pub trait AuditQueries: Send + Sync {
    /// MUST order by sequence, the newest first. MUST count all matches in `total`.
    async fn list(
        &self,
        organization: OrganizationId,
        filter: &AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditRecord>, StoreError>;

    /// The first matches after that sequence, `limit` at the most. MUST order by sequence, ascending.
    async fn list_after(
        &self,
        organization: OrganizationId,
        filter: &AuditFilter,
        sequence: i64,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError>;

    /// Where the chain ends, by the store's own count; [`AuditLink::START`] where there is none.
    async fn head(&self, organization: OrganizationId) -> Result<AuditLink, StoreError>;
}
