//! `/api/employees/{id}/availability/`: when an employee can, cannot, wishes or wishes not to work.

use jiff::civil::Date;
use scheduling_domain::availability::{Availability, AvailabilityFilter, AvailabilityKind};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{EmployeeId, ShiftTemplateId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{Choice, DaysOfWeek, Field, List, Patch, Ref, Text, WallTime};

/// A new statement about an employee's time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["valid_from", "valid_until"] }))]
pub(crate) struct CreateAvailabilityBody {
    /// What is said; `preferred` and `unpreferred` are wishes.
    kind: Choice<AvailabilityKind>,
    /// On which days of the week.
    #[serde(default)]
    weekdays: DaysOfWeek,
    /// From what time of day, by the wall clock of the employee's site; absent, like `ends`, for the whole day.
    #[serde(default)]
    starts: Option<WallTime>,
    /// Until what time of day; at or before `starts` means on the next day.
    #[serde(default)]
    ends: Option<WallTime>,
    /// First day.
    #[schemars(example = &"2026-01-01")]
    valid_from: Date,
    /// Last day; absent for ever.
    #[serde(default)]
    valid_until: Option<Date>,
    /// Days on which it does not hold.
    #[serde(default)]
    except_on: List<Date, 366>,
    /// For wishes, what it costs when they are not met, from 1.
    #[serde(default)]
    #[schemars(range(max = 1_000_000))]
    weight: Option<u32>,
    /// For wishes: only shifts of this template.
    #[serde(default)]
    template_id: Option<Ref<ShiftTemplateId>>,
    /// Why.
    #[serde(default)]
    note: Text<0, 500>,
}

/// Changes to a statement; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["valid_from", "valid_until"] }))]
pub(crate) struct UpdateAvailabilityBody {
    /// What is said; `preferred` and `unpreferred` are wishes.
    kind: Patch<Choice<AvailabilityKind>>,
    /// On which days of the week.
    weekdays: Patch<DaysOfWeek>,
    /// From what time of day; `null`, like `ends`, for the whole day.
    starts: Patch<Option<WallTime>>,
    /// Until what time of day.
    ends: Patch<Option<WallTime>>,
    /// First day.
    valid_from: Patch<Date>,
    /// Last day; `null` for ever.
    valid_until: Patch<Option<Date>>,
    /// Days on which it does not hold; replaces the list.
    except_on: Patch<List<Date, 366>>,
    /// For wishes, what it costs when they are not met, from 1.
    #[schemars(range(max = 1_000_000))]
    weight: Patch<u32>,
    /// For wishes: only shifts of this template; `null` for any.
    template_id: Patch<Option<Ref<ShiftTemplateId>>>,
    /// Why.
    note: Patch<Text<0, 500>>,
}

/// Which of the employee's statements are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AvailabilityQuery {
    /// Only those that may hold on or after this day.
    valid_after: Option<Date>,
}

/// A recurring statement about an employee's time, with dated exceptions.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Availability")]
pub(crate) struct AvailabilityView {
    employee_id: Ref<EmployeeId>,
    /// What is said.
    kind: Choice<AvailabilityKind>,
    /// On which days of the week.
    weekdays: DaysOfWeek,
    /// From what time of day; none for the whole day.
    starts: Option<WallTime>,
    /// Until what time of day; at or before `starts` means on the next day.
    ends: Option<WallTime>,
    /// First day.
    valid_from: Date,
    /// Last day; none for ever.
    valid_until: Option<Date>,
    /// Days on which it does not hold.
    except_on: Vec<Date>,
    /// For wishes, what it costs when they are not met; 0 for the others.
    weight: u32,
    /// For wishes: only shifts of this template.
    template_id: Option<Ref<ShiftTemplateId>>,
    /// Why; may be empty.
    note: String,
}

impl From<Availability> for AvailabilityView {
    fn from(availability: Availability) -> Self {
        let (starts, ends) = availability.hours.unzip();
        Self {
            employee_id: Ref(availability.employee_id),
            kind: Choice(availability.kind),
            weekdays: DaysOfWeek(availability.weekdays),
            starts: starts.map(WallTime),
            ends: ends.map(WallTime),
            valid_from: availability.valid_from,
            valid_until: availability.valid_until,
            except_on: availability.except_on,
            weight: availability.weight,
            template_id: availability.template_id.map(Ref),
            note: availability.note,
        }
    }
}

/// The ends of a stretch of the day come together.
fn both_or_neither<T: Copy + PartialEq>(starts: T, ends: T) -> Result<(), Faults> {
    if starts == ends { Ok(()) } else { Err(Fault::new("/ends", "both_or_neither").with("other", "starts").into()) }
}

/// What a wish costs that does not say so itself.
const USUAL_WEIGHT: u32 = 1;

impl Catalogue for Availability {
    type Owner = EmployeeId;
    type Create = CreateAvailabilityBody;
    type Update = UpdateAvailabilityBody;
    type Query = AvailabilityQuery;
    type View = AvailabilityView;

    const COLLECTION: &'static str = "/api/employees/{id}/availability/";
    const ITEM: &'static str = "/api/employees/{id}/availability/{availability_id}";
    const NAMES: Names = Names {
        tag: "employees",
        one: "a statement of availability",
        many: "an employee's availability",
        one_id: "EmployeeAvailability",
        many_id: "EmployeeAvailabilities",
    };

    fn create(employee: EmployeeId, body: CreateAvailabilityBody) -> Result<Self, Faults> {
        both_or_neither(body.starts.is_some(), body.ends.is_some())?;
        let kind = body.kind.plain();
        let usual = match kind {
            AvailabilityKind::Preferred | AvailabilityKind::Unpreferred => USUAL_WEIGHT,
            AvailabilityKind::Available | AvailabilityKind::Unavailable => 0,
        };
        Ok(Self {
            employee_id: employee,
            kind,
            weekdays: body.weekdays.plain(),
            hours: body.starts.plain().zip(body.ends.plain()),
            valid_from: body.valid_from,
            valid_until: body.valid_until,
            except_on: body.except_on.plain(),
            weight: body.weight.unwrap_or(usual),
            template_id: body.template_id.plain(),
            note: body.note.plain(),
        })
    }

    fn update(&mut self, body: &UpdateAvailabilityBody) {
        if let (Patch::Set(starts), Patch::Set(ends)) = (&body.starts, &body.ends) {
            self.hours = starts.plain().zip(ends.plain());
        }
        body.kind.apply(&mut self.kind);
        body.weekdays.apply(&mut self.weekdays);
        body.valid_from.apply(&mut self.valid_from);
        body.valid_until.apply(&mut self.valid_until);
        body.except_on.apply(&mut self.except_on);
        body.weight.apply(&mut self.weight);
        body.template_id.apply(&mut self.template_id);
        body.note.apply(&mut self.note);
    }

    fn check_update(body: &UpdateAvailabilityBody) -> Result<(), Faults> {
        let given = |field: &Patch<Option<WallTime>>| match field {
            Patch::Set(Some(_)) => Some(true),
            Patch::Set(None) => Some(false),
            Patch::Keep => None,
        };
        both_or_neither(given(&body.starts), given(&body.ends))
    }

    fn filter(employee: EmployeeId, query: AvailabilityQuery) -> AvailabilityFilter {
        AvailabilityFilter { employee_ids: Some(vec![employee]), valid_after: query.valid_after }
    }

    fn belongs_to(&self, employee: EmployeeId) -> bool {
        self.employee_id == employee
    }
}
