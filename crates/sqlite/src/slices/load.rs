//! What operators watch.

use async_trait::async_trait;
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::optimization::OptimizationState;
use scheduling_domain::ports::{Load, LoadQueries, StoreError, Waiting};

use super::mail::pending_mails;
use super::optimization::optimizations;
use super::outbox::outbox;
use super::session;
use crate::columns::Instant;
use crate::errors::store_error;
use crate::readers::Readers;

/// How many rows there are, and when the oldest was made.
type Counted = (i64, Option<Instant>);

fn count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn waiting((rows, oldest): Counted) -> Waiting {
    Waiting { count: count(rows), oldest: oldest.map(|oldest| oldest.0) }
}

fn measure(connection: &mut SqliteConnection, organization: OrganizationId, now: Timestamp) -> QueryResult<Load> {
    let organization = organization.get();
    let queued_runs: Counted = optimizations::table
        .filter(optimizations::organization_id.eq(organization))
        .filter(optimizations::state.eq(OptimizationState::Queued.as_str()))
        .select((count_star(), min(optimizations::created_at)))
        .get_result(connection)?;
    let events: Counted = outbox::table
        .filter(outbox::organization_id.eq(organization))
        .select((count_star(), min(outbox::created_at)))
        .get_result(connection)?;
    let mails: Counted = pending_mails::table
        .filter(pending_mails::organization_id.eq(organization))
        .select((count_star(), min(pending_mails::created_at)))
        .get_result(connection)?;
    Ok(Load {
        queued_runs: waiting(queued_runs),
        outbox: waiting(events),
        mails: waiting(mails),
        sessions: count(session::count_good(connection, organization, now)?),
    })
}

#[async_trait]
impl LoadQueries for Readers {
    async fn measure(&self, organization: OrganizationId, now: Timestamp) -> Result<Load, StoreError> {
        self.run(move |connection| measure(connection, organization, now).map_err(|error| store_error(error, &[])))
            .await
    }
}
