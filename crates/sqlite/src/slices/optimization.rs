//! Runs of the optimiser.

use async_trait::async_trait;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use scheduling_domain::id::{OptimizationId, ScheduleId, TypedId, UserId};
use scheduling_domain::optimization::{Optimization, OptimizationFilter, OptimizationState, ProposedAssignment, Score};
use scheduling_domain::ports::{OptimizationRepository, Repository, StoreError};
use scheduling_domain::record::Record;

use crate::columns::{Count, Instant, Json, Key, Name, Unsigned};
use crate::errors::store_error;
use crate::stored::{Stored, among, stored};
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    optimizations (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        schedule_id -> BigInt,
        requested_by -> BigInt,
        state -> Text,
        seed -> BigInt,
        max_steps -> BigInt,
        max_ms -> BigInt,
        steps -> BigInt,
        score_hard -> Nullable<BigInt>,
        score_soft -> Nullable<BigInt>,
        bound -> Nullable<BigInt>,
        proposal -> Text,
        cancel_requested -> Bool,
        failure -> Nullable<Text>,
        generation -> BigInt,
        workers_lost -> BigInt,
        leased_until -> Nullable<BigInt>,
        request_id -> Nullable<Text>,
        traceparent -> Nullable<Text>,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        applied_at -> Nullable<BigInt>,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = optimizations, treat_none_as_null = true)]
struct OptimizationRow {
    schedule_id: Key<ScheduleId>,
    requested_by: Key<UserId>,
    state: Name<OptimizationState>,
    seed: Unsigned,
    max_steps: Unsigned,
    max_ms: Unsigned,
    steps: Unsigned,
    score_hard: Option<i64>,
    score_soft: Option<i64>,
    bound: Option<i64>,
    proposal: Json<Vec<ProposedAssignment>>,
    cancel_requested: bool,
    failure: Option<String>,
    generation: i64,
    workers_lost: Count<u32>,
    leased_until: Option<Instant>,
    request_id: Option<String>,
    traceparent: Option<String>,
    started_at: Option<Instant>,
    finished_at: Option<Instant>,
    applied_at: Option<Instant>,
}

impl From<&Optimization> for OptimizationRow {
    fn from(value: &Optimization) -> Self {
        Self {
            schedule_id: Key(value.schedule_id),
            requested_by: Key(value.requested_by),
            state: Name(value.state),
            seed: Unsigned(value.seed),
            max_steps: Unsigned(value.max_steps),
            max_ms: Unsigned(value.max_ms),
            steps: Unsigned(value.steps),
            score_hard: value.score.map(|score| score.hard),
            score_soft: value.score.map(|score| score.soft),
            bound: value.bound,
            proposal: Json(value.proposal.clone()),
            cancel_requested: value.cancel_requested,
            failure: value.failure.clone(),
            generation: value.generation,
            workers_lost: Count(value.workers_lost),
            leased_until: value.leased_until.map(Instant),
            request_id: value.request_id.clone(),
            traceparent: value.traceparent.clone(),
            started_at: value.started_at.map(Instant),
            finished_at: value.finished_at.map(Instant),
            applied_at: value.applied_at.map(Instant),
        }
    }
}

impl From<OptimizationRow> for Optimization {
    fn from(row: OptimizationRow) -> Self {
        Self {
            schedule_id: row.schedule_id.0,
            requested_by: row.requested_by.0,
            state: row.state.0,
            seed: row.seed.0,
            max_steps: row.max_steps.0,
            max_ms: row.max_ms.0,
            steps: row.steps.0,
            score: row.score_hard.zip(row.score_soft).map(|(hard, soft)| Score { hard, soft }),
            bound: row.bound,
            proposal: row.proposal.0,
            cancel_requested: row.cancel_requested,
            failure: row.failure,
            generation: row.generation,
            workers_lost: row.workers_lost.0,
            leased_until: row.leased_until.map(|Instant(inner)| inner),
            request_id: row.request_id,
            traceparent: row.traceparent,
            started_at: row.started_at.map(|Instant(inner)| inner),
            finished_at: row.finished_at.map(|Instant(inner)| inner),
            applied_at: row.applied_at.map(|Instant(inner)| inner),
        }
    }
}

type Matches = optimizations::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &OptimizationFilter) -> Matches {
    if let Some(ids) = &filter.schedule_ids {
        matches = matches.filter(among("schedule_id", ids));
    }
    if let Some(states) = &filter.states {
        let states: Vec<Name<OptimizationState>> = states.iter().copied().map(Name).collect();
        matches = matches.filter(optimizations::state.eq_any(states));
    }
    matches
}

stored!(Optimization, OptimizationRow in optimizations, order: (id), unique: []);

/// The oldest run that waits for a worker or has lost its own.
fn find_claimable(
    connection: &mut SqliteConnection,
    organization: i64,
    now: Timestamp,
) -> QueryResult<Option<Record<Optimization>>> {
    let is_queued = optimizations::state.eq(Name(OptimizationState::Queued));
    let is_abandoned = optimizations::state
        .eq(Name(OptimizationState::Running))
        .and(optimizations::leased_until.lt(Instant(now)).assume_not_null());
    let id: Option<i64> = optimizations::table
        .filter(optimizations::organization_id.eq(organization))
        // In so many words, which the index of unfinished runs is bound to.
        .filter(sql::<Bool>("state IN ('queued', 'running')"))
        .filter(is_queued.or(is_abandoned))
        .order(optimizations::id.asc())
        .select(optimizations::id)
        .first(connection)
        .optional()?;
    id.map_or(Ok(None), |id| Optimization::find(connection, (organization, id)))
}

#[async_trait]
impl OptimizationRepository for SqliteUnitOfWork {
    async fn claim_next(
        &mut self,
        now: Timestamp,
        leased_until: Timestamp,
    ) -> Result<Option<Record<Optimization>>, StoreError> {
        let organization = self.organization().get();
        let run = self
            .run(move |connection| {
                find_claimable(connection, organization, now).map_err(|error| store_error(error, Optimization::UNIQUE))
            })
            .await?;
        let Some(Record { id, version, value, .. }) = run else {
            return Ok(None);
        };
        let claimed = Optimization {
            state: OptimizationState::Running,
            generation: value.generation + 1,
            workers_lost: value.workers_lost.saturating_add(u32::from(value.state == OptimizationState::Running)),
            leased_until: Some(leased_until),
            started_at: value.started_at.or(Some(now)),
            ..value
        };
        self.update(id, version, &claimed, now).await.map(Some)
    }

    async fn find_locked(&mut self, id: OptimizationId) -> Result<Option<Record<Optimization>>, StoreError> {
        Repository::<Optimization>::find(self, id).await
    }
}
