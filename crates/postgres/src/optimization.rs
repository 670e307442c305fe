//! Runs of the optimiser, and the queue they make.

use async_trait::async_trait;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OptimizationId, OrganizationId, TypedId};
use scheduling_domain::optimization::{Optimization, OptimizationFilter, OptimizationState, ProposedAssignment, Score};
use scheduling_domain::ports::OptimizationRepository;
use scheduling_domain::record::{Entity, Record};

use crate::columns::{self, Corrupt, Json};
use crate::error::{StoreResult, failure};
use crate::schema::optimizations;
use crate::stored::{Head, Stored, record, stored};
use crate::unit_of_work::PgUnitOfWork;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = optimizations, treat_none_as_null = true, treat_none_as_default_value = false)]
struct OptimizationRow {
    schedule_id: i64,
    requested_by: i64,
    state: String,
    seed: i64,
    max_steps: i64,
    max_ms: i64,
    steps: i64,
    score_hard: Option<i64>,
    score_soft: Option<i64>,
    bound: Option<i64>,
    proposal: Json<Vec<ProposedAssignment>>,
    cancel_requested: bool,
    failure: Option<String>,
    generation: i64,
    workers_lost: i32,
    leased_until: Option<jiff_diesel::Timestamp>,
    request_id: Option<String>,
    traceparent: Option<String>,
    started_at: Option<jiff_diesel::Timestamp>,
    finished_at: Option<jiff_diesel::Timestamp>,
    applied_at: Option<jiff_diesel::Timestamp>,
}

impl From<&Optimization> for OptimizationRow {
    fn from(run: &Optimization) -> Self {
        Self {
            schedule_id: run.schedule_id.get(),
            requested_by: run.requested_by.get(),
            state: run.state.as_str().to_owned(),
            seed: run.seed.cast_signed(),
            max_steps: run.max_steps.cast_signed(),
            max_ms: run.max_ms.cast_signed(),
            steps: run.steps.cast_signed(),
            score_hard: run.score.map(|score| score.hard),
            score_soft: run.score.map(|score| score.soft),
            bound: run.bound,
            proposal: Json(run.proposal.clone()),
            cancel_requested: run.cancel_requested,
            failure: run.failure.clone(),
            generation: run.generation,
            workers_lost: i32::try_from(run.workers_lost).unwrap_or(i32::MAX),
            leased_until: run.leased_until.map(ToDiesel::to_diesel),
            request_id: run.request_id.clone(),
            traceparent: run.traceparent.clone(),
            started_at: run.started_at.map(ToDiesel::to_diesel),
            finished_at: run.finished_at.map(ToDiesel::to_diesel),
            applied_at: run.applied_at.map(ToDiesel::to_diesel),
        }
    }
}

impl TryFrom<OptimizationRow> for Optimization {
    type Error = Corrupt;
    fn try_from(row: OptimizationRow) -> Result<Self, Corrupt> {
        let instant = |at: Option<jiff_diesel::Timestamp>| at.map(jiff_diesel::Timestamp::to_jiff);
        Ok(Self {
            schedule_id: columns::id(row.schedule_id)?,
            requested_by: columns::id(row.requested_by)?,
            state: columns::named(&row.state)?,
            seed: row.seed.cast_unsigned(),
            max_steps: row.max_steps.cast_unsigned(),
            max_ms: row.max_ms.cast_unsigned(),
            steps: row.steps.cast_unsigned(),
            score: row.score_hard.zip(row.score_soft).map(|(hard, soft)| Score { hard, soft }),
            bound: row.bound,
            proposal: row.proposal.0,
            cancel_requested: row.cancel_requested,
            failure: row.failure,
            generation: row.generation,
            workers_lost: columns::number(row.workers_lost)?,
            leased_until: instant(row.leased_until),
            request_id: row.request_id,
            traceparent: row.traceparent,
            started_at: instant(row.started_at),
            finished_at: instant(row.finished_at),
            applied_at: instant(row.applied_at),
        })
    }
}

fn narrow<'a, ST>(
    mut query: optimizations::BoxedQuery<'a, Pg, ST>,
    filter: &OptimizationFilter,
) -> optimizations::BoxedQuery<'a, Pg, ST> {
    if let Some(schedules) = &filter.schedule_ids {
        query = query.filter(optimizations::schedule_id.eq_any(columns::raw(schedules)));
    }
    if let Some(states) = &filter.states {
        let names: Vec<_> = states.iter().map(|state| state.as_str()).collect();
        query = query.filter(optimizations::state.eq_any(names));
    }
    query
}

/// Nothing of a run is unique.
fn rivals(_: &Optimization) -> Vec<(&'static str, optimizations::BoxedQuery<'static, Pg>)> {
    Vec::new()
}

stored!(
    Optimization, table: optimizations, row: OptimizationRow, order: optimizations::id,
    conflicts: on_conflict_do_nothing()
);

/// Locks the first run that waits, passing over those that other workers are taking, and marks it as taken.
async fn claim_next(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    now: Timestamp,
    leased_until: Timestamp,
) -> StoreResult<Option<Record<Optimization>>> {
    let next: Option<(Head, OptimizationRow)> = optimizations::table
        .filter(optimizations::organization_id.eq(organization.get()))
        .filter(
            optimizations::state.eq(OptimizationState::Queued.as_str()).or(optimizations::state
                .eq(OptimizationState::Running.as_str())
                .and(optimizations::leased_until.lt(now.to_diesel()).assume_not_null())),
        )
        .order(optimizations::id)
        .limit(1)
        .select(crate::stored::columns!(optimizations, OptimizationRow))
        .for_update()
        .skip_locked()
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    let Some(next) = next else {
        return Ok(None);
    };
    let waiting: Record<Optimization> = record(next)?;
    let taken = Optimization {
        state: OptimizationState::Running,
        generation: waiting.generation.saturating_add(1),
        workers_lost: waiting.workers_lost.saturating_add(u32::from(waiting.state == OptimizationState::Running)),
        leased_until: Some(leased_until),
        started_at: waiting.started_at.or(Some(now)),
        ..waiting.value
    };
    Optimization::update(pg, organization, waiting.id, waiting.version, &taken, now).await.map(Some)
}

async fn find_locked(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: OptimizationId,
) -> StoreResult<Option<Record<Optimization>>> {
    optimizations::table
        .filter(optimizations::organization_id.eq(organization.get()))
        .filter(optimizations::id.eq(id.get()))
        .select(crate::stored::columns!(optimizations, OptimizationRow))
        .for_update()
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?
        .map(record)
        .transpose()
}

#[async_trait]
impl OptimizationRepository for PgUnitOfWork {
    async fn claim_next(
        &mut self,
        now: Timestamp,
        leased_until: Timestamp,
    ) -> StoreResult<Option<Record<Optimization>>> {
        self.wrote(Optimization::KIND);
        let claimed = claim_next(self.pg(), self.organization(), now, leased_until).await;
        self.watch(claimed)
    }

    async fn find_locked(&mut self, id: OptimizationId) -> StoreResult<Option<Record<Optimization>>> {
        let found = find_locked(self.pg(), self.organization(), id).await;
        self.watch(found)
    }
}
