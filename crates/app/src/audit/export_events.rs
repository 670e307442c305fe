use std::sync::Arc;

use scheduling_domain::audit::{AuditFilter, AuditRecord};
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::ports::{Store, StoreError};

use super::Entry;
use super::list_events::{ListEventsError, may_read};
use crate::actor::Actor;
use crate::app::App;
use crate::unit::conclude;

/// How many events are read at a time.
const PIECE: u32 = 500;

/// Events on their way out, the oldest first, in pieces: however many there are, few are in memory at once.
pub struct Export {
    store: Arc<dyn Store>,
    organization: OrganizationId,
    filter: AuditFilter,
    after: i64,
    last: i64,
}

impl Export {
    /// The next events; none when that was all.
    pub async fn next_piece(&mut self) -> Result<Vec<AuditRecord>, StoreError> {
        let mut piece = self.store.audit().list_after(self.organization, &self.filter, self.after, PIECE).await?;
        piece.retain(|record| record.link.sequence <= self.last);
        if let Some(record) = piece.last() {
            self.after = record.link.sequence;
        }
        Ok(piece)
    }
}

/// Begins to export what was done up to now. That somebody does so is itself an event.
pub async fn export_events(app: &App, actor: &Actor, filter: AuditFilter) -> Result<Export, ListEventsError> {
    may_read(actor)?;
    let last = app.store.audit().head(actor.organization).await?.sequence;
    let mut uow = app.store.begin(actor.organization).await?;
    Entry::new(app, actor, "audit", "export")
        .with("up_to", last)
        .with("user_id", filter.user_id.map(TypedId::get))
        .with("object_kind", filter.object_kind.clone())
        .with("object_id", filter.object_id)
        .with("operation", filter.operation.clone())
        .with("request_id", filter.request_id.clone())
        .with("from", filter.from.map(|from| from.to_string()))
        .with("to", filter.until.map(|until| until.to_string()))
        .record(uow.as_mut());
    conclude::<_, StoreError>(uow, Ok(())).await?;
    Ok(Export { store: Arc::clone(&app.store), organization: actor.organization, filter, after: 0, last })
}
