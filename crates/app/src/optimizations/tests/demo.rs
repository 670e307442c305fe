use super::world::World;
use crate::Call;
use crate::optimizations::apply_optimization;
use crate::schedules::{check_schedule, publish_schedule};

/// As many steps as take less than a second.
const STEPS: u64 = 500_000;

/// From demand to a published roster, as the quick start does it.
async fn plan(team: usize) {
    let world = World::new().await;
    let schedule = world.draft(team, 28).await;
    let run = world.ran(schedule.id, STEPS).await;
    let applied = apply_optimization(&world.app, &Call::new(&world.admin), run.id).await.unwrap().fresh().unwrap();
    let check = check_schedule(&world.app, &world.admin, schedule.id).await.unwrap();
    assert_eq!(check.blocking(), []);
    assert_eq!(check.coverage.shifts_below_min, 0);
    assert_eq!(u64::try_from(applied.assessment.coverage_delta).unwrap(), check.coverage.filled_heads);
    let score = run.score.unwrap();
    assert_eq!((score.hard, score.soft), (0, check.cost), "the checker says the same as the search");
    let published = publish_schedule(&world.app, &Call::new(&world.admin), schedule.id).await.unwrap().fresh().unwrap();
    assert_eq!(published.publication.content.number, 1);
}

#[tokio::test]
async fn the_ward_can_be_staffed() {
    plan(0).await;
}

#[tokio::test]
async fn the_emergency_room_can_be_staffed() {
    plan(1).await;
}

#[tokio::test]
async fn the_line_can_be_staffed() {
    plan(2).await;
}
