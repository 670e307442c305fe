use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use thiserror::Error;

use super::{Catalogued, redact};
use crate::actor::Actor;
use crate::app::App;
use crate::permissions::may_ever;
use crate::reader::Reader;

/// Why nothing was listed.
#[derive(Debug, Error)]
pub enum ListError {
    /// The actor may read none of them.
    #[error("the actor may not list these")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lists those that match and that the actor may see.
pub async fn list<T: Catalogued>(
    app: &App,
    actor: &Actor,
    filter: T::Filter,
    page: PageRequest,
) -> Result<Page<Record<T>>, ListError> {
    if !may_ever(actor, T::READ) {
        return Err(ListError::Forbidden);
    }
    let mut reader = Reader::Pool(app.store.as_ref(), actor.organization);
    let filter = T::narrow(filter, &mut reader, actor).await?;
    let mut page = T::queries(app.store.as_ref()).list(actor.organization, &filter, page).await?;
    for record in &mut page.items {
        redact(record, &mut reader, actor).await?;
    }
    Ok(page)
}
