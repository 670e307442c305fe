use scheduling_domain::id::{OptimizationId, ScheduleId, TypedId};
use scheduling_domain::optimization::{OptimizationFilter, OptimizationState};
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::{IdempotencyKey, StoredResponse};
use scheduling_domain::user::Role;

use super::world::{World, actor};
use crate::optimizations::*;
use crate::{Call, Limits, Settled};

fn new(schedule_id: ScheduleId) -> NewOptimization {
    NewOptimization { schedule_id, seed: 1, max_ms: 1_000, max_steps: None }
}

#[tokio::test]
async fn a_run_waits_and_can_be_seen() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let run = world.request(schedule.id, None).await;
    assert_eq!((run.state, run.generation, run.requested_by), (OptimizationState::Queued, 0, world.admin.user_id));
    assert_eq!(world.run(run.id).await, run);
    assert_eq!(progress_permille(&run, world.app.now()), 0);
    let filter = OptimizationFilter { schedule_ids: Some(vec![schedule.id]), states: None };
    let page = list_optimizations(&world.app, &world.admin, filter, PageRequest::default()).await.unwrap();
    assert_eq!(page.items, [run]);
}

#[tokio::test]
async fn a_schedule_has_one_run_at_a_time() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let first = world.request(schedule.id, None).await;
    let second = request_optimization(&world.app, &Call::new(&world.admin), &new(schedule.id)).await;
    assert!(matches!(second, Err(RequestOptimizationError::AlreadyActive { id }) if id == first.id), "{second:?}");
    cancel_optimization(&world.app, &Call::new(&world.admin), first.id).await.unwrap();
    world.request(schedule.id, None).await;
}

#[tokio::test]
async fn an_organization_has_so_many_runs_at_a_time() {
    let mut world = World::new().await;
    world.app.limits = Limits { active_optimizations: 1, ..Limits::default() };
    let (first, second) = (world.week(0).await, world.week(1).await);
    world.request(first.id, None).await;
    let refused = request_optimization(&world.app, &Call::new(&world.admin), &new(second.id)).await;
    assert!(matches!(refused, Err(RequestOptimizationError::TooMany { limit: 1 })), "{refused:?}");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_request_is_said_at_once() {
    let world = World::new().await;
    let unknown = ScheduleId::try_new(99).unwrap();
    let wrong = NewOptimization { schedule_id: unknown, seed: 1, max_ms: 0, max_steps: Some(0) };
    let refused = request_optimization(&world.app, &Call::new(&world.admin), &wrong).await;
    let Err(RequestOptimizationError::Invalid(faults)) = refused else { panic!("{refused:?}") };
    let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
    let expected = [("/max_ms", "out_of_range"), ("/max_steps", "out_of_range"), ("/schedule_id", "unknown_reference")];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn other_teams_runs_are_not_there() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let run = world.request(schedule.id, None).await;
    let (app, stranger) = (&world.app, world.manager(1).await);
    let asked = request_optimization(app, &Call::new(&stranger), &new(schedule.id)).await;
    assert!(matches!(asked, Err(RequestOptimizationError::Invalid(_))), "{asked:?}");
    assert!(matches!(get_optimization(app, &stranger, run.id).await, Err(GetOptimizationError::NotFound)));
    let cancelled = cancel_optimization(app, &Call::new(&stranger), run.id).await;
    assert!(matches!(cancelled, Err(CancelOptimizationError::NotFound)), "{cancelled:?}");
    let applied = apply_optimization(app, &Call::new(&stranger), run.id).await;
    assert!(matches!(applied, Err(ApplyOptimizationError::NotFound)), "{applied:?}");
    let seen = |actor| async move {
        let all = OptimizationFilter::default();
        list_optimizations(app, actor, all, PageRequest::default()).await.map(|page| page.total)
    };
    assert_eq!(seen(&stranger).await.unwrap(), 0);
    let manager = world.manager(0).await;
    assert_eq!(seen(&manager).await.unwrap(), 1);
    let employee = actor(app, world.admin.organization, Role::Employee).await;
    assert!(matches!(seen(&employee).await, Err(ListOptimizationsError::Forbidden)));
    assert!(matches!(get_optimization(app, &employee, run.id).await, Err(GetOptimizationError::NotFound)));
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_the_first() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let key = IdempotencyKey { user_id: world.admin.user_id, key: "once".to_owned(), fingerprint: "same".to_owned() };
    let render = |_: &_| StoredResponse { status: 202, body: "run".to_owned(), etag: None, location: None };
    let call = || Call::new(&world.admin).once(key.clone(), &render);
    let first = request_optimization(&world.app, &call(), &new(schedule.id)).await.unwrap();
    assert!(matches!(first, Settled::Fresh(_)));
    let second = request_optimization(&world.app, &call(), &new(schedule.id)).await.unwrap();
    assert!(matches!(second, Settled::Replayed(answer) if answer.status == 202));
}

#[tokio::test]
async fn trying_queues_nothing() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let call = Call::new(&world.admin).dry_run(true);
    request_optimization(&world.app, &call, &new(schedule.id)).await.unwrap();
    assert_eq!(world.work().await, None);
}

#[tokio::test]
async fn a_waiting_run_is_cancelled_at_once_and_only_once() {
    let world = World::new().await;
    let run = world.request(world.week(0).await.id, None).await;
    let cancel = || async { cancel_optimization(&world.app, &Call::new(&world.admin), run.id).await };
    let cancelled = cancel().await.unwrap().fresh().unwrap();
    assert_eq!((cancelled.state, cancelled.finished_at), (OptimizationState::Cancelled, Some(world.app.now())));
    assert_eq!(cancel().await.unwrap().fresh().unwrap(), cancelled);
    assert_eq!(world.work().await, None);
}

#[tokio::test]
async fn what_has_ended_is_not_cancelled() {
    let world = World::new().await;
    let run = world.ran(world.week(0).await.id, 1_000).await;
    let refused = cancel_optimization(&world.app, &Call::new(&world.admin), run.id).await;
    assert!(matches!(refused, Err(CancelOptimizationError::Ended { state: OptimizationState::Done })), "{refused:?}");
    let unknown = OptimizationId::try_new(99).unwrap();
    let refused = cancel_optimization(&world.app, &Call::new(&world.admin), unknown).await;
    assert!(matches!(refused, Err(CancelOptimizationError::NotFound)), "{refused:?}");
}
