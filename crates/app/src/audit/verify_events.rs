use scheduling_domain::audit::{AuditFilter, AuditLink, AuditWalk, Tampering};
use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::{Store, StoreError};
use thiserror::Error;

/// How many events are read at a time.
const PIECE: u32 = 1_000;

/// Why a chain was not found sound.
#[derive(Debug, Error)]
pub enum VerifyEventsError {
    /// Somebody changed it.
    #[error(transparent)]
    Tampered(#[from] Tampering),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Walks an organization's chain from its first event to its end; answers the end. `noted` is one that was noted down
/// earlier, outside of the store: only that can tell of a chain that was rewritten as a whole. Events may be added meanwhile.
pub async fn verify_events(
    store: &dyn Store,
    organization: OrganizationId,
    noted: Option<AuditLink>,
) -> Result<AuditLink, VerifyEventsError> {
    let mut walk = AuditWalk::new(organization, noted);
    let everything = AuditFilter::default();
    loop {
        let events = store.audit().list_after(organization, &everything, walk.at().sequence, PIECE).await?;
        for record in &events {
            walk.step(record)?;
        }
        if !events.is_empty() {
            continue;
        }
        // Events come before the head that counts them, so a head beyond them is one that came since.
        let head = store.audit().head(organization).await?;
        if let Some(end) = walk.end(head) {
            end?;
            return Ok(walk.at());
        }
        let since = store.audit().list_after(organization, &everything, walk.at().sequence, 1).await?;
        if since.is_empty() {
            return Err(Tampering::Truncated { last: walk.at().sequence, known: head.sequence }.into());
        }
    }
}
