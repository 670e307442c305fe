use scheduling_app::Call;
use scheduling_app::assignments::assign_employee;
use scheduling_app::catalogue::update;
use scheduling_app::schedules::{
    CreateScheduleError, DeleteScheduleError, GetRosterError, GetScheduleError, PublishError, RosterView, WhichRoster,
    check_schedule, create_schedule, delete_schedule, generate_shifts, get_roster, get_schedule, list_schedules,
    publish_schedule, update_schedule,
};
use scheduling_app::shifts::update_shift;
use scheduling_conformance::build::{a_demand, a_schedule, a_site, a_skill, a_team, day, instant, time};
use scheduling_domain::demand::Demand;
use scheduling_domain::page::PageRequest;
use scheduling_domain::roster::Period;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::time::DstPolicy;

use crate::house::{House, fresh, nth};

#[tokio::test]
async fn demand_becomes_shifts_by_the_sites_clock() {
    let house = House::build().await;
    let (draft, made) = house.draft().await;
    assert_eq!(made.len(), 56);
    let night = nth(&made, "N", 0);
    assert_eq!((night.starts_at, night.ends_at), (instant("2026-01-05T14:00:00Z"), instant("2026-01-05T22:00:00Z")));
    assert_eq!((night.on, night.schedule_id), (day("2026-01-05"), draft.id));
}

#[tokio::test]
async fn generating_again_makes_only_what_is_missing_and_touches_nothing() {
    let house = House::build().await;
    let (draft, made) = house.draft().await;
    let moved = nth(&made, "D", 3);
    let edit = |shift: &mut Shift| shift.label = "special".to_owned();
    update_shift(&house.app, &Call::new(&house.manager), moved.id, moved.version, &edit, None).await.unwrap();
    let gone = nth(&made, "N", 5);
    let call = Call::new(&house.manager);
    scheduling_app::shifts::delete_shift(&house.app, &call, gone.id, gone.version).await.unwrap();
    let again = fresh(generate_shifts(&house.app, &Call::new(&house.manager), draft.id).await.unwrap());
    assert_eq!((again.made.len(), again.kept, again.skipped.len()), (1, 55, 0));
    assert_eq!(again.made[0].value, gone.value);
}

#[tokio::test]
async fn a_wall_clock_time_that_does_not_exist_is_skipped_and_named() {
    let house = House::build().await;
    let site = scheduling_domain::site::Site { time_zone: "America/New_York".to_owned(), ..a_site("New York") };
    let site = house.add(&site).await;
    let template = ShiftTemplate {
        code: "G".to_owned(),
        site_id: site.id,
        starts: time("02:30"),
        dst_policy: DstPolicy::RejectGap,
        ..house.day.value.clone()
    };
    let template = house.add(&template).await;
    house.add(&a_demand(house.team.id, template.id)).await;
    house.add(&Demand { valid_from: day("2026-03-07"), ..a_demand(house.team.id, template.id) }).await;
    let period = Period { first: day("2026-03-07"), end: day("2026-03-10") };
    let schedule = Schedule { period, ..a_schedule(house.team.id) };
    let draft = fresh(create_schedule(&house.app, &Call::new(&house.manager), &schedule).await.unwrap());
    let generated = fresh(generate_shifts(&house.app, &Call::new(&house.manager), draft.id).await.unwrap());
    assert_eq!(generated.made.len(), 2);
    let skipped: Vec<_> = generated
        .skipped
        .iter()
        .map(|skipped| (skipped.on, skipped.reasons.iter().map(|reason| reason.code).collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        skipped,
        [
            (day("2026-03-08"), vec!["nonexistent_local_time"]),
            (day("2026-03-07"), vec!["demanded_twice"]),
            (day("2026-03-08"), vec!["demanded_twice"]),
            (day("2026-03-09"), vec!["demanded_twice"]),
        ]
    );
}

#[tokio::test]
async fn a_team_has_one_schedule_a_day() {
    let house = House::build().await;
    let (draft, _) = house.draft().await;
    let call = Call::new(&house.manager);
    let late = Period { first: day("2026-02-01"), end: day("2026-02-08") };
    let second = create_schedule(&house.app, &call, &Schedule { period: late, ..draft.value.clone() }).await;
    assert!(matches!(second, Err(CreateScheduleError::Overlaps { with }) if with.id == draft.id));
    let next = Period { first: day("2026-02-02"), end: day("2026-02-08") };
    create_schedule(&house.app, &call, &Schedule { period: next, ..draft.value.clone() }).await.unwrap();
}

#[tokio::test]
async fn a_publication_is_a_snapshot_that_everybody_reads() {
    let house = House::build().await;
    let (draft, shifts) = house.draft().await;
    let first = nth(&shifts, "D", 0).id;
    assign_employee(&house.app, &Call::new(&house.manager), &house.on(0, first)).await.unwrap();
    let unseen = get_roster(&house.app, &house.employee, draft.id, WhichRoster::Best).await;
    assert!(matches!(unseen, Err(GetRosterError::NotFound)));
    assert!(matches!(get_schedule(&house.app, &house.employee, draft.id).await, Err(GetScheduleError::NotFound)));

    let published = fresh(publish_schedule(&house.app, &Call::new(&house.manager), draft.id).await.unwrap());
    assert_eq!(published.schedule.published_number, Some(1));
    assert_eq!(published.check.coverage.unfilled_heads(), 55);
    assert_eq!(published.publication.content.audience, house.employees.iter().map(|one| one.id).collect::<Vec<_>>());

    let second = nth(&shifts, "D", 1).id;
    assign_employee(&house.app, &Call::new(&house.manager), &house.on(0, second)).await.unwrap();
    let seen = get_roster(&house.app, &house.employee, draft.id, WhichRoster::Best).await.unwrap();
    let RosterView::Published(_, publication) = seen else { panic!("an employee read the draft") };
    let crews: Vec<_> = publication.content.shifts.iter().flat_map(|shift| &shift.crew).collect();
    assert_eq!(crews.iter().map(|member| member.full_name.as_str()).collect::<Vec<_>>(), ["Employee E1"]);
    let refused = get_roster(&house.app, &house.employee, draft.id, WhichRoster::Draft).await;
    assert!(matches!(refused, Err(GetRosterError::Forbidden)));

    let again = fresh(publish_schedule(&house.app, &Call::new(&house.manager), draft.id).await.unwrap());
    assert_eq!(again.publication.content.number, 2);
    let RosterView::Published(_, old) =
        get_roster(&house.app, &house.employee, draft.id, WhichRoster::Number(1)).await.unwrap()
    else {
        panic!("a publication is no draft")
    };
    assert_eq!(old, publication);
}

#[tokio::test]
async fn what_blocks_is_not_published() {
    let house = House::build().await;
    let (draft, shifts) = house.draft().await;
    let shift = nth(&shifts, "D", 0).id;
    assign_employee(&house.app, &Call::new(&house.manager), &house.on(0, shift)).await.unwrap();
    // The position asks for a skill from now on, and the shift with it.
    let skill = house.add(&a_skill("Sewing")).await;
    let stored = house.app.store.shifts().find(house.organization, shift).await.unwrap().unwrap();
    let mut uow = house.app.store.begin(house.organization).await.unwrap();
    let needs_skill = Shift { skill_ids: vec![skill.id], ..stored.value };
    uow.shifts().update(shift, stored.version, &needs_skill, house.app.now()).await.unwrap();
    uow.commit().await.unwrap();

    let check = check_schedule(&house.app, &house.manager, draft.id).await.unwrap();
    assert!(!check.is_publishable);
    let Err(PublishError::Blocked(check)) = publish_schedule(&house.app, &Call::new(&house.manager), draft.id).await
    else {
        panic!("a blocked roster was published");
    };
    let blocking = check.blocking();
    assert_eq!(blocking.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["skill_missing"]);
    assert_eq!((blocking[0].employee_id, blocking[0].shift_ids.as_slice()), (Some(house.person(0)), &[shift][..]));
}

#[tokio::test]
async fn only_never_published_schedules_are_deleted_with_all_that_is_theirs() {
    let house = House::build().await;
    let (draft, shifts) = house.draft().await;
    assign_employee(&house.app, &Call::new(&house.manager), &house.on(0, shifts[0].id)).await.unwrap();
    let dry = Call::new(&house.manager).dry_run(true);
    fresh(delete_schedule(&house.app, &dry, draft.id, None).await.unwrap());
    let noted = update_schedule(&house.app, &Call::new(&house.manager), draft.id, Some(draft.version), "soon").await;
    assert_eq!(fresh(noted.unwrap()).note, "soon");
    let stale = delete_schedule(&house.app, &Call::new(&house.manager), draft.id, Some(draft.version)).await;
    assert!(matches!(stale, Err(DeleteScheduleError::Stale { .. })));
    fresh(delete_schedule(&house.app, &Call::new(&house.manager), draft.id, None).await.unwrap());

    let draft = fresh(create_schedule(&house.app, &Call::new(&house.manager), &draft.value).await.unwrap());
    publish_schedule(&house.app, &Call::new(&house.manager), draft.id).await.unwrap();
    let refused = delete_schedule(&house.app, &Call::new(&house.manager), draft.id, None).await;
    assert!(matches!(refused, Err(DeleteScheduleError::Published)));
}

#[tokio::test]
async fn managers_plan_their_own_teams() {
    let house = House::build().await;
    let (draft, _) = house.draft().await;
    let elsewhere = house.add(&a_team("Elsewhere", house.site.id)).await;
    let refused = create_schedule(&house.app, &Call::new(&house.manager), &a_schedule(elsewhere.id)).await;
    assert!(matches!(refused, Err(CreateScheduleError::Forbidden)));
    let stranger = scheduling_app::Actor { team_ids: vec![elsewhere.id], ..house.manager.clone() };
    let hidden = publish_schedule(&house.app, &Call::new(&stranger), draft.id).await;
    assert!(matches!(hidden, Err(PublishError::NotFound)));
    let hidden = publish_schedule(&house.app, &Call::new(&house.employee), draft.id).await;
    assert!(matches!(hidden, Err(PublishError::NotFound)));
    publish_schedule(&house.app, &Call::new(&house.admin), draft.id).await.unwrap();
    for actor in [&stranger, &house.employee] {
        let refused = publish_schedule(&house.app, &Call::new(actor), draft.id).await;
        assert!(matches!(refused, Err(PublishError::Forbidden)));
        assert!(get_schedule(&house.app, actor, draft.id).await.is_ok());
    }
    let seen = list_schedules(&house.app, &house.employee, ScheduleFilter::default(), PageRequest::default()).await;
    assert_eq!(seen.unwrap().total, 1);
}

#[tokio::test]
async fn a_working_day_begins_where_the_rules_say() {
    let house = House::build().await;
    let boundary = |rules: &mut scheduling_domain::rule_set::RuleSet| rules.day_boundary = time("06:00");
    let rules = house.team.rule_set_id.unwrap();
    update(&house.app, &Call::new(&house.admin), rules, None, &boundary).await.unwrap();
    let early =
        ShiftTemplate { code: "S".to_owned(), starts: time("02:00"), ends: time("05:00"), ..house.day.value.clone() };
    let early = house.add(&early).await;
    house.add(&a_demand(house.team.id, early.id)).await;
    let draft = create_schedule(&house.app, &Call::new(&house.manager), &a_schedule(house.team.id)).await;
    let draft = fresh(draft.unwrap());
    let made = fresh(generate_shifts(&house.app, &Call::new(&house.manager), draft.id).await.unwrap()).made;
    assert_eq!((made[0].on, made[0].starts_at), (day("2026-01-05"), instant("2026-01-05T18:00:00Z")));
}
