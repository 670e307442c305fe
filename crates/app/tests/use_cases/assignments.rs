use scheduling_app::Call;
use scheduling_app::assignments::{
    AssignError, NewAssignment, PinAssignmentError, UnassignError, assign_employee, get_assignment, list_assignments,
    pin_assignment, unassign_employee,
};
use scheduling_conformance::build::{a_skill, a_skill_grant, a_team, an_availability, an_employee, day};
use scheduling_domain::assignment::AssignmentFilter;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::employee::Employee;
use scheduling_domain::page::PageRequest;
use scheduling_domain::rules::Outcome;
use scheduling_domain::skill::SkillGrant;

use crate::house::{House, fresh, nth};

/// The codes that stand against an assignment.
fn obstacles(
    refused: &Result<scheduling_app::Settled<scheduling_app::assignments::Assigned>, AssignError>,
) -> Vec<&str> {
    match refused {
        Err(AssignError::Blocked(assessment) | AssignError::NeedsConsent(assessment)) => {
            assessment.obstacles.iter().map(|finding| finding.code).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_assignment_is_judged_and_its_gain_told() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let new = NewAssignment { pinned: true, ..house.on(0, nth(&shifts, "D", 0).id) };
    let dry = fresh(assign_employee(&house.app, &Call::new(&house.manager).dry_run(true), &new).await.unwrap());
    let real = fresh(assign_employee(&house.app, &Call::new(&house.manager), &new).await.unwrap());
    assert_eq!(dry.assessment, real.assessment);
    assert_eq!(real.assessment.outcome, Outcome::Allowed);
    assert_eq!(real.assessment.coverage_delta, 1);
    assert!(real.assessment.cost_delta < 0, "an empty shift costs");
    assert!(real.assignment.pinned);
    let all = list_assignments(&house.app, &house.manager, AssignmentFilter::default(), PageRequest::default()).await;
    assert_eq!(all.unwrap().items, [real.assignment]);
}

#[tokio::test]
async fn a_dry_run_tells_what_blocks() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let call = Call::new(&house.manager);
    assign_employee(&house.app, &call, &house.on(0, nth(&shifts, "N", 0).id)).await.unwrap();
    let tired = house.on(0, nth(&shifts, "D", 1).id);
    let dry = fresh(assign_employee(&house.app, &Call::new(&house.manager).dry_run(true), &tired).await.unwrap());
    assert_eq!(dry.assessment.outcome, Outcome::Blocked);
    let real = assign_employee(&house.app, &call, &tired).await;
    assert!(matches!(real, Err(AssignError::Blocked(assessment)) if *assessment == dry.assessment));
}

#[tokio::test]
async fn what_is_in_the_way_is_named() {
    let house = House::build().await;
    let (draft, shifts) = house.draft().await;
    let first = nth(&shifts, "D", 0);
    let call = || Call::new(&house.manager);
    let winner = fresh(assign_employee(&house.app, &call(), &house.on(0, first.id)).await.unwrap()).assignment;
    let again = assign_employee(&house.app, &call(), &house.on(0, first.id)).await;
    assert!(matches!(again, Err(AssignError::AlreadyAssigned(there)) if there.id == winner.id));

    let beside = scheduling_domain::shift::Shift { label: "X".to_owned(), ..first.value.clone() };
    let beside =
        fresh(scheduling_app::shifts::create_shift(&house.app, &Call::new(&house.manager), &beside).await.unwrap());
    assert_eq!(beside.schedule_id, draft.id);
    let overlapping = assign_employee(&house.app, &call(), &house.on(0, beside.id)).await;
    assert!(matches!(overlapping, Err(AssignError::Overlaps(there)) if there.id == winner.id));
}

#[tokio::test]
async fn rules_of_the_team_and_the_baseline_block() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let call = || Call::new(&house.manager);
    assign_employee(&house.app, &call(), &house.on(0, nth(&shifts, "N", 0).id)).await.unwrap();
    let tired = assign_employee(&house.app, &call(), &house.on(0, nth(&shifts, "D", 1).id)).await;
    assert_eq!(obstacles(&tired), ["rest_too_short"]);

    let away = Availability {
        valid_from: day("2026-01-06"),
        valid_until: Some(day("2026-01-06")),
        ..an_availability(house.person(1))
    };
    house.add(&away).await;
    let absent = assign_employee(&house.app, &call(), &house.on(1, nth(&shifts, "D", 1).id)).await;
    assert_eq!(obstacles(&absent), ["unavailable"]);
    let overnight = assign_employee(&house.app, &call(), &house.on(1, nth(&shifts, "N", 0).id)).await;
    assert_eq!(obstacles(&overnight), ["unavailable"], "the night reaches into the day off");
}

#[tokio::test]
async fn nobody_works_before_they_are_hired_or_after_they_left() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let someone =
        Employee { hired_on: day("2026-01-07"), left_on: Some(day("2026-01-08")), ..an_employee("S1", house.team.id) };
    let someone = house.add(&someone).await;
    for (n, works) in [(1, false), (2, true), (3, true), (4, false)] {
        let new = NewAssignment { employee_id: someone.id, ..house.on(0, nth(&shifts, "D", n).id) };
        let assigned = assign_employee(&house.app, &Call::new(&house.manager), &new).await;
        assert_eq!(assigned.is_ok(), works, "day {n}: {assigned:?}");
    }
}

#[tokio::test]
async fn a_skill_must_be_valid_on_the_day() {
    let house = House::build().await;
    let skill = house.add(&a_skill("Sewing")).await;
    let needs = |position: &mut scheduling_domain::position::Position| position.skill_ids = vec![skill.id];
    let admin = Call::new(&house.admin);
    scheduling_app::catalogue::update(&house.app, &admin, house.position.id, None, &needs).await.unwrap();
    let (_, shifts) = house.draft().await;
    let until = SkillGrant { valid_until: Some(day("2026-01-05")), ..a_skill_grant(house.person(0), skill.id) };
    house.add(&until).await;
    let call = || Call::new(&house.manager);
    assert!(assign_employee(&house.app, &call(), &house.on(0, nth(&shifts, "D", 0).id)).await.is_ok());
    let expired = assign_employee(&house.app, &call(), &house.on(0, nth(&shifts, "D", 1).id)).await;
    assert_eq!(obstacles(&expired), ["skill_not_valid"]);
    let unskilled = assign_employee(&house.app, &call(), &house.on(1, nth(&shifts, "D", 1).id)).await;
    assert_eq!(obstacles(&unskilled), ["skill_missing"]);
}

#[tokio::test]
async fn a_contracts_weekly_minutes_bind_while_it_is_in_force() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let part_time = Contract {
        ends_on: Some(day("2026-01-18")),
        max_weekly_minutes: Some(960),
        ..scheduling_conformance::build::a_contract(house.person(0))
    };
    house.add(&part_time).await;
    let call = || Call::new(&house.manager);
    for n in [0, 1, 14, 15, 16] {
        assign_employee(&house.app, &call(), &house.on(0, nth(&shifts, "D", n).id)).await.unwrap();
    }
    let third = assign_employee(&house.app, &call(), &house.on(0, nth(&shifts, "D", 2).id)).await;
    assert_eq!(obstacles(&third), ["minutes_above_max"]);
}

#[tokio::test]
async fn consent_is_asked_for_and_taken() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let call = || Call::new(&house.manager);
    assign_employee(&house.app, &call(), &house.on(0, nth(&shifts, "D", 5).id)).await.unwrap();
    let second = house.on(0, nth(&shifts, "D", 12).id);
    let asked = assign_employee(&house.app, &call(), &second).await;
    assert!(matches!(asked, Err(AssignError::NeedsConsent(_))));
    assert_eq!(obstacles(&asked), ["too_many_weekends"]);
    let consented = NewAssignment { consent_note: Some("agreed by telephone".to_owned()), ..second };
    let assigned = fresh(assign_employee(&house.app, &call(), &consented).await.unwrap());
    assert_eq!(assigned.assessment.outcome, Outcome::NeedsConsent);
}

#[tokio::test]
async fn taking_somebody_off_is_never_refused() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let call = Call::new(&house.manager);
    let made = fresh(assign_employee(&house.app, &call, &house.on(0, shifts[0].id)).await.unwrap()).assignment;
    let call = Call::new(&house.manager);
    let pinned = fresh(pin_assignment(&house.app, &call, made.id, made.version, true).await.unwrap());
    assert!(pinned.pinned);
    let stale = pin_assignment(&house.app, &call, made.id, made.version, false).await;
    assert!(matches!(stale, Err(PinAssignmentError::Stale { .. })));

    let off = Call::new(&house.manager);
    let late = unassign_employee(&house.app, &off, made.id, made.version).await;
    assert!(matches!(late, Err(UnassignError::Stale { .. })));
    let gone = fresh(unassign_employee(&house.app, &off, made.id, pinned.version).await.unwrap());
    assert_eq!(gone.assessment.coverage_delta, -1);
    let again = unassign_employee(&house.app, &off, made.id, pinned.version).await;
    assert!(matches!(again, Err(UnassignError::NotFound)));
    assert!(get_assignment(&house.app, &house.manager, made.id).await.is_err());
}

#[tokio::test]
async fn people_of_other_managers_are_not_there() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let elsewhere = house.add(&a_team("Elsewhere", house.site.id)).await;
    let lent = house.add(&an_employee("X1", elsewhere.id)).await;
    let new = NewAssignment { employee_id: lent.id, ..house.on(0, shifts[0].id) };
    let refused = assign_employee(&house.app, &Call::new(&house.manager), &new).await;
    assert!(matches!(refused, Err(AssignError::Invalid(_))));
    assert!(assign_employee(&house.app, &Call::new(&house.admin), &new).await.is_ok());
    let hidden = assign_employee(&house.app, &Call::new(&house.employee), &house.on(0, shifts[2].id)).await;
    assert!(matches!(hidden, Err(AssignError::NotFound)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racing_overlapping_assignments_one_wins_and_is_named() {
    let house = std::sync::Arc::new(House::build().await);
    let (_, shifts) = house.draft().await;
    let first = nth(&shifts, "D", 0);
    let mut beside = vec![first.id];
    for n in 0..19 {
        let shift = scheduling_domain::shift::Shift { label: format!("X{n}"), ..first.value.clone() };
        let made = scheduling_app::shifts::create_shift(&house.app, &Call::new(&house.manager), &shift).await;
        beside.push(fresh(made.unwrap()).id);
    }
    let racers: Vec<_> = beside
        .into_iter()
        .map(|shift| {
            let house = std::sync::Arc::clone(&house);
            tokio::spawn(
                async move { assign_employee(&house.app, &Call::new(&house.manager), &house.on(0, shift)).await },
            )
        })
        .collect();
    let (mut won, mut named) = (Vec::new(), Vec::new());
    for racer in racers {
        match racer.await.unwrap() {
            Ok(assigned) => won.push(fresh(assigned).assignment.id),
            Err(AssignError::Overlaps(winner)) => named.push(winner.id),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((won.len(), named.len()), (1, 19));
    assert!(named.iter().all(|winner| *winner == won[0]));
}
