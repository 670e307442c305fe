use jiff::ToSpan;
use scheduling_app::Call;
use scheduling_app::assignments::assign_employee;
use scheduling_app::shifts::{
    CreateShiftError, DeleteShiftError, GetShiftError, ListShiftsError, UpdateShiftError, create_shift, delete_shift,
    get_shift, list_shifts, update_shift,
};
use scheduling_conformance::build::{a_shift, instant};
use scheduling_domain::assignment::AssignmentFilter;
use scheduling_domain::page::PageRequest;
use scheduling_domain::rules::Outcome;
use scheduling_domain::shift::{Shift, ShiftFilter};

use crate::house::{House, fresh, nth};

#[tokio::test]
async fn a_shifts_working_day_follows_from_its_start() {
    let house = House::build().await;
    let (draft, _) = house.draft().await;
    let late = a_shift(draft.id, house.site.id, house.position.id, instant("2026-01-06T17:00:00Z"));
    let made = fresh(create_shift(&house.app, &Call::new(&house.manager), &late).await.unwrap());
    assert_eq!(made.on, scheduling_conformance::build::day("2026-01-07"), "it is one in the morning in Shanghai");
    let outside = a_shift(draft.id, house.site.id, house.position.id, instant("2026-02-01T17:00:00Z"));
    let Err(CreateShiftError::Invalid(faults)) = create_shift(&house.app, &Call::new(&house.manager), &outside).await
    else {
        panic!("a shift lies outside its schedule");
    };
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["outside_period"]);
}

#[tokio::test]
async fn moving_a_shift_judges_its_crew_anew() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let (first, second) = (nth(&shifts, "D", 0), nth(&shifts, "D", 1));
    for shift in [first, second] {
        assign_employee(&house.app, &Call::new(&house.manager), &house.on(0, shift.id)).await.unwrap();
    }
    let later = |hours: i64| {
        move |shift: &mut Shift| {
            shift.starts_at += hours.hours();
            shift.ends_at += hours.hours();
        }
    };
    let call = Call::new(&house.manager);
    let blocked = update_shift(&house.app, &call, first.id, first.version, &later(6), None).await;
    let Err(UpdateShiftError::Blocked(assessment)) = blocked else { panic!("{blocked:?}") };
    assert_eq!(assessment.obstacles.iter().map(|one| one.code).collect::<Vec<_>>(), ["rest_too_short"]);
    assert_eq!(assessment.obstacles[0].shift_ids, [first.id, second.id]);

    let moved = update_shift(&house.app, &call, first.id, first.version, &later(5), None).await.unwrap();
    assert_eq!(fresh(moved).assessment.outcome, Outcome::Allowed);
    let stored =
        house.app.store.assignments().list_all(house.organization, &AssignmentFilter::default()).await.unwrap();
    assert_eq!(stored[0].starts_at, first.starts_at + 5.hours(), "the crew moves with its shift");

    let stale = update_shift(&house.app, &call, first.id, first.version, &later(1), None).await;
    assert!(matches!(stale, Err(UpdateShiftError::Stale { .. })));
}

#[tokio::test]
async fn a_move_into_another_shift_of_the_crew_is_blocked() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let (first, second) = (nth(&shifts, "D", 0), nth(&shifts, "D", 1));
    for shift in [first, second] {
        assign_employee(&house.app, &Call::new(&house.manager), &house.on(0, shift.id)).await.unwrap();
    }
    let onto = |shift: &mut Shift| {
        shift.starts_at = second.starts_at + 1.hours();
        shift.ends_at = second.ends_at + 1.hours();
    };
    let call = Call::new(&house.manager);
    let blocked = update_shift(&house.app, &call, first.id, first.version, &onto, None).await;
    let Err(UpdateShiftError::Blocked(assessment)) = blocked else { panic!("{blocked:?}") };
    assert!(assessment.obstacles.iter().any(|one| one.code == "overlap"));
    let dry = Call::new(&house.manager).dry_run(true);
    let tried = fresh(update_shift(&house.app, &dry, first.id, first.version, &onto, None).await.unwrap());
    assert_eq!((&tried.shift, &tried.assessment), (first, assessment.as_ref()));
}

#[tokio::test]
async fn a_staffed_shift_is_not_deleted() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let call = Call::new(&house.manager);
    assign_employee(&house.app, &Call::new(&house.manager), &house.on(0, shifts[0].id)).await.unwrap();
    let refused = delete_shift(&house.app, &call, shifts[0].id, shifts[0].version).await;
    assert!(matches!(refused, Err(DeleteShiftError::InUse { by: "assignment" })));
    fresh(delete_shift(&house.app, &call, shifts[1].id, shifts[1].version).await.unwrap());
    assert!(matches!(get_shift(&house.app, &house.manager, shifts[1].id).await, Err(GetShiftError::NotFound)));
}

#[tokio::test]
async fn drafts_are_for_their_planners() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let all = ShiftFilter::default();
    let listed = list_shifts(&house.app, &house.manager, all.clone(), PageRequest::default()).await.unwrap();
    assert_eq!(listed.total, 56);
    let refused = list_shifts(&house.app, &house.employee, all.clone(), PageRequest::default()).await;
    assert!(matches!(refused, Err(ListShiftsError::Forbidden)));
    assert!(matches!(get_shift(&house.app, &house.employee, shifts[0].id).await, Err(GetShiftError::NotFound)));
    let stranger = scheduling_app::Actor { team_ids: Vec::new(), ..house.manager.clone() };
    assert_eq!(list_shifts(&house.app, &stranger, all, PageRequest::default()).await.unwrap().total, 0);
}
