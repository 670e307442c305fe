use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use scheduling_domain::optimization::{Optimization, OptimizationState};
use scheduling_domain::ports::{CacheOutcome, SchedulingMetrics};
use scheduling_domain::rules::Verdict;
use scheduling_domain::team::TeamFilter;
use scheduling_domain::user::Role;
use tokio::sync::watch;

use super::world::{World, actor, found, quick};
use crate::optimizations::lease::Lease;
use crate::optimizations::*;
use crate::{Actor, App, Call};

#[tokio::test]
async fn a_run_ends_with_a_proposal_and_its_score() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let run = world.ran(schedule.id, 50_000).await;
    assert_eq!((run.state, run.generation, run.leased_until), (OptimizationState::Done, 1, None));
    assert_eq!((run.started_at, run.finished_at), (Some(world.app.now()), Some(world.app.now())));
    assert!(run.score.is_some() && !run.proposal.is_empty() && run.steps > 0);
    assert_eq!(progress_permille(&run, world.app.now()), 1000);
    assert_eq!(world.run(run.id).await, run);
    assert_eq!(world.work().await, None);
}

#[tokio::test]
async fn the_same_question_has_the_same_answer() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let (one, other) = (world.ran(schedule.id, 50_000).await, world.ran(schedule.id, 50_000).await);
    assert_eq!((one.score, one.steps, &one.proposal), (other.score, other.steps, &other.proposal));
}

#[tokio::test]
async fn a_run_that_is_cancelled_keeps_its_best_so_far() {
    let world = World::new().await;
    let run = world.request(world.week(0).await.id, None).await;
    let cancelling = async {
        world.until_found(run.id).await;
        let cancelled = cancel_optimization(&world.app, &Call::new(&world.admin), run.id).await.unwrap();
        assert!(cancelled.fresh().is_some_and(|run| run.cancel_requested && run.state == OptimizationState::Running));
    };
    let (ran, ()) = tokio::join!(world.work(), cancelling);
    let Some(Ran::Ended(ended)) = ran else { panic!("{ran:?}") };
    assert_eq!(ended.state, OptimizationState::Cancelled);
    assert!(ended.score.is_some() && !ended.proposal.is_empty());
    apply_optimization(&world.app, &Call::new(&world.admin).dry_run(true), run.id).await.unwrap();
}

#[tokio::test]
async fn a_worker_that_stops_leaves_its_run_to_another() {
    let world = World::new().await;
    let run = world.request(world.week(0).await.id, None).await;
    let first = Worker::start(world.app.clone(), quick());
    world.until_found(run.id).await;
    first.stop().await;
    let waiting = world.run(run.id).await;
    assert_eq!((waiting.state, waiting.leased_until, waiting.finished_at), (OptimizationState::Queued, None, None));
    assert!(waiting.score.is_some() && !waiting.proposal.is_empty());

    let second = Worker::start(world.app.clone(), quick());
    world.until(run.id, OptimizationState::Running).await;
    cancel_optimization(&world.app, &Call::new(&world.admin), run.id).await.unwrap();
    world.until(run.id, OptimizationState::Cancelled).await;
    second.stop().await;
    let ended = world.run(run.id).await;
    assert_eq!(ended.generation, 2);
    assert!(ended.score <= waiting.score, "it goes on from where it was");
}

#[tokio::test]
async fn a_worker_whose_run_was_taken_says_nothing_more() {
    let world = World::new().await;
    let run = world.request(world.week(0).await.id, None).await;
    let taking = async {
        world.until(run.id, OptimizationState::Running).await;
        let mut uow = world.app.store.begin(world.admin.organization).await.unwrap();
        let held = uow.optimizations().find_locked(run.id).await.unwrap().unwrap();
        let taken = Optimization { generation: held.generation + 1, ..held.value };
        let taken = uow.optimizations().update(run.id, held.version, &taken, world.app.now()).await.unwrap();
        uow.commit().await.unwrap();
        taken
    };
    let (ran, taken) = tokio::join!(world.work(), taking);
    assert_eq!(ran, Some(Ran::Lost(run.id)));
    assert_eq!(world.run(run.id).await, taken);
}

#[tokio::test]
async fn a_run_whose_worker_fell_silent_goes_on_from_what_that_left() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let good = world.ran(schedule.id, 50_000).await;
    let run = world.request(schedule.id, Some(51_000)).await;
    let minute = SignedDuration::from_mins(1);
    let (lease, _) = Lease::take_next(&world.app, world.admin.organization, minute).await.unwrap().unwrap();
    let leave_roster = |run: &mut Optimization| {
        (run.steps, run.score) = (good.steps, good.score);
        run.proposal.clone_from(&good.proposal);
    };
    lease.renew(&world.app, &leave_roster).await.unwrap().unwrap();
    world.clock.advance(minute + SignedDuration::from_secs(1));
    // A thousand steps from nothing would not come that far.
    let ran = world.work().await;
    let Some(Ran::Ended(ended)) = ran else { panic!("{ran:?}") };
    assert_eq!((ended.id, ended.state, ended.workers_lost), (run.id, OptimizationState::Done, 1));
    assert!(ended.score <= good.score && good.steps < ended.steps, "{:?} {:?}", ended.score, good.score);
}

#[tokio::test]
async fn a_run_is_not_given_up_for_being_put_back() {
    let world = World::new().await;
    let run = world.request(world.week(0).await.id, Some(1_000)).await;
    for _ in 0..5 {
        let lease = Lease::take_next(&world.app, world.admin.organization, SignedDuration::from_mins(1)).await;
        let (lease, _) = lease.unwrap().unwrap();
        lease.write(&world.app, &|run| run.state = OptimizationState::Queued).await.unwrap();
    }
    let ran = world.work().await;
    assert!(matches!(ran, Some(Ran::Ended(ended)) if ended.id == run.id && ended.state == OptimizationState::Done));
}

#[tokio::test]
async fn a_run_whose_worker_fell_silent_is_taken_again_and_given_up_in_the_end() {
    let world = World::new().await;
    let run = world.request(world.week(0).await.id, Some(1_000)).await;
    let minute = SignedDuration::from_mins(1);
    for generation in 1..=3 {
        let taken = Lease::take_next(&world.app, world.admin.organization, minute).await.unwrap();
        assert_eq!(taken.map(|(_, run)| run.generation), Some(generation));
        let again = Lease::take_next(&world.app, world.admin.organization, minute).await.unwrap();
        assert!(again.is_none(), "its worker is trusted to be alive");
        world.clock.advance(minute + SignedDuration::from_secs(1));
    }
    let ran = world.work().await;
    assert!(matches!(ran, Some(Ran::Ended(_))), "{ran:?}");
    let failed = world.run(run.id).await;
    assert_eq!((failed.state, failed.failure.as_deref()), (OptimizationState::Failed, Some("workers_lost")));
    assert_eq!(failed.finished_at, Some(world.app.now()));
}

#[tokio::test]
async fn one_worker_serves_every_organization_and_is_woken() {
    let world = World::new().await;
    let branch = found(&world.app, "branch").await;
    let elsewhere = World {
        admin: actor(&world.app, branch, Role::Admin).await,
        teams: world.app.store.teams().list_all(branch, &TeamFilter::default()).await.unwrap(),
        app: world.app.clone(),
        clock: Arc::clone(&world.clock),
    };
    let (here, there) = (world.week(0).await, elsewhere.week(1).await);
    // It would sleep for an hour if nobody called.
    let worker = Worker::start(world.app.clone(), Pace { idle: Duration::from_secs(3600), ..quick() });
    let (one, other) = (world.request(here.id, Some(1_000)).await, elsewhere.request(there.id, Some(1_000)).await);
    world.until(one.id, OptimizationState::Done).await;
    elsewhere.until(other.id, OptimizationState::Done).await;
    worker.stop().await;
}

#[derive(Default)]
struct Counted(Mutex<Vec<OptimizationState>>);

impl SchedulingMetrics for Counted {
    fn schedule_published(&self, _: u64) {}
    fn assignments_made(&self, _: u64) {}
    fn violation_found(&self, _: &'static str, _: Verdict) {}
    fn cache_asked(&self, _: &'static str, _: CacheOutcome) {}
    fn cache_answered(&self, _: &'static str, _: Duration) {}
    fn optimization_ended(&self, run: &Optimization, _: Duration) {
        assert_eq!(run.score.is_some(), run.state == OptimizationState::Done);
        self.0.lock().unwrap().push(run.state);
    }
}

#[tokio::test]
async fn runs_are_counted_when_they_end() {
    let mut world = World::new().await;
    let counted = Arc::new(Counted::default());
    let metrics: Arc<dyn SchedulingMetrics> = counted.clone();
    world.app = App { metrics, ..world.app };
    world.ran(world.week(0).await.id, 1_000).await;
    assert_eq!(*counted.0.lock().unwrap(), [OptimizationState::Done]);
}

#[tokio::test]
async fn a_worker_without_work_stops_at_once() {
    let world = World::new().await;
    let Actor { organization, .. } = world.admin;
    let (stop, mut stopped) = watch::channel(false);
    stop.send_replace(true);
    assert_eq!(run_next(&world.app, organization, &quick(), &mut stopped).await.unwrap(), None);
    let worker = Worker::start(world.app.clone(), Pace { idle: Duration::from_secs(3600), ..Pace::default() });
    tokio::time::timeout(Duration::from_secs(10), worker.stop()).await.unwrap();
}
