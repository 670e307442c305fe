use scheduling_domain::id::ScheduleId;
use scheduling_domain::ports::{DerivedKey, StoreError};
use thiserror::Error;

use super::access::{may_read_draft, may_see};
use crate::actor::Actor;
use crate::app::App;
use crate::caching::families;
use crate::reader::Reader;
use crate::roster::{Extent, RosterCheck, assemble, count};

/// Why a schedule was not checked.
#[derive(Debug, Error)]
pub enum CheckScheduleError {
    /// It is not there, or the actor may not know of it.
    #[error("there is no such schedule")]
    NotFound,
    /// The actor may not read the draft.
    #[error("the actor may not read the draft")]
    Forbidden,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lints the draft: every breach of every rule, what they cost, how far it is filled, whether it may be published.
pub async fn check_schedule(app: &App, actor: &Actor, id: ScheduleId) -> Result<RosterCheck, CheckScheduleError> {
    let found = app.store.schedules().find(actor.organization, id).await?;
    let schedule = found.filter(|schedule| may_see(actor, schedule)).ok_or(CheckScheduleError::NotFound)?;
    if !may_read_draft(actor, &schedule) {
        return Err(CheckScheduleError::Forbidden);
    }
    let key = DerivedKey::new(actor.organization, &families::REPORTS, id);
    let (reading, organization) = (app.clone(), actor.organization);
    let read = async move {
        let mut reader = Reader::Pool(reading.store.as_ref(), organization);
        let check = assemble(&mut reader, &schedule, Extent::Whole).await?.check();
        count(reading.metrics.as_ref(), &check.findings);
        Ok(check)
    };
    app.caching.cached_or_stale(key, read).await
}
