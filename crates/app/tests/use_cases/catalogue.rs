use scheduling_app::Call;
use scheduling_app::catalogue::{
    CreateError, DeleteError, GetError, ListError, UpdateError, create, delete, get, list, update,
};
use scheduling_conformance::build::{a_contract, a_demand, a_site, a_skill, a_team, an_availability, an_employee};
use scheduling_conformance::world::World;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::{Demand, DemandFilter};
use scheduling_domain::employee::{Employee, EmployeeFilter};
use scheduling_domain::id::{SiteId, TypedId};
use scheduling_domain::page::PageRequest;
use scheduling_domain::site::Site;
use scheduling_domain::team::Team;

use crate::house::{House, fresh};

fn codes(faults: &scheduling_domain::fault::Faults) -> Vec<(String, &'static str)> {
    faults.iter().map(|fault| (fault.pointer.clone(), fault.code)).collect()
}

#[tokio::test]
async fn what_dangles_is_named_with_everything_else_that_is_wrong() {
    let house = House::build().await;
    let team = Team { name: " ".to_owned(), ..a_team("", SiteId::try_new(99).unwrap()) };
    let Err(CreateError::Invalid(faults)) = create(&house.app, &Call::new(&house.admin), &team).await else {
        panic!("a wrong team was made");
    };
    assert_eq!(codes(&faults), [("/name".to_owned(), "blank"), ("/site_id".to_owned(), "unknown_reference")]);
}

#[tokio::test]
async fn a_taken_name_is_named() {
    let house = House::build().await;
    let made = create(&house.app, &Call::new(&house.admin), &a_site("Shanghai")).await;
    assert!(matches!(made, Err(CreateError::Duplicate("name"))), "{made:?}");
}

#[tokio::test]
async fn a_dry_run_decides_and_writes_nothing() {
    let house = House::build().await;
    let call = Call::new(&house.admin).dry_run(true);
    fresh(create(&house.app, &call, &a_skill("Sewing")).await.unwrap());
    fresh(create(&house.app, &call, &a_skill("Sewing")).await.unwrap());
}

#[tokio::test]
async fn an_edit_changes_the_version_that_was_seen() {
    let house = House::build().await;
    let edit = |site: &mut Site| site.address = "1 Main Street".to_owned();
    let call = Call::new(&house.admin);
    let seen = house.site.version;
    let changed = fresh(update(&house.app, &call, house.site.id, Some(seen), &edit).await.unwrap());
    assert_eq!((changed.address.as_str(), changed.version), ("1 Main Street", seen.next()));
    let late = update(&house.app, &call, house.site.id, Some(seen), &edit).await;
    assert!(matches!(late, Err(UpdateError::Stale { current }) if current == changed.version));
    let same = fresh(update(&house.app, &call, house.site.id, None, &edit).await.unwrap());
    assert_eq!(same, changed, "an edit that changes nothing writes nothing");
}

#[tokio::test]
async fn what_is_used_stays_and_says_by_what() {
    let house = House::build().await;
    house.draft().await;
    let call = Call::new(&house.admin);
    let by = |error| match error {
        Err(DeleteError::InUse { by }) => by,
        other => panic!("{other:?}"),
    };
    assert_eq!(by(delete::<Site>(&house.app, &call, house.site.id, None).await), "team");
    assert_eq!(by(delete::<Team>(&house.app, &call, house.team.id, None).await), "employee");
    let template = house.day.id;
    assert_eq!(
        by(delete::<scheduling_domain::shift_template::ShiftTemplate>(&house.app, &call, template, None).await),
        "demand"
    );
    let empty = house.add(&a_site("Empty")).await;
    fresh(delete::<Site>(&house.app, &call, empty.id, Some(empty.version)).await.unwrap());
    assert!(matches!(get::<Site>(&house.app, &house.admin, empty.id).await, Err(GetError::NotFound)));
}

#[tokio::test]
async fn another_organization_is_not_there() {
    let house = House::build().await;
    let world = World::build(&house.app.store, "elsewhere").await;
    let theirs = world.employees.first().unwrap().id;
    // Ids of two organizations may be equal; what is read is never theirs.
    match get::<Employee>(&house.app, &house.admin, theirs).await {
        Ok(found) => assert!(house.employees.contains(&found)),
        Err(error) => assert!(matches!(error, GetError::NotFound)),
    }
    let page = list::<Employee>(&house.app, &house.admin, EmployeeFilter::default(), PageRequest::default()).await;
    assert_eq!(page.unwrap().items, house.employees);
}

#[tokio::test]
async fn people_see_what_stands_to_them() {
    let house = House::build().await;
    let elsewhere = house.add(&a_team("Elsewhere", house.site.id)).await;
    let stranger = house.add(&an_employee("X1", elsewhere.id)).await;
    let first_page = PageRequest::default();
    let listed = async |actor| {
        let page = list::<Employee>(&house.app, actor, EmployeeFilter::default(), first_page).await.unwrap();
        page.items.into_iter().map(|employee| employee.value.number).collect::<Vec<_>>()
    };
    assert_eq!(listed(&house.admin).await, ["E1", "E2", "E3", "E4", "X1"]);
    assert_eq!(listed(&house.manager).await, ["E1", "E2", "E3", "E4"]);
    assert_eq!(listed(&house.employee).await, ["E1"]);
    for (actor, sees_e2) in [(&house.admin, true), (&house.manager, true), (&house.employee, false)] {
        assert_eq!(get::<Employee>(&house.app, actor, house.person(1)).await.is_ok(), sees_e2);
    }
    assert!(matches!(get::<Employee>(&house.app, &house.manager, stranger.id).await, Err(GetError::NotFound)));
    let demands = list::<Demand>(&house.app, &house.employee, DemandFilter::default(), first_page).await;
    assert!(matches!(demands, Err(ListError::Forbidden)));
}

#[tokio::test]
async fn people_write_what_is_theirs_to_write() {
    let house = House::build().await;
    let elsewhere = house.add(&a_team("Elsewhere", house.site.id)).await;
    let (own, other) = (an_availability(house.person(0)), an_availability(house.person(1)));
    assert!(create::<Availability>(&house.app, &Call::new(&house.employee), &own).await.is_ok());
    let refused = create::<Availability>(&house.app, &Call::new(&house.employee), &other).await;
    assert!(matches!(refused, Err(CreateError::NotFound)));
    let refused = create::<Contract>(&house.app, &Call::new(&house.manager), &a_contract(house.person(0))).await;
    assert!(matches!(refused, Err(CreateError::Forbidden)));
    let refused = create::<Demand>(&house.app, &Call::new(&house.manager), &a_demand(elsewhere.id, house.day.id)).await;
    assert!(matches!(refused, Err(CreateError::Forbidden)));
    let away = |employee: &mut Employee| employee.team_id = elsewhere.id;
    let refused = update::<Employee>(&house.app, &Call::new(&house.manager), house.person(0), None, &away).await;
    assert!(matches!(refused, Err(UpdateError::Forbidden)), "a manager does not move people into somebody else's team");
    let account = house.admin.user_id;
    let link = |employee: &mut Employee| employee.user_id = Some(account);
    let refused = update::<Employee>(&house.app, &Call::new(&house.manager), house.person(1), None, &link).await;
    assert!(matches!(refused, Err(UpdateError::Forbidden)), "whose account it is, administrators say");
}

#[tokio::test]
async fn contracts_of_one_person_do_not_overlap() {
    let house = House::build().await;
    let day = scheduling_conformance::build::day;
    let spring = Contract { ends_on: Some(day("2026-05-31")), ..a_contract(house.person(0)) };
    house.add(&spring).await;
    let summer = Contract { starts_on: day("2026-05-31"), ..a_contract(house.person(0)) };
    let Err(CreateError::Invalid(faults)) = create(&house.app, &Call::new(&house.admin), &summer).await else {
        panic!("two contracts hold on one day");
    };
    assert_eq!(codes(&faults), [("/starts_on".to_owned(), "overlapping_contract")]);
    house.add(&Contract { starts_on: day("2026-06-01"), ..summer }).await;
}
