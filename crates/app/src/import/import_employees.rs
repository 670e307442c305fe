use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use scheduling_domain::employee::{Employee, EmployeeFilter};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::TeamId;
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::team::TeamFilter;

use super::{Column, ImportError, ImportReport, Row, RowOutcome, settle};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::permissions::{Access, Operation, Relation, access};

/// The columns of a file of employees. Teams are given by name, days as `2026-03-31`.
pub const EMPLOYEE_COLUMNS: &[Column] = &[
    Column { name: "number", required: true },
    Column { name: "full_name", required: true },
    Column { name: "team", required: true },
    Column { name: "hired_on", required: true },
    Column { name: "left_on", required: false },
    Column { name: "email", required: false },
    Column { name: "phone", required: false },
];

/// Creates the employees whose numbers are new and changes the others. A blank cell clears what was there.
pub async fn import_employees(
    app: &App,
    actor: &Actor,
    rows: &[Row],
    dry_run: bool,
) -> Result<ImportReport, ImportError> {
    if access(actor, Operation::WritePerson, Relation::Other) != Access::Allowed {
        return Err(ImportError::Forbidden);
    }
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = import_in(app, uow.as_mut(), rows).await;
    settle(uow, outcome, Entry::new(app, actor, Employee::KIND, "import"), dry_run).await
}

async fn import_in(app: &App, uow: &mut dyn UnitOfWork, rows: &[Row]) -> Result<ImportReport, ImportError> {
    let teams = uow.teams().list_all(&TeamFilter::default()).await?;
    let teams: HashMap<String, TeamId> = teams.into_iter().map(|team| (team.value.name, team.id)).collect();
    let known = uow.employees().list_all(&EmployeeFilter::default()).await?;
    let known: HashMap<String, Record<Employee>> =
        known.into_iter().map(|employee| (employee.number.clone(), employee)).collect();
    let mut seen = HashSet::new();
    let mut report = ImportReport::default();
    for row in rows {
        let outcome = match parse(row, &teams, &known, &mut seen) {
            Ok(employee) => write(app, uow, &employee, known.get(&employee.number)).await?,
            Err(faults) => RowOutcome::Refused(faults),
        };
        report.rows.push((row.line, outcome));
    }
    Ok(report)
}

async fn write(
    app: &App,
    uow: &mut dyn UnitOfWork,
    employee: &Employee,
    before: Option<&Record<Employee>>,
) -> Result<RowOutcome, ImportError> {
    let (written, outcome) = match before {
        Some(before) if before.value == *employee => return Ok(RowOutcome::Unchanged),
        Some(before) => {
            (uow.employees().update(before.id, before.version, employee, app.now()).await, RowOutcome::Changed)
        }
        None => (uow.employees().insert(employee, app.now()).await, RowOutcome::Created),
    };
    match written {
        Ok(_) => Ok(outcome),
        Err(StoreError::Duplicate(field)) => Ok(RowOutcome::Refused(Fault::new(format!("/{field}"), "taken").into())),
        Err(error) => Err(error.into()),
    }
}

fn parse(
    row: &Row,
    teams: &HashMap<String, TeamId>,
    known: &HashMap<String, Record<Employee>>,
    seen: &mut HashSet<String>,
) -> Result<Employee, Faults> {
    let mut faults = Faults::new();
    let number = row.required("number", &mut faults);
    if let Some(number) = number {
        faults.require(seen.insert(number.to_owned()), || Fault::new("/number", "repeated"));
    }
    let full_name = row.required("full_name", &mut faults);
    let team_id = row.required("team", &mut faults).and_then(|name| {
        let team = teams.get(name).copied();
        faults
            .require(team.is_some(), || Fault::new("/team", "unknown_reference").with("kind", "team").with("id", name));
        team
    });
    let hired_on = row.required_as::<Date>("hired_on", "date", &mut faults);
    let left_on = row.parsed::<Date>("left_on", "date", &mut faults);
    let (Some(number), Some(full_name), Some(team_id), Some(hired_on)) = (number, full_name, team_id, hired_on) else {
        return Err(faults);
    };
    let employee = Employee {
        number: number.to_owned(),
        full_name: full_name.to_owned(),
        email: row.text("email").map(Personal::new),
        phone: row.text("phone").map(Personal::new),
        team_id,
        // Accounts are no part of the file, and stay as they are.
        user_id: known.get(number).and_then(|employee| employee.user_id),
        hired_on,
        left_on,
    };
    faults.take(employee.validate());
    faults.into_result(employee)
}
