use jiff::{SignedDuration, Timestamp};
use scheduling_domain::id::{OptimizationId, OrganizationId};
use scheduling_domain::optimization::{Optimization, OptimizationFilter, OptimizationState};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;

use super::ACTIVE;
use crate::app::App;
use crate::unit::{conclude, retry};

/// A run that a worker has taken, for as long as nobody else takes it.
///
/// Every write through it is fenced: it happens only while the row still has the generation with which it was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    organization: OrganizationId,
    run: OptimizationId,
    generation: i64,
    length: SignedDuration,
}

impl Lease {
    /// Takes the oldest run that waits, or whose worker fell silent.
    pub(super) async fn take_next(
        app: &App,
        organization: OrganizationId,
        length: SignedDuration,
    ) -> Result<Option<(Self, Record<Optimization>)>, StoreError> {
        if !is_any_waiting(app, organization).await? {
            return Ok(None);
        }
        let taken = retry(|| take_once(app, organization, length)).await?;
        Ok(taken.map(|run| (Self { organization, run: run.id, generation: run.generation, length }, run)))
    }

    /// Says that the worker is alive and what it has come to; answers the row, or `None` when the run is lost.
    pub(super) async fn renew(
        &self,
        app: &App,
        progress: &(dyn Fn(&mut Optimization) + Send + Sync),
    ) -> Result<Option<Record<Optimization>>, StoreError> {
        let leased_until = self.end(app.now());
        self.write(app, &|run| {
            run.leased_until = Some(leased_until);
            progress(run);
        })
        .await
    }

    /// Changes the row; answers it as it is then, or `None` when the run is lost.
    pub(super) async fn write(
        &self,
        app: &App,
        change: &(dyn Fn(&mut Optimization) + Send + Sync),
    ) -> Result<Option<Record<Optimization>>, StoreError> {
        retry(|| self.write_once(app, change)).await
    }

    async fn write_once(
        &self,
        app: &App,
        change: &(dyn Fn(&mut Optimization) + Send + Sync),
    ) -> Result<Option<Record<Optimization>>, StoreError> {
        let mut uow = app.store.begin(self.organization).await?;
        let outcome = async {
            let Some(Record { version, value: mut run, .. }) = uow.optimizations().find_locked(self.run).await? else {
                return Ok(None);
            };
            if run.generation != self.generation || run.state != OptimizationState::Running {
                return Ok(None);
            }
            change(&mut run);
            uow.optimizations().update(self.run, version, &run, app.now()).await.map(Some)
        };
        let outcome = outcome.await;
        conclude(uow, outcome).await
    }

    fn end(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.length).unwrap_or(Timestamp::MAX)
    }
}

/// A look without a transaction, since workers look often and mostly in vain.
async fn is_any_waiting(app: &App, organization: OrganizationId) -> Result<bool, StoreError> {
    let filter = OptimizationFilter { schedule_ids: None, states: Some(ACTIVE.to_vec()) };
    let now = app.now();
    let active = app.store.optimizations().list_all(organization, &filter).await?;
    Ok(active.iter().any(|run| {
        run.state == OptimizationState::Queued || run.leased_until.is_none_or(|leased_until| leased_until < now)
    }))
}

async fn take_once(
    app: &App,
    organization: OrganizationId,
    length: SignedDuration,
) -> Result<Option<Record<Optimization>>, StoreError> {
    let now = app.now();
    let leased_until = now.saturating_add(length).unwrap_or(Timestamp::MAX);
    let mut uow = app.store.begin(organization).await?;
    let taken = uow.optimizations().claim_next(now, leased_until).await;
    conclude(uow, taken).await
}
