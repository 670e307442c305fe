//! When people can, cannot, wish or wish not to work.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use scheduling_domain::availability::{Availability, AvailabilityFilter, AvailabilityKind};
use scheduling_domain::id::TypedId;

use crate::columns::{self, Corrupt};
use crate::schema::availabilities;
use crate::stored::stored;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = availabilities, treat_none_as_null = true, treat_none_as_default_value = false)]
struct AvailabilityRow {
    employee_id: i64,
    kind: String,
    weekdays: i16,
    hours_start: Option<jiff_diesel::Time>,
    hours_end: Option<jiff_diesel::Time>,
    valid_from: jiff_diesel::Date,
    valid_until: Option<jiff_diesel::Date>,
    except_on: Vec<jiff_diesel::Date>,
    weight: i64,
    template_id: Option<i64>,
    note: String,
}

const KINDS: [(&str, AvailabilityKind); 4] = [
    ("available", AvailabilityKind::Available),
    ("unavailable", AvailabilityKind::Unavailable),
    ("preferred", AvailabilityKind::Preferred),
    ("unpreferred", AvailabilityKind::Unpreferred),
];

fn kind_name(kind: AvailabilityKind) -> &'static str {
    match kind {
        AvailabilityKind::Available => "available",
        AvailabilityKind::Unavailable => "unavailable",
        AvailabilityKind::Preferred => "preferred",
        AvailabilityKind::Unpreferred => "unpreferred",
    }
}

impl From<&Availability> for AvailabilityRow {
    fn from(availability: &Availability) -> Self {
        Self {
            employee_id: availability.employee_id.get(),
            kind: kind_name(availability.kind).to_owned(),
            weekdays: availability.weekdays.bits().into(),
            hours_start: availability.hours.map(|(start, _)| start.to_diesel()),
            hours_end: availability.hours.map(|(_, end)| end.to_diesel()),
            valid_from: availability.valid_from.to_diesel(),
            valid_until: availability.valid_until.map(ToDiesel::to_diesel),
            except_on: columns::dates(&availability.except_on),
            weight: availability.weight.into(),
            template_id: availability.template_id.map(TypedId::get),
            note: availability.note.clone(),
        }
    }
}

impl TryFrom<AvailabilityRow> for Availability {
    type Error = Corrupt;
    fn try_from(row: AvailabilityRow) -> Result<Self, Corrupt> {
        let kind = KINDS.into_iter().find_map(|(name, kind)| (name == row.kind).then_some(kind));
        Ok(Self {
            employee_id: columns::id(row.employee_id)?,
            kind: kind.ok_or(Corrupt("kind of availability"))?,
            weekdays: columns::weekdays(row.weekdays)?,
            hours: row.hours_start.zip(row.hours_end).map(|(start, end)| (start.to_jiff(), end.to_jiff())),
            valid_from: row.valid_from.to_jiff(),
            valid_until: row.valid_until.map(jiff_diesel::Date::to_jiff),
            except_on: columns::civil(row.except_on),
            weight: columns::number(row.weight)?,
            template_id: row.template_id.map(columns::id).transpose()?,
            note: row.note,
        })
    }
}

fn narrow<'a, ST>(
    mut query: availabilities::BoxedQuery<'a, Pg, ST>,
    filter: &AvailabilityFilter,
) -> availabilities::BoxedQuery<'a, Pg, ST> {
    if let Some(employees) = &filter.employee_ids {
        query = query.filter(availabilities::employee_id.eq_any(columns::raw(employees)));
    }
    if let Some(day) = filter.valid_after {
        query = query.filter(availabilities::valid_until.is_null().or(availabilities::valid_until.ge(day.to_diesel())));
    }
    query
}

/// Nothing of it is unique: people may say a thing twice.
fn rivals(_: &Availability) -> Vec<(&'static str, availabilities::BoxedQuery<'static, Pg>)> {
    Vec::new()
}

stored!(
    Availability, table: availabilities, row: AvailabilityRow, order: availabilities::id,
    conflicts: on_conflict_do_nothing()
);
