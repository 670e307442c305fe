//! Lists have an order, pages and a search.

use std::sync::Arc;

use scheduling_domain::employee::{Employee, EmployeeFilter};
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::Store;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::shift::{Shift, ShiftFilter};
use scheduling_domain::shift_template::{ShiftTemplate, ShiftTemplateFilter};
use scheduling_domain::site::{Site, SiteFilter};
use scheduling_domain::user::{User, UserFilter};

use crate::build::{a_shift_template, a_site, a_user, an_employee};
use crate::sample::Sample;
use crate::store::for_every_entity;
use crate::world::World;

/// Lists are ordered by id, whatever order rows were written or changed in; shifts are not, see below.
pub async fn lists_are_ordered_by_id(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(lists_in_order(&world));
}

async fn lists_in_order<T: Sample>(world: &World) {
    if T::KIND == Shift::KIND {
        return;
    }
    let before = world.list_all::<T>(&T::Filter::default()).await;
    let mut added = Vec::new();
    for n in [2, 0, 4] {
        added.push(world.add(&T::sample(world, n)).await);
    }
    added[0] = world.try_replace(&added[0], &T::sample(world, 3)).await.unwrap();
    let listed = world.list_all::<T>(&T::Filter::default()).await;
    assert!(listed.is_sorted_by_key(|record| record.id));
    assert_eq!(listed.len(), before.len() + added.len());
    assert_eq!(listed[before.len()..], added);
}

/// Shifts are ordered by start; those that start together, by id.
pub async fn shifts_are_ordered_by_start_then_id(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for n in [0, 1, 2, 3, 2, 1] {
        world.add(&Shift::sample(&world, n)).await;
    }
    let listed = world.list_all::<Shift>(&ShiftFilter::default()).await;
    assert_eq!(listed.len(), world.shifts.len() + 6);
    assert!(listed.is_sorted_by_key(|shift| (shift.starts_at, shift.id)));
    assert!(!listed.is_sorted_by_key(|shift| shift.id));
}

/// Pages follow one another without gap or repeat, and each counts the whole list.
pub async fn pages_partition_the_list_and_count_it(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(pages(&world));
}

async fn pages<T: Sample>(world: &World) {
    for n in [0, 2, 4, 6] {
        world.add(&T::sample(world, n)).await;
    }
    let filter = T::Filter::default();
    let all = world.list_all::<T>(&filter).await;
    let mut uow = world.begin().await;
    for per_page in [1, 3, 100] {
        let mut paged: Vec<Record<T>> = Vec::new();
        for number in 1.. {
            let request = PageRequest::try_new(number, per_page).unwrap();
            let page = T::repository(uow.as_mut()).list(&filter, request).await.unwrap();
            assert_eq!(page.total, i64::try_from(all.len()).unwrap());
            assert_eq!(page.request, request);
            let is_last = i64::from(number) >= page.pages();
            paged.extend(page.items);
            if is_last {
                break;
            }
        }
        assert_eq!(paged, all);
    }
    uow.rollback().await.unwrap();
}

/// A page past the end has no rows and still counts the list.
pub async fn a_page_past_the_end_is_empty(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for request in [PageRequest::try_new(2, 20), PageRequest::try_new(u32::MAX, 100)] {
        let page =
            store.employees().list(world.organization, &EmployeeFilter::default(), request.unwrap()).await.unwrap();
        assert_eq!((page.items, page.total), (Vec::new(), 4));
    }
}

/// The pool answers lists and pages as a unit of work does.
pub async fn the_pool_lists_as_the_unit_of_work_does(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for_every_entity!(lists_alike(&world));
}

async fn lists_alike<T: Sample>(world: &World) {
    for n in [1, 0, 2] {
        world.add(&T::sample(world, n)).await;
    }
    let (filter, request) = (T::Filter::default(), PageRequest::try_new(2, 2).unwrap());
    let pool = T::queries(world.store.as_ref());
    let pooled = pool.list(world.organization, &filter, request).await.unwrap();
    let all = pool.list_all(world.organization, &filter).await.unwrap();
    let mut uow = world.begin().await;
    assert_eq!(T::repository(uow.as_mut()).list(&filter, request).await.unwrap(), pooled);
    assert_eq!(T::repository(uow.as_mut()).list_all(&filter).await.unwrap(), all);
    uow.rollback().await.unwrap();
}

/// The names of the sites that a search finds.
async fn sites_found(world: &World, search: &str) -> Vec<String> {
    let filter = SiteFilter { search: Some(search.to_owned()) };
    world.list_all::<Site>(&filter).await.into_iter().map(|site| site.value.name).collect()
}

/// No character of a search stands for another.
pub async fn search_is_literal(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let names = ["100% wool", "100 wool", "a_b", "axb", r"back\slash", "it's", "[abc]", "star*", "上海一厂"];
    for name in names {
        world.add(&a_site(name)).await;
    }
    for (search, found) in [
        ("%", &["100% wool"][..]),
        ("0%", &["100% wool"]),
        ("_", &["a_b"]),
        ("a_b", &["a_b"]),
        ("\\", &[r"back\slash"]),
        ("'", &["it's"]),
        ("[abc]", &["[abc]"]),
        ("*", &["star*"]),
        ("海一", &["上海一厂"]),
        ("nowhere", &[]),
    ] {
        assert_eq!(sites_found(&world, search).await, found, "searching for {search:?}");
    }
    assert_eq!(sites_found(&world, "").await.len(), names.len() + 1);
}

/// A search finds ASCII letters of either case; other letters only as they are.
pub async fn search_ignores_the_case_of_ascii_letters(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for name in ["Pudong", "PUXI", "Écluse"] {
        world.add(&a_site(name)).await;
    }
    assert_eq!(sites_found(&world, "pU").await, ["Pudong", "PUXI"]);
    assert_eq!(sites_found(&world, "DONG").await, ["Pudong"]);
    assert_eq!(sites_found(&world, "ÉCL").await, ["Écluse"]);
    assert_eq!(sites_found(&world, "écl").await, [""; 0]);
}

/// Where a filter names several columns, a match in any of them will do.
pub async fn search_looks_into_every_named_column(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let employee =
        |number: &str, name: &str| Employee { full_name: name.to_owned(), ..an_employee(number, world.team.id) };
    let by_number = world.add(&employee("needle-1", "Anna")).await;
    let by_name = world.add(&employee("X2", "Ms Needle")).await;
    let found =
        world.list_all(&EmployeeFilter { search: Some("needle".to_owned()), ..EmployeeFilter::default() }).await;
    assert_eq!(found, [by_number, by_name]);

    let template = |code: &str, name: &str| ShiftTemplate {
        name: name.to_owned(),
        ..a_shift_template(code, world.site.id, world.position.id)
    };
    let by_code = world.add(&template("NEEDLE", "Early")).await;
    let by_name = world.add(&template("L", "Late needle")).await;
    let filter = ShiftTemplateFilter { search: Some("needle".to_owned()), ..ShiftTemplateFilter::default() };
    assert_eq!(world.list_all(&filter).await, [by_code, by_name]);

    let by_username = world.add(&a_user("needle")).await;
    let by_email = world.add(&User { email: "x@NEEDLE.example".to_owned(), ..a_user("b") }).await;
    let by_name = world.add(&User { full_name: "Needle".to_owned(), ..a_user("c") }).await;
    let filter = UserFilter { search: Some("needle".to_owned()), ..UserFilter::default() };
    assert_eq!(world.list_all(&filter).await, [by_username, by_email, by_name]);
}
