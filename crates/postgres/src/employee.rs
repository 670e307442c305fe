//! People who can be rostered.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use scheduling_domain::employee::{Circle, Employee, EmployeeFilter};
use scheduling_domain::id::TypedId;
use scheduling_domain::personal::Personal;

use crate::columns::{self, Corrupt};
use crate::schema::{contains_text, employees};
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = employees, treat_none_as_null = true, treat_none_as_default_value = false)]
struct EmployeeRow {
    number: String,
    full_name: String,
    email: Option<String>,
    phone: Option<String>,
    team_id: i64,
    user_id: Option<i64>,
    hired_on: jiff_diesel::Date,
    left_on: Option<jiff_diesel::Date>,
}

impl From<&Employee> for EmployeeRow {
    fn from(employee: &Employee) -> Self {
        let reveal = |text: &Personal| text.reveal().to_owned();
        Self {
            number: employee.number.clone(),
            full_name: employee.full_name.clone(),
            email: employee.email.as_ref().map(reveal),
            phone: employee.phone.as_ref().map(reveal),
            team_id: employee.team_id.get(),
            user_id: employee.user_id.map(TypedId::get),
            hired_on: employee.hired_on.to_diesel(),
            left_on: employee.left_on.map(ToDiesel::to_diesel),
        }
    }
}

impl TryFrom<EmployeeRow> for Employee {
    type Error = Corrupt;
    fn try_from(row: EmployeeRow) -> Result<Self, Corrupt> {
        Ok(Self {
            number: row.number,
            full_name: row.full_name,
            email: row.email.map(Personal::new),
            phone: row.phone.map(Personal::new),
            team_id: columns::id(row.team_id)?,
            user_id: row.user_id.map(columns::id).transpose()?,
            hired_on: row.hired_on.to_jiff(),
            left_on: row.left_on.map(jiff_diesel::Date::to_jiff),
        })
    }
}

fn narrow<'a, ST>(
    mut query: employees::BoxedQuery<'a, Pg, ST>,
    filter: &EmployeeFilter,
) -> employees::BoxedQuery<'a, Pg, ST> {
    if let Some(text) = filter.search.clone() {
        query =
            query.filter(contains_text(employees::number, text.clone()).or(contains_text(employees::full_name, text)));
    }
    if let Some(teams) = &filter.team_ids {
        query = query.filter(employees::team_id.eq_any(columns::raw(teams)));
    }
    if let Some(user) = filter.user_id {
        query = query.filter(employees::user_id.eq(user.get()));
    }
    if let Some(Circle { team_ids, user_id }) = &filter.within {
        let is_own = employees::user_id.eq(user_id.get()).assume_not_null();
        query = query.filter(employees::team_id.eq_any(columns::raw(team_ids)).or(is_own));
    }
    if let Some(day) = filter.employed_on {
        query = query
            .filter(employees::hired_on.le(day.to_diesel()))
            .filter(employees::left_on.is_null().or(employees::left_on.ge(day.to_diesel())));
    }
    query
}

fn rivals(employee: &Employee) -> Vec<(&'static str, employees::BoxedQuery<'static, Pg>)> {
    let mut rivals =
        vec![("number", employees::table.filter(employees::number.eq(employee.number.clone())).into_boxed())];
    if let Some(user) = employee.user_id {
        rivals.push(("user_id", employees::table.filter(employees::user_id.eq(user.get())).into_boxed()));
    }
    rivals
}

stored!(Employee, table: employees, row: EmployeeRow, order: employees::id, conflicts: on_conflict_do_nothing());
