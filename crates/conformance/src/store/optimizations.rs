//! Runs are claimed once, in order, and taken over when their worker is gone.

use std::sync::Arc;

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan};
use scheduling_domain::optimization::{Optimization, OptimizationState};
use scheduling_domain::ports::Store;
use scheduling_domain::record::Record;

use crate::build::an_optimization;
use crate::world::World;

async fn claim(world: &World, now: Timestamp) -> Option<Record<Optimization>> {
    let mut uow = world.begin().await;
    let claimed = uow.optimizations().claim_next(now, now + 1.minute()).await.unwrap();
    uow.commit().await.unwrap();
    claimed
}

/// The queued run with the lowest id is claimed first: it runs, leased, one generation and one version higher.
pub async fn the_oldest_that_waits_is_claimed_first(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let second = world.add(&an_optimization(world.schedule.id, world.user.id)).await;
    let now = world.now + 1.hour();
    for waiting in [&world.optimization, &second] {
        let claimed = claim(&world, now).await.unwrap();
        let expected = Optimization {
            state: OptimizationState::Running,
            generation: 1,
            leased_until: Some(now + 1.minute()),
            started_at: Some(now),
            ..waiting.value.clone()
        };
        assert_eq!(claimed.value, expected);
        assert_eq!((claimed.id, claimed.version), (waiting.id, waiting.version.next()));
        assert_eq!((claimed.created_at, claimed.updated_at), (world.now, now));
        assert_eq!(world.find::<Optimization>(waiting.id).await, Some(claimed));
    }
    assert_eq!(claim(&world, now).await, None);
}

/// A running run is taken over once its lease has ended, not before; its worker is counted as lost, `started_at` stays.
pub async fn a_lease_that_ended_is_taken_over(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let first = claim(&world, world.now).await.unwrap();
    assert_eq!(claim(&world, world.now + 59.seconds()).await, None);
    let later = world.now + 61.seconds();
    let second = claim(&world, later).await.unwrap();
    assert_eq!((second.id, second.generation), (first.id, 2));
    assert_eq!((first.workers_lost, second.workers_lost), (0, 1));
    assert_eq!(second.started_at, first.started_at);
    assert_eq!(second.leased_until, Some(later + 1.minute()));
}

/// A run that its worker put back is claimed again, and nobody is counted as lost.
pub async fn a_run_that_was_put_back_has_lost_nobody(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let first = claim(&world, world.now).await.unwrap();
    let waiting = Optimization { state: OptimizationState::Queued, leased_until: None, ..first.value.clone() };
    world.try_replace(&first, &waiting).await.unwrap();
    let second = claim(&world, world.now + 1.hour()).await.unwrap();
    assert_eq!((second.generation, second.workers_lost), (2, 0));
}

/// Runs that are done, cancelled or failed are never claimed, whatever their lease says.
pub async fn a_run_that_has_ended_is_never_claimed(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut run = world.optimization.clone();
    for state in [OptimizationState::Done, OptimizationState::Cancelled, OptimizationState::Failed] {
        let ended = Optimization { state, leased_until: Some(world.now), ..run.value.clone() };
        run = world.try_replace(&run, &ended).await.unwrap();
        assert_eq!(claim(&world, world.now + 1.hour()).await, None);
    }
}

/// A unit of work claims runs of its own organization only.
pub async fn runs_of_another_organization_are_not_claimed(store: &Arc<dyn Store>) {
    let theirs = World::build(store, "theirs").await;
    let ours = World::build(store, "ours").await;
    assert_eq!(claim(&ours, ours.now).await.unwrap().id, ours.optimization.id);
    assert_eq!(claim(&ours, ours.now).await, None);
    assert_eq!(claim(&theirs, theirs.now).await.unwrap().id, theirs.optimization.id);
}

/// Workers that claim at once get different runs, and together all of them.
pub async fn racing_workers_claim_each_run_once(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let mut waiting = BTreeSet::from([world.optimization.id]);
    for _ in 0..15 {
        waiting.insert(world.add(&an_optimization(world.schedule.id, world.user.id)).await.id);
    }
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                let mut claimed = Vec::new();
                while let Some(run) = claim(&world, world.now).await {
                    claimed.push(run.id);
                }
                claimed
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.unwrap());
    }
    assert_eq!(claimed.len(), waiting.len());
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>(), waiting);
}
