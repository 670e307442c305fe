use std::collections::BTreeSet;

use scheduling_domain::assignment::{Assignment, AssignmentFilter, AssignmentSource};
use scheduling_domain::availability::Availability;
use scheduling_domain::id::{AssignmentId, EmployeeId, ScheduleId, ShiftId};
use scheduling_domain::optimization::{Optimization, OptimizationState};
use scheduling_domain::record::Record;
use scheduling_domain::roster::AvailabilityKind;
use scheduling_domain::rules::{RuleKind, Verdict};
use scheduling_domain::time::Weekdays;

use super::world::{MONDAY, World};
use crate::optimizations::*;
use crate::{Call, Settled};

const STEPS: u64 = 200_000;

async fn assignments(world: &World, schedule: ScheduleId) -> Vec<Record<Assignment>> {
    let filter = AssignmentFilter { schedule_ids: Some(vec![schedule]), ..AssignmentFilter::default() };
    world.app.store.assignments().list_all(world.admin.organization, &filter).await.unwrap()
}

async fn apply(world: &World, run: &Record<Optimization>) -> Result<Applied, ApplyOptimizationError> {
    apply_optimization(&world.app, &Call::new(&world.admin), run.id).await.map(|settled| settled.fresh().unwrap())
}

fn ids(assignments: &[Record<Assignment>]) -> BTreeSet<AssignmentId> {
    assignments.iter().map(|assignment| assignment.id).collect()
}

fn cells(assignments: &[Record<Assignment>]) -> BTreeSet<(ShiftId, EmployeeId)> {
    assignments.iter().map(|assignment| (assignment.shift_id, assignment.employee_id)).collect()
}

#[tokio::test]
async fn the_proposal_becomes_the_draft() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let run = world.ran(schedule.id, STEPS).await;
    let applied = apply(&world, &run).await.unwrap();
    let draft = assignments(&world, schedule.id).await;
    assert_eq!(cells(&draft), run.proposal.iter().map(|one| (one.shift_id, one.employee_id)).collect());
    assert!(draft.iter().all(|assignment| assignment.source == AssignmentSource::Optimization && !assignment.pinned));
    assert_eq!((applied.added, applied.removed, applied.kept), (draft.len(), 0, 0));
    assert_eq!(applied.optimization.applied_at, Some(world.app.now()));
    assert_eq!(world.run(run.id).await, applied.optimization);
}

#[tokio::test]
async fn what_stays_the_same_is_not_touched() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let run = world.ran(schedule.id, STEPS).await;
    apply(&world, &run).await.unwrap();
    let before = assignments(&world, schedule.id).await;
    let again = apply(&world, &run).await.unwrap();
    assert_eq!((again.added, again.removed, again.kept), (0, 0, before.len()));
    assert_eq!(assignments(&world, schedule.id).await, before);

    // Another run starts from the draft, so that most of it stays.
    let better = world.ran(schedule.id, STEPS).await;
    let changed = apply(&world, &better).await.unwrap();
    let after = assignments(&world, schedule.id).await;
    assert_eq!(ids(&before).intersection(&ids(&after)).count(), changed.kept);
    assert!(better.score <= run.score);
}

#[tokio::test]
async fn what_is_pinned_stays_and_the_rest_is_planned_around_it() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let first = world.ran(schedule.id, STEPS).await;
    apply(&world, &first).await.unwrap();
    let draft = assignments(&world, schedule.id).await;
    let mut uow = world.app.store.begin(world.admin.organization).await.unwrap();
    let pinned: BTreeSet<AssignmentId> = draft.iter().step_by(7).map(|assignment| assignment.id).collect();
    for assignment in &draft {
        if pinned.contains(&assignment.id) {
            let value = Assignment { pinned: true, ..assignment.value.clone() };
            uow.assignments().update(assignment.id, assignment.version, &value, world.app.now()).await.unwrap();
        } else {
            uow.assignments().delete(assignment.id, assignment.version).await.unwrap();
        }
    }
    uow.commit().await.unwrap();
    let run = world.ran(schedule.id, STEPS).await;
    let applied = apply(&world, &run).await.unwrap();
    let after = assignments(&world, schedule.id).await;
    assert!(pinned.is_subset(&ids(&after)));
    assert_eq!((applied.kept, applied.removed), (pinned.len(), 0));
    assert_eq!(after.iter().filter(|assignment| assignment.pinned).count(), pinned.len());
}

#[tokio::test]
async fn trying_writes_nothing_and_says_the_same() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let run = world.ran(schedule.id, STEPS).await;
    let call = Call::new(&world.admin).dry_run(true);
    let Settled::Fresh(tried) = apply_optimization(&world.app, &call, run.id).await.unwrap() else { panic!() };
    assert_eq!(assignments(&world, schedule.id).await, []);
    assert_eq!(world.run(run.id).await.applied_at, None);
    let applied = apply(&world, &run).await.unwrap();
    assert_eq!((tried.added, tried.assessment), (applied.added, applied.assessment));
}

#[tokio::test]
async fn rules_judge_the_proposal_as_things_stand_now() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let run = world.ran(schedule.id, STEPS).await;
    let employee_id = run.proposal[0].employee_id;
    let ill = Availability {
        employee_id,
        kind: AvailabilityKind::Unavailable,
        weekdays: Weekdays::ALL,
        hours: None,
        valid_from: MONDAY,
        valid_until: None,
        except_on: Vec::new(),
        weight: 0,
        template_id: None,
        note: String::new(),
    };
    let mut uow = world.app.store.begin(world.admin.organization).await.unwrap();
    uow.availabilities().insert(&ill, world.app.now()).await.unwrap();
    uow.commit().await.unwrap();

    let refused = apply(&world, &run).await;
    let Err(ApplyOptimizationError::Blocked(assessment)) = refused else { panic!("{refused:?}") };
    let call = Call::new(&world.admin).dry_run(true);
    let tried = apply_optimization(&world.app, &call, run.id).await.unwrap().fresh().unwrap();
    assert_eq!(tried.assessment, *assessment, "a dry run says the same");
    assert!(!assessment.obstacles.is_empty());
    assert!(assessment.obstacles.iter().all(|one| one.code == "unavailable" && one.employee_id == Some(employee_id)));
    assert_eq!(assignments(&world, schedule.id).await, []);
}

#[tokio::test]
async fn nobody_is_taken_to_have_consented() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let run = world.ran(schedule.id, STEPS).await;
    let mut uow = world.app.store.begin(world.admin.organization).await.unwrap();
    let house = world.teams[0].rule_set_id.unwrap();
    let rules = uow.rule_sets().find(house).await.unwrap().unwrap();
    let mut value = rules.value.clone();
    let mut longer_rest = value.rules[0].clone();
    longer_rest.key = "two-days-between-shifts".to_owned();
    longer_rest.kind = RuleKind::RestBetweenShifts { min_minutes: 48 * 60 };
    longer_rest.verdict = Verdict::Consent;
    value.rules.push(longer_rest);
    uow.rule_sets().update(house, rules.version, &value, world.app.now()).await.unwrap();
    uow.commit().await.unwrap();

    let refused = apply(&world, &run).await;
    let Err(ApplyOptimizationError::NeedsConsent(assessment)) = refused else { panic!("{refused:?}") };
    assert!(assessment.obstacles.iter().all(|one| one.rule == "two-days-between-shifts"));
    assert_eq!(assignments(&world, schedule.id).await, []);
}

#[tokio::test]
async fn shifts_and_people_that_are_gone_are_named() {
    let world = World::new().await;
    let schedule = world.week(0).await;
    let run = world.ran(schedule.id, STEPS).await;
    let (gone, left) = (run.proposal[0].shift_id, run.proposal.last().unwrap().employee_id);
    let mut uow = world.app.store.begin(world.admin.organization).await.unwrap();
    uow.shifts().delete_many(&[gone]).await.unwrap();
    let employee = uow.employees().find(left).await.unwrap().unwrap();
    let mut value = employee.value.clone();
    value.team_id = world.team(1);
    uow.employees().update(left, employee.version, &value, world.app.now()).await.unwrap();
    uow.commit().await.unwrap();

    let refused = apply(&world, &run).await;
    let Err(ApplyOptimizationError::Outdated { shift_ids, employee_ids }) = refused else { panic!("{refused:?}") };
    assert_eq!((shift_ids, employee_ids), (vec![gone], vec![left]));
}

#[tokio::test]
async fn only_a_run_with_a_result_is_applied() {
    let world = World::new().await;
    let run = world.request(world.week(0).await.id, None).await;
    let refused = apply(&world, &run).await;
    let state = OptimizationState::Queued;
    assert!(matches!(refused, Err(ApplyOptimizationError::NoResult { state: found }) if found == state));
    cancel_optimization(&world.app, &Call::new(&world.admin), run.id).await.unwrap();
    let refused = apply(&world, &run).await;
    let state = OptimizationState::Cancelled;
    assert!(matches!(refused, Err(ApplyOptimizationError::NoResult { state: found }) if found == state));
}
