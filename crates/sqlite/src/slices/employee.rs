//! Employees.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::employee::{Circle, Employee, EmployeeFilter};
use scheduling_domain::id::{TeamId, TypedId, UserId};
use scheduling_domain::personal::Personal;

use crate::columns::{Day, Key};
use crate::stored::{among, instr, lower, stored};

diesel::table! {
    employees (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        number -> Text,
        full_name -> Text,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        team_id -> BigInt,
        user_id -> Nullable<BigInt>,
        hired_on -> BigInt,
        left_on -> Nullable<BigInt>,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = employees, treat_none_as_null = true)]
struct EmployeeRow {
    number: String,
    full_name: String,
    email: Option<String>,
    phone: Option<String>,
    team_id: Key<TeamId>,
    user_id: Option<Key<UserId>>,
    hired_on: Day,
    left_on: Option<Day>,
}

impl From<&Employee> for EmployeeRow {
    fn from(value: &Employee) -> Self {
        Self {
            number: value.number.clone(),
            full_name: value.full_name.clone(),
            email: value.email.as_ref().map(|text| text.reveal().to_owned()),
            phone: value.phone.as_ref().map(|text| text.reveal().to_owned()),
            team_id: Key(value.team_id),
            user_id: value.user_id.map(Key),
            hired_on: Day(value.hired_on),
            left_on: value.left_on.map(Day),
        }
    }
}

impl From<EmployeeRow> for Employee {
    fn from(row: EmployeeRow) -> Self {
        Self {
            number: row.number,
            full_name: row.full_name,
            email: row.email.map(Personal::new),
            phone: row.phone.map(Personal::new),
            team_id: row.team_id.0,
            user_id: row.user_id.map(|Key(inner)| inner),
            hired_on: row.hired_on.0,
            left_on: row.left_on.map(|Day(inner)| inner),
        }
    }
}

type Matches = employees::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &EmployeeFilter) -> Matches {
    if let Some(search) = &filter.search {
        matches = matches.filter(
            instr(lower(employees::number), lower(search.clone())).gt(0).or(instr(
                lower(employees::full_name),
                lower(search.clone()),
            )
            .gt(0)),
        );
    }
    if let Some(ids) = &filter.team_ids {
        matches = matches.filter(among("team_id", ids));
    }
    if let Some(id) = filter.user_id {
        matches = matches.filter(employees::user_id.eq(id.get()));
    }
    if let Some(Circle { team_ids, user_id }) = &filter.within {
        let is_own = employees::user_id.eq(Some(user_id.get())).assume_not_null();
        matches = matches.filter(among("team_id", team_ids).or(is_own));
    }
    if let Some(on) = filter.employed_on {
        let still_here = employees::left_on.is_null().or(employees::left_on.ge(Some(Day(on))));
        matches = matches.filter(employees::hired_on.le(Day(on)));
        matches = matches.filter(still_here.assume_not_null());
    }
    matches
}

stored!(Employee, EmployeeRow in employees, order: (id), unique: ["number", "user_id"]);
