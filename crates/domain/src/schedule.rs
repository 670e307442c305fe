//! A team's roster for a period: a draft, and the numbered snapshots published from it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Faults};
use crate::id::{AssignmentId, EmployeeId, PositionId, PublicationId, ScheduleId, ShiftId, SiteId, TeamId, UserId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;
use crate::roster::Period;

/// A team's roster for a period. Schedules of one team do not overlap in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Whose.
    pub team_id: TeamId,
    /// Which working days.
    pub period: Period,
    /// The number of the newest publication; none while it is only a draft.
    pub published_number: Option<u32>,
    /// For people; may be empty.
    pub note: String,
}

impl Schedule {
    /// The most days a schedule spans.
    pub const MAX_DAYS: i32 = 366;
}

/// What a list of schedules can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleFilter {
    /// Only of these teams.
    pub team_ids: Option<Vec<TeamId>>,
    /// Only those that share a day with this period.
    pub overlapping: Option<Period>,
    /// Only published, or only never published ones.
    pub is_published: Option<bool>,
}

impl Entity for Schedule {
    type Id = ScheduleId;
    type Filter = ScheduleFilter;
    const KIND: &'static str = "schedule";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_order("/ends_on", &self.period.first, &self.period.end);
        faults.require(self.period.days() <= Self::MAX_DAYS, || {
            Fault::new("/ends_on", "period_too_long").with("max", Self::MAX_DAYS)
        });
        faults.check_text("/note", &self.note, 500);
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.schedules()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.schedules()
    }
}

/// A numbered, immutable snapshot of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Its identity.
    pub id: PublicationId,
    /// What was published.
    pub content: PublishedContent,
}

/// What a new publication says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedContent {
    /// Of what.
    pub schedule_id: ScheduleId,
    /// Counts a schedule's publications from 1.
    pub number: u32,
    /// When.
    pub published_at: Timestamp,
    /// By whom.
    pub published_by: UserId,
    /// Who is told: the employees of the team on that day, in order of id.
    pub audience: Vec<EmployeeId>,
    /// Every shift with its crew, ordered by start, then id.
    pub shifts: Vec<PublishedShift>,
}

/// A shift as it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedShift {
    /// The shift.
    pub shift_id: ShiftId,
    /// What people call it.
    pub label: String,
    /// Where.
    pub site_id: SiteId,
    /// As what.
    pub position_id: PositionId,
    /// The working day.
    pub on: Date,
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Who, in order of employee id.
    pub crew: Vec<PublishedAssignment>,
}

/// Someone on a published shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedAssignment {
    /// The assignment.
    pub assignment_id: AssignmentId,
    /// Who.
    pub employee_id: EmployeeId,
    /// Their name on that day.
    pub full_name: String,
}
