//! Work to be staffed.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::demand::check_heads;
use crate::fault::{Fault, Faults};
use crate::id::{PositionId, ScheduleId, ShiftId, ShiftTemplateId, SiteId, SkillId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;
use crate::roster::{Heads, Period};

/// Work to be staffed, `[starts_at, ends_at)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// The roster it belongs to.
    pub schedule_id: ScheduleId,
    /// What people call it, such as its template's code.
    pub label: String,
    /// The template it was made from.
    pub template_id: Option<ShiftTemplateId>,
    /// Where.
    pub site_id: SiteId,
    /// As what.
    pub position_id: PositionId,
    /// The working day it belongs to; within the schedule's period.
    pub on: Date,
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Unpaid break within it.
    pub break_minutes: u32,
    /// Skills everyone on it needs.
    pub skill_ids: Vec<SkillId>,
    /// Tags that rules select by.
    pub tags: Vec<String>,
    /// How many people.
    pub heads: Heads,
}

impl Shift {
    /// The longest a shift lasts.
    pub const MAX_MINUTES: i64 = 24 * 60;

    /// Minutes from start to end.
    pub fn span_minutes(&self) -> i64 {
        self.ends_at.duration_since(self.starts_at).as_mins()
    }

    /// Minutes that count as work.
    pub fn work_minutes(&self) -> i64 {
        self.span_minutes() - i64::from(self.break_minutes)
    }
}

/// What a list of shifts can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShiftFilter {
    /// Only of these schedules.
    pub schedule_ids: Option<Vec<ScheduleId>>,
    /// Only these.
    pub ids: Option<Vec<ShiftId>>,
    /// Only on these working days.
    pub within: Option<Period>,
    /// Only at this site.
    pub site_id: Option<SiteId>,
    /// Only for this position.
    pub position_id: Option<PositionId>,
    /// Only made from this template.
    pub template_id: Option<ShiftTemplateId>,
}

impl Entity for Shift {
    type Id = ShiftId;
    type Filter = ShiftFilter;
    const KIND: &'static str = "shift";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/label", &self.label, 40);
        faults.check_order("/ends_at", &self.starts_at, &self.ends_at);
        if self.starts_at < self.ends_at {
            faults.require(self.span_minutes() <= Self::MAX_MINUTES, || {
                Fault::new("/ends_at", "shift_too_long").with("max", Self::MAX_MINUTES)
            });
            faults.require(self.work_minutes() > 0, || {
                Fault::new("/break_minutes", "break_not_shorter_than_shift").with("minutes", self.span_minutes())
            });
        }
        for (index, tag) in self.tags.iter().enumerate() {
            faults.check_name(&format!("/tags/{index}"), tag, 40);
        }
        check_heads(&mut faults, "/heads", &self.heads);
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.shifts()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.shifts()
    }
}
