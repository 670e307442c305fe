//! Every filter narrows a list to what it says, and filters add up.

use std::sync::Arc;

use jiff::ToSpan;
use scheduling_domain::assignment::{Assignment, AssignmentFilter};
use scheduling_domain::availability::{Availability, AvailabilityFilter};
use scheduling_domain::contract::{Contract, ContractFilter};
use scheduling_domain::demand::{Demand, DemandFilter};
use scheduling_domain::employee::{Circle, Employee, EmployeeFilter};
use scheduling_domain::id::{EmployeeId, TeamId, TypedId};
use scheduling_domain::optimization::{Optimization, OptimizationFilter, OptimizationState};
use scheduling_domain::ports::Store;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::roster::Period;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use scheduling_domain::shift::{Shift, ShiftFilter};
use scheduling_domain::shift_template::ShiftTemplateFilter;
use scheduling_domain::skill::{SkillGrant, SkillGrantFilter};
use scheduling_domain::team::{Team, TeamFilter};
use scheduling_domain::user::{Role, User, UserFilter};

use crate::build::{
    a_contract, a_demand, a_position, a_schedule, a_shift, a_shift_template, a_site, a_skill, a_skill_grant, a_team,
    a_user, an_assignment, an_availability, an_employee, an_optimization, day, nth_start,
};
use crate::world::World;

async fn assert_lists<T: Entity>(world: &World, filter: T::Filter, expected: &[&Record<T>]) {
    let listed = world.list_all::<T>(&filter).await;
    assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{filter:?}");
}

/// Teams by site.
pub async fn teams_by_site(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let site = world.add(&a_site("Other")).await;
    let team = world.add(&a_team("Other", site.id)).await;
    assert_lists(&world, TeamFilter { site_id: Some(site.id), ..TeamFilter::default() }, &[&team]).await;
    assert_lists(&world, TeamFilter { site_id: Some(world.site.id), ..TeamFilter::default() }, &[&world.team]).await;
    let both = TeamFilter { site_id: Some(site.id), search: Some("team".to_owned()) };
    assert_lists::<Team>(&world, both, &[]).await;
}

/// Skill grants by employee and by skill.
pub async fn skill_grants_by_employee_and_skill(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let skill = world.add(&a_skill("Other")).await.id;
    let (zero, one, two) = (world.employee(0), world.employee(1), world.employee(2));
    let a = world.add(&a_skill_grant(one, skill)).await;
    let b = world.add(&a_skill_grant(two, world.skill.id)).await;
    let of = |ids: &[EmployeeId]| SkillGrantFilter { employee_ids: Some(ids.to_vec()), skill_id: None };
    assert_lists(&world, of(&[zero, one]), &[&world.skill_grant, &a]).await;
    assert_lists(
        &world,
        SkillGrantFilter { skill_id: Some(world.skill.id), employee_ids: None },
        &[&world.skill_grant, &b],
    )
    .await;
    assert_lists::<SkillGrant>(&world, SkillGrantFilter { skill_id: Some(skill), ..of(&[two]) }, &[]).await;
}

/// Employees by team, by account, and by a day on which they are employed; first and last day belong to it.
pub async fn employees_by_team_account_and_day(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let team = world.add(&a_team("Other", world.site.id)).await.id;
    let left = world
        .add(&Employee {
            user_id: Some(world.user.id),
            hired_on: day("2024-01-01"),
            left_on: Some(day("2024-12-31")),
            ..an_employee("L", team)
        })
        .await;
    let stays = world.add(&Employee { hired_on: day("2024-06-01"), ..an_employee("S", team) }).await;
    let filter = EmployeeFilter { team_ids: Some(vec![team]), ..EmployeeFilter::default() };
    assert_lists(&world, filter.clone(), &[&left, &stays]).await;
    let by_account = EmployeeFilter { user_id: Some(world.user.id), ..EmployeeFilter::default() };
    assert_lists(&world, by_account, &[&left]).await;
    for (on, expected) in [
        ("2023-12-31", &[][..]),
        ("2024-01-01", &[&left]),
        ("2024-12-31", &[&left, &stays]),
        ("2025-01-01", &[&stays]),
        ("2999-01-01", &[&stays]),
    ] {
        assert_lists(&world, EmployeeFilter { employed_on: Some(day(on)), ..filter.clone() }, expected).await;
    }
}

/// Employees within a circle: of its teams, and of its account wherever they work.
pub async fn employees_within_a_circle(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let team = world.add(&a_team("Other", world.site.id)).await.id;
    let colleague = world.add(&an_employee("C", team)).await;
    let own = world.add(&Employee { user_id: Some(world.user.id), ..an_employee("O", world.team.id) }).await;
    let within = |team_ids: &[TeamId]| {
        let circle = Circle { team_ids: team_ids.to_vec(), user_id: world.user.id };
        EmployeeFilter { within: Some(circle), ..EmployeeFilter::default() }
    };
    assert_lists(&world, within(&[]), &[&own]).await;
    assert_lists(&world, within(&[team]), &[&colleague, &own]).await;
    let both = EmployeeFilter { search: Some("o".to_owned()), ..within(&[]) };
    assert_lists(&world, both, &[&own]).await;
    let narrowed = EmployeeFilter { team_ids: Some(vec![team]), ..within(&[team]) };
    assert_lists(&world, narrowed, &[&colleague]).await;
}

/// Contracts by employee.
pub async fn contracts_by_employee(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let contract = world.add(&a_contract(world.employee(1))).await;
    let of = |ids: &[EmployeeId]| ContractFilter { employee_ids: Some(ids.to_vec()) };
    assert_lists::<Contract>(&world, of(&[world.employee(1)]), &[&contract]).await;
    assert_lists(&world, of(&[world.employee(1), world.employee(0)]), &[&world.contract, &contract]).await;
    assert_lists::<Contract>(&world, of(&[world.employee(3)]), &[]).await;
}

/// Availability by employee, and by a day on or after which it may hold.
pub async fn availability_by_employee_and_day(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let one = world.employee(1);
    let past = world.add(&Availability { valid_until: Some(day("2025-06-30")), ..an_availability(one) }).await;
    let endless = world.add(&an_availability(one)).await;
    let future = world.add(&Availability { valid_from: day("2030-01-01"), ..an_availability(one) }).await;
    let filter = AvailabilityFilter { employee_ids: Some(vec![one]), valid_after: None };
    assert_lists(&world, filter.clone(), &[&past, &endless, &future]).await;
    let after = |on: &str| AvailabilityFilter { valid_after: Some(day(on)), ..filter.clone() };
    assert_lists(&world, after("2025-06-30"), &[&past, &endless, &future]).await;
    assert_lists(&world, after("2025-07-01"), &[&endless, &future]).await;
}

/// Templates by site.
pub async fn templates_by_site(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let site = world.add(&a_site("Other")).await.id;
    let template = world.add(&a_shift_template("O", site, world.position.id)).await;
    let at = |site| ShiftTemplateFilter { site_id: Some(site), search: None };
    assert_lists(&world, at(site), &[&template]).await;
    assert_lists(&world, at(world.site.id), &[&world.template]).await;
}

/// Demand by team and by template.
pub async fn demand_by_team_and_template(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let team = world.add(&a_team("Other", world.site.id)).await.id;
    let template = world.add(&a_shift_template("O", world.site.id, world.position.id)).await.id;
    let a = world.add(&a_demand(team, world.template.id)).await;
    let b = world.add(&a_demand(world.team.id, template)).await;
    assert_lists(&world, DemandFilter { team_id: Some(team), template_id: None }, &[&a]).await;
    assert_lists(&world, DemandFilter { team_id: None, template_id: Some(template) }, &[&b]).await;
    assert_lists::<Demand>(&world, DemandFilter { team_id: Some(team), template_id: Some(template) }, &[]).await;
}

/// Accounts by role and by activity.
pub async fn users_by_role_and_activity(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let admin = world.add(&User { role: Role::Admin, ..a_user("a") }).await;
    let gone = world.add(&User { role: Role::Admin, is_active: false, ..a_user("b") }).await;
    let filter = UserFilter { role: Some(Role::Admin), ..UserFilter::default() };
    assert_lists(&world, filter.clone(), &[&admin, &gone]).await;
    assert_lists(&world, UserFilter { is_active: Some(false), ..UserFilter::default() }, &[&gone]).await;
    assert_lists(&world, UserFilter { is_active: Some(true), ..filter }, &[&admin]).await;
    let by_address = UserFilter { search: Some(admin.email.clone()), ..UserFilter::default() };
    assert_lists(&world, by_address.clone(), &[&admin]).await;
    assert_lists::<User>(&world, UserFilter { names_only: true, ..by_address }, &[]).await;
}

/// Schedules by team, by a period they share a day with, and by whether they were published.
pub async fn schedules_by_team_period_and_publication(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let team = world.add(&a_team("Other", world.site.id)).await.id;
    let period = |first: &str, end: &str| Period { first: day(first), end: day(end) };
    let a = world.add(&Schedule { period: period("2026-03-02", "2026-03-30"), ..a_schedule(team) }).await;
    let published = Schedule { published_number: Some(1), ..a_schedule(team) };
    let b = world.add(&Schedule { period: period("2026-03-30", "2026-04-27"), ..published }).await;
    let filter = ScheduleFilter { team_ids: Some(vec![team]), ..ScheduleFilter::default() };
    assert_lists(&world, filter.clone(), &[&a, &b]).await;
    for (first, end, expected) in [
        ("2026-03-01", "2026-03-02", &[][..]),
        ("2026-03-01", "2026-03-03", &[&a]),
        ("2026-03-29", "2026-03-31", &[&a, &b]),
        ("2026-03-30", "2026-03-31", &[&b]),
        ("2026-04-27", "2026-05-01", &[]),
    ] {
        assert_lists(&world, ScheduleFilter { overlapping: Some(period(first, end)), ..filter.clone() }, expected)
            .await;
    }
    assert_lists(&world, ScheduleFilter { is_published: Some(true), ..ScheduleFilter::default() }, &[&b]).await;
    assert_lists(
        &world,
        ScheduleFilter { is_published: Some(false), ..ScheduleFilter::default() },
        &[&world.schedule, &a],
    )
    .await;
}

/// Shifts by schedule, id, working day, site, position and template.
pub async fn shifts_by_everything(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let site = world.add(&a_site("Other")).await.id;
    let position = world.add(&a_position("Other")).await.id;
    let team = world.add(&a_team("Other", site)).await.id;
    let schedule = world.add(&a_schedule(team)).await.id;
    let shift = |n| a_shift(schedule, world.site.id, world.position.id, nth_start(n));
    let a = world.add(&Shift { site_id: site, ..shift(30) }).await;
    let b = world.add(&Shift { position_id: position, template_id: Some(world.template.id), ..shift(33) }).await;
    let all = ShiftFilter::default();
    assert_lists(&world, ShiftFilter { schedule_ids: Some(vec![schedule]), ..all.clone() }, &[&a, &b]).await;
    let ids = Some(vec![b.id, world.shift(3).id]);
    assert_lists(&world, ShiftFilter { ids, ..all.clone() }, &[world.shift(3), &b]).await;
    assert_lists(&world, ShiftFilter { site_id: Some(site), ..all.clone() }, &[&a]).await;
    assert_lists(&world, ShiftFilter { position_id: Some(position), ..all.clone() }, &[&b]).await;
    assert_lists(&world, ShiftFilter { template_id: Some(world.template.id), ..all.clone() }, &[&b]).await;
    let within = |first, end| ShiftFilter { within: Some(Period { first, end }), ..all.clone() };
    assert_lists(&world, within(a.on, b.on), &[&a]).await;
    assert_lists(&world, within(a.on, b.on + 1.day()), &[&a, &b]).await;
    assert_lists::<Shift>(&world, ShiftFilter { site_id: Some(world.site.id), ..within(a.on, b.on) }, &[]).await;
}

/// Assignments by schedule, shift, employee, and by a span they share an instant with.
pub async fn assignments_by_everything(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let team = world.add(&a_team("Other", world.site.id)).await.id;
    let schedule = world.add(&a_schedule(team)).await.id;
    let shift = world.add(&a_shift(schedule, world.site.id, world.position.id, nth_start(30))).await;
    let a = world.add(&an_assignment(&shift, world.employee(0))).await;
    let b = world.add(&an_assignment(world.shift(1), world.employee(1))).await;
    let all = AssignmentFilter::default();
    assert_lists(&world, AssignmentFilter { schedule_ids: Some(vec![schedule]), ..all.clone() }, &[&a]).await;
    let schedule_ids = Some(vec![schedule, world.schedule.id]);
    assert_lists(&world, AssignmentFilter { schedule_ids, ..all.clone() }, &[&world.assignment, &a, &b]).await;
    assert_lists(&world, AssignmentFilter { shift_ids: Some(vec![world.shift(1).id]), ..all.clone() }, &[&b]).await;
    let of_first = AssignmentFilter { employee_ids: Some(vec![world.employee(0)]), ..all.clone() };
    assert_lists(&world, of_first.clone(), &[&world.assignment, &a]).await;
    let (start, end) = (world.shift(0).starts_at, world.shift(0).ends_at);
    let sharing = |start, end| AssignmentFilter { overlapping: Some((start, end)), ..all.clone() };
    assert_lists(&world, sharing(start, end), &[&world.assignment]).await;
    assert_lists::<Assignment>(&world, sharing(start - 1.hour(), start), &[]).await;
    assert_lists(&world, sharing(end - 1.microsecond(), end + 1.microsecond()), &[&world.assignment, &b]).await;
    assert_lists::<Assignment>(&world, AssignmentFilter { overlapping: Some((end, end + 9.hours())), ..of_first }, &[])
        .await;
}

/// Runs by schedule and by state.
pub async fn optimizations_by_schedule_and_state(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let team = world.add(&a_team("Other", world.site.id)).await.id;
    let schedule = world.add(&a_schedule(team)).await.id;
    let plain = an_optimization(schedule, world.user.id);
    let done = world.add(&Optimization { state: OptimizationState::Done, ..plain.clone() }).await;
    let queued = world.add(&plain).await;
    let of = OptimizationFilter { schedule_ids: Some(vec![schedule]), states: None };
    assert_lists(&world, of.clone(), &[&done, &queued]).await;
    let states = |states: &[OptimizationState]| Some(states.to_vec());
    let waiting = OptimizationFilter { states: states(&[OptimizationState::Queued]), schedule_ids: None };
    assert_lists(&world, waiting, &[&world.optimization, &queued]).await;
    let ended = [OptimizationState::Done, OptimizationState::Failed];
    assert_lists(&world, OptimizationFilter { states: states(&ended), ..of.clone() }, &[&done]).await;
    assert_lists::<Optimization>(&world, OptimizationFilter { states: states(&[]), ..of }, &[]).await;
}

/// A filter by no ids is not the same as no filter.
pub async fn an_empty_list_of_ids_matches_nothing(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    assert_lists::<Shift>(&world, ShiftFilter { ids: Some(Vec::new()), ..ShiftFilter::default() }, &[]).await;
    let of_nobody = AssignmentFilter { employee_ids: Some(Vec::new()), ..AssignmentFilter::default() };
    assert_lists::<Assignment>(&world, of_nobody, &[]).await;
    let of_no_team = EmployeeFilter { team_ids: Some(Vec::new()), ..EmployeeFilter::default() };
    assert_lists::<Employee>(&world, of_no_team, &[]).await;
}

/// A filter may name more ids than a statement has room for.
pub async fn long_lists_of_ids_are_fine(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut employee_ids: Vec<EmployeeId> =
        (1_000_000..1_070_000).map(|raw| EmployeeId::try_new(raw).unwrap()).collect();
    employee_ids.push(world.employee(0));
    let filter = AssignmentFilter { employee_ids: Some(employee_ids), ..AssignmentFilter::default() };
    assert_lists(&world, filter, &[&world.assignment]).await;
}
