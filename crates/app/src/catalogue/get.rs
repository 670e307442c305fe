use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use thiserror::Error;

use super::Catalogued;
use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Access, access};
use crate::reader::Reader;

/// Why nothing was found.
#[derive(Debug, Error)]
pub enum GetError {
    /// It is not there, or the actor may not know of it.
    #[error("there is nothing here")]
    NotFound,
    /// The actor may not read it.
    #[error("the actor may not read this")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads one.
pub async fn get<T: Catalogued>(app: &App, actor: &Actor, id: T::Id) -> Result<Record<T>, GetError> {
    let mut reader = Reader::Pool(app.store.as_ref(), actor.organization);
    let mut record = reader.find::<T>(id).await?.ok_or(GetError::NotFound)?;
    let relation = record.relation(&mut reader, actor).await?;
    match access(actor, T::READ, relation) {
        Access::Allowed => {
            record.value.redact(actor, relation);
            Ok(record)
        }
        Access::Invisible => Err(GetError::NotFound),
        Access::Forbidden => Err(GetError::Forbidden),
    }
}
