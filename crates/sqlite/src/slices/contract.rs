//! Contracts.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use scheduling_domain::contract::{Contract, ContractFilter, Money};
use scheduling_domain::id::{EmployeeId, RuleSetId};

use crate::columns::{Count, Day, Key};
use crate::stored::{among, stored};

diesel::table! {
    contracts (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        employee_id -> BigInt,
        starts_on -> BigInt,
        ends_on -> Nullable<BigInt>,
        min_weekly_minutes -> Nullable<BigInt>,
        max_weekly_minutes -> Nullable<BigInt>,
        hourly_rate_minor_units -> Nullable<BigInt>,
        hourly_rate_currency -> Nullable<Text>,
        rule_set_id -> Nullable<BigInt>,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contracts, treat_none_as_null = true)]
struct ContractRow {
    employee_id: Key<EmployeeId>,
    starts_on: Day,
    ends_on: Option<Day>,
    min_weekly_minutes: Option<Count<u32>>,
    max_weekly_minutes: Option<Count<u32>>,
    hourly_rate_minor_units: Option<i64>,
    hourly_rate_currency: Option<String>,
    rule_set_id: Option<Key<RuleSetId>>,
}

impl From<&Contract> for ContractRow {
    fn from(value: &Contract) -> Self {
        Self {
            employee_id: Key(value.employee_id),
            starts_on: Day(value.starts_on),
            ends_on: value.ends_on.map(Day),
            min_weekly_minutes: value.min_weekly_minutes.map(Count),
            max_weekly_minutes: value.max_weekly_minutes.map(Count),
            hourly_rate_minor_units: value.hourly_rate.as_ref().map(|rate| rate.minor_units),
            hourly_rate_currency: value.hourly_rate.as_ref().map(|rate| rate.currency.clone()),
            rule_set_id: value.rule_set_id.map(Key),
        }
    }
}

impl From<ContractRow> for Contract {
    fn from(row: ContractRow) -> Self {
        Self {
            employee_id: row.employee_id.0,
            starts_on: row.starts_on.0,
            ends_on: row.ends_on.map(|Day(inner)| inner),
            min_weekly_minutes: row.min_weekly_minutes.map(|Count(inner)| inner),
            max_weekly_minutes: row.max_weekly_minutes.map(|Count(inner)| inner),
            hourly_rate: row
                .hourly_rate_minor_units
                .zip(row.hourly_rate_currency)
                .map(|(minor_units, currency)| Money { minor_units, currency }),
            rule_set_id: row.rule_set_id.map(|Key(inner)| inner),
        }
    }
}

type Matches = contracts::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &ContractFilter) -> Matches {
    if let Some(ids) = &filter.employee_ids {
        matches = matches.filter(among("employee_id", ids));
    }
    matches
}

stored!(Contract, ContractRow in contracts, order: (id), unique: ["period"]);
