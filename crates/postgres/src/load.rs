//! What operators watch.

use async_trait::async_trait;
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::optimization::OptimizationState;
use scheduling_domain::ports::{Load, LoadQueries, Waiting};

use crate::error::{StoreResult, failure};
use crate::schema::{optimizations, outbox, pending_mails};
use crate::session;
use crate::store::PgStore;

fn count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn waiting((rows, oldest): (i64, Option<jiff_diesel::Timestamp>)) -> Waiting {
    Waiting { count: count(rows), oldest: oldest.map(jiff_diesel::Timestamp::to_jiff) }
}

async fn measure(pg: &AsyncPgConnection, organization: OrganizationId, now: Timestamp) -> StoreResult<Load> {
    // One of these for each statement, so that all travel together.
    let (mut runs, mut events, mut mails) = (pg, pg, pg);
    let queued_runs = optimizations::table
        .filter(optimizations::organization_id.eq(organization.get()))
        .filter(optimizations::state.eq(OptimizationState::Queued.as_str()))
        .select((count_star(), min(optimizations::created_at)))
        .get_result(&mut runs);
    let outbox = outbox::table
        .filter(outbox::organization_id.eq(organization.get()))
        .select((count_star(), min(outbox::created_at)))
        .get_result(&mut events);
    let mails = pending_mails::table
        .filter(pending_mails::organization_id.eq(organization.get()))
        .select((count_star(), min(pending_mails::created_at)))
        .get_result(&mut mails);
    let (queued_runs, outbox, mails, sessions) =
        tokio::join!(queued_runs, outbox, mails, session::count_good(pg, organization, now));
    Ok(Load {
        queued_runs: waiting(queued_runs.map_err(failure)?),
        outbox: waiting(outbox.map_err(failure)?),
        mails: waiting(mails.map_err(failure)?),
        sessions: count(sessions?),
    })
}

#[async_trait]
impl LoadQueries for PgStore {
    async fn measure(&self, organization: OrganizationId, now: Timestamp) -> StoreResult<Load> {
        let connection = self.connection().await?;
        let load = measure(connection.pg(), organization, now);
        connection.within(organization, load).await
    }
}
