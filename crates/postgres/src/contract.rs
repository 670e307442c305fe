//! Dated terms of employment.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use scheduling_domain::contract::{Contract, ContractFilter, Money};
use scheduling_domain::id::TypedId;

use crate::columns::{self, Corrupt};
use crate::schema::contracts;
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contracts, treat_none_as_null = true, treat_none_as_default_value = false)]
struct ContractRow {
    employee_id: i64,
    starts_on: jiff_diesel::Date,
    ends_on: Option<jiff_diesel::Date>,
    min_weekly_minutes: Option<i64>,
    max_weekly_minutes: Option<i64>,
    hourly_rate_minor_units: Option<i64>,
    hourly_rate_currency: Option<String>,
    rule_set_id: Option<i64>,
}

impl From<&Contract> for ContractRow {
    fn from(contract: &Contract) -> Self {
        let rate = contract.hourly_rate.as_ref();
        Self {
            employee_id: contract.employee_id.get(),
            starts_on: contract.starts_on.to_diesel(),
            ends_on: contract.ends_on.map(ToDiesel::to_diesel),
            min_weekly_minutes: contract.min_weekly_minutes.map(i64::from),
            max_weekly_minutes: contract.max_weekly_minutes.map(i64::from),
            hourly_rate_minor_units: rate.map(|rate| rate.minor_units),
            hourly_rate_currency: rate.map(|rate| rate.currency.clone()),
            rule_set_id: contract.rule_set_id.map(TypedId::get),
        }
    }
}

impl TryFrom<ContractRow> for Contract {
    type Error = Corrupt;
    fn try_from(row: ContractRow) -> Result<Self, Corrupt> {
        Ok(Self {
            employee_id: columns::id(row.employee_id)?,
            starts_on: row.starts_on.to_jiff(),
            ends_on: row.ends_on.map(jiff_diesel::Date::to_jiff),
            min_weekly_minutes: row.min_weekly_minutes.map(columns::number).transpose()?,
            max_weekly_minutes: row.max_weekly_minutes.map(columns::number).transpose()?,
            hourly_rate: row
                .hourly_rate_minor_units
                .zip(row.hourly_rate_currency)
                .map(|(minor_units, currency)| Money { minor_units, currency }),
            rule_set_id: row.rule_set_id.map(columns::id).transpose()?,
        })
    }
}

fn narrow<'a, ST>(
    mut query: contracts::BoxedQuery<'a, Pg, ST>,
    filter: &ContractFilter,
) -> contracts::BoxedQuery<'a, Pg, ST> {
    if let Some(employees) = &filter.employee_ids {
        query = query.filter(contracts::employee_id.eq_any(columns::raw(employees)));
    }
    query
}

/// Contracts of the same employee that share a day with this one.
fn rivals(contract: &Contract) -> Vec<(&'static str, contracts::BoxedQuery<'static, Pg>)> {
    let mut overlapping = contracts::table
        .filter(contracts::employee_id.eq(contract.employee_id.get()))
        .filter(contracts::ends_on.is_null().or(contracts::ends_on.ge(contract.starts_on.to_diesel())))
        .into_boxed();
    if let Some(end) = contract.ends_on {
        overlapping = overlapping.filter(contracts::starts_on.le(end.to_diesel()));
    }
    vec![("period", overlapping)]
}

stored!(Contract, table: contracts, row: ContractRow, order: contracts::id, conflicts: on_conflict_do_nothing());
