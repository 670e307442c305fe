//! Employees as the rules see them.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use scheduling_domain::availability::Availability;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::EmployeeId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::roster::{AvailabilityKind, AvailabilitySpan, Person, SkillSpan};
use scheduling_domain::time::{Interval, SiteZone};

use super::rows::Rows;

/// Everybody whose row is known, in order of id.
pub(super) fn people(rows: &Rows) -> Result<Vec<Person>, StoreError> {
    rows.employees.iter().map(|employee| person(rows, employee)).collect()
}

/// Someone of whom only the place in a crew matters.
pub(super) fn stranger(id: EmployeeId) -> Person {
    Person {
        id,
        label: format!("{} {id}", Employee::KIND),
        tags: Vec::new(),
        skills: Vec::new(),
        availability: Vec::new(),
    }
}

fn person(rows: &Rows, employee: &Record<Employee>) -> Result<Person, StoreError> {
    let contracts = rows.contracts.iter().filter(|contract| contract.employee_id == employee.id);
    let in_force = contracts.filter(|contract| rows.days.iter().any(|on| contract.is_in_force(on)));
    let tags = std::iter::once(format!("team:{}", employee.team_id))
        .chain(in_force.map(|contract| format!("contract:{}", contract.id)))
        .collect();
    let skills = rows
        .grants
        .iter()
        .filter(|grant| grant.employee_id == employee.id)
        .map(|grant| SkillSpan { skill: grant.skill_id, from: grant.valid_from, until: grant.valid_until })
        .collect();
    Ok(Person {
        id: employee.id,
        label: employee.full_name.clone(),
        tags,
        skills,
        availability: availability(rows, employee)?,
    })
}

/// What they said of their time, and the days on which they are not employed, as instants at their own site.
fn availability(rows: &Rows, employee: &Record<Employee>) -> Result<Vec<AvailabilitySpan>, StoreError> {
    let team = rows.team(employee.team_id);
    let site = team.and_then(|team| rows.site(team.site_id));
    let name = site.map_or("UTC", |site| site.time_zone.as_str());
    let zone = SiteZone::parse(name).map_err(|error| StoreError::Backend(error.into()))?;
    let set = team.and_then(|team| rows.rule_set(team.rule_set_id));
    let boundary = set.map_or(Time::midnight(), |set| set.day_boundary);
    let said: Vec<&Availability> =
        rows.availabilities.iter().filter(|said| said.employee_id == employee.id).map(|said| &said.value).collect();
    let mut spans = Vec::new();
    // The day before reaches into the first with its night.
    let first = rows.days.first.saturating_sub(1.day());
    for on in std::iter::once(first).chain(rows.days.iter()) {
        if !employee.is_employed(on) {
            let day = zone.day(on, boundary);
            spans.push(span(AvailabilityKind::Unavailable, on, day, 0, None));
        }
        for said in said.iter().filter(|said| said.holds_on(on)) {
            let interval = interval(&zone, on, boundary, said);
            spans.push(span(said.kind, on, interval, i64::from(said.weight), said.template_id));
        }
    }
    Ok(spans)
}

fn interval(zone: &SiteZone, on: Date, boundary: Time, said: &Availability) -> Interval {
    match said.hours {
        Some((from, until)) => zone.hours(on, from, until),
        None => zone.day(on, boundary),
    }
}

fn span(
    kind: AvailabilityKind,
    on: Date,
    interval: Interval,
    weight: i64,
    template: Option<scheduling_domain::id::ShiftTemplateId>,
) -> AvailabilitySpan {
    AvailabilitySpan { kind, on, starts_at: interval.starts_at, ends_at: interval.ends_at, weight, template }
}
