//! What employees say of their time.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use jiff::civil::Date;
use scheduling_domain::availability::{Availability, AvailabilityFilter, AvailabilityKind};
use scheduling_domain::id::{EmployeeId, ShiftTemplateId};

use crate::columns::{Count, Day, Json, Key, Name, WallTime, WeekdayMask};
use crate::stored::{among, stored};

diesel::table! {
    availabilities (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        employee_id -> BigInt,
        kind -> Text,
        weekdays -> BigInt,
        hours_start -> Nullable<BigInt>,
        hours_end -> Nullable<BigInt>,
        valid_from -> BigInt,
        valid_until -> Nullable<BigInt>,
        except_on -> Text,
        weight -> BigInt,
        template_id -> Nullable<BigInt>,
        note -> Text,
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = availabilities, treat_none_as_null = true)]
struct AvailabilityRow {
    employee_id: Key<EmployeeId>,
    kind: Name<AvailabilityKind>,
    weekdays: WeekdayMask,
    hours_start: Option<WallTime>,
    hours_end: Option<WallTime>,
    valid_from: Day,
    valid_until: Option<Day>,
    except_on: Json<Vec<Date>>,
    weight: Count<u32>,
    template_id: Option<Key<ShiftTemplateId>>,
    note: String,
}

impl From<&Availability> for AvailabilityRow {
    fn from(value: &Availability) -> Self {
        Self {
            employee_id: Key(value.employee_id),
            kind: Name(value.kind),
            weekdays: WeekdayMask(value.weekdays),
            hours_start: value.hours.map(|(start, _)| WallTime(start)),
            hours_end: value.hours.map(|(_, end)| WallTime(end)),
            valid_from: Day(value.valid_from),
            valid_until: value.valid_until.map(Day),
            except_on: Json(value.except_on.clone()),
            weight: Count(value.weight),
            template_id: value.template_id.map(Key),
            note: value.note.clone(),
        }
    }
}

impl From<AvailabilityRow> for Availability {
    fn from(row: AvailabilityRow) -> Self {
        Self {
            employee_id: row.employee_id.0,
            kind: row.kind.0,
            weekdays: row.weekdays.0,
            hours: row.hours_start.zip(row.hours_end).map(|(WallTime(start), WallTime(end))| (start, end)),
            valid_from: row.valid_from.0,
            valid_until: row.valid_until.map(|Day(inner)| inner),
            except_on: row.except_on.0,
            weight: row.weight.0,
            template_id: row.template_id.map(|Key(inner)| inner),
            note: row.note,
        }
    }
}

type Matches = availabilities::BoxedQuery<'static, Sqlite>;

fn narrow(mut matches: Matches, _organization: i64, filter: &AvailabilityFilter) -> Matches {
    if let Some(ids) = &filter.employee_ids {
        matches = matches.filter(among("employee_id", ids));
    }
    if let Some(day) = filter.valid_after {
        let may_hold = availabilities::valid_until.is_null().or(availabilities::valid_until.ge(Some(Day(day))));
        matches = matches.filter(may_hold.assume_not_null());
    }
    matches
}

stored!(Availability, AvailabilityRow in availabilities, order: (id), unique: []);
