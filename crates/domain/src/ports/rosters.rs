use async_trait::async_trait;
use jiff::Timestamp;

use crate::assignment::Assignment;
use crate::id::{AssignmentId, EmployeeId, OptimizationId, OrganizationId, ScheduleId, ShiftId, TeamId};
use crate::optimization::Optimization;
use crate::ports::{Repository, StoreError};
use crate::record::Record;
use crate::schedule::{Publication, PublishedContent, Schedule};
use crate::shift::Shift;

/// Published snapshots. There is no update and no delete; stores MUST refuse both by themselves.
#[async_trait]
pub trait PublicationRepository: Send {
    /// MUST answer `Duplicate` when the schedule has a publication of that number.
    async fn insert(&mut self, content: &PublishedContent) -> Result<Publication, StoreError>;

    /// One by its number.
    async fn find(&mut self, schedule: ScheduleId, number: u32) -> Result<Option<Publication>, StoreError>;
}

/// Reads of published snapshots.
#[async_trait]
pub trait PublicationQueries: Send + Sync {
    /// One by its number.
    async fn find(
        &self,
        organization: OrganizationId,
        schedule: ScheduleId,
        number: u32,
    ) -> Result<Option<Publication>, StoreError>;
}

/// Schedules.
#[async_trait]
pub trait ScheduleRepository: Repository<Schedule> {
    /// MUST lock the row until the unit of work ends, and answer it as it stands once the lock is held.
    async fn find_locked(&mut self, id: ScheduleId) -> Result<Option<Record<Schedule>>, StoreError>;

    /// Locks a team until the unit of work ends, so that two of its schedules are not made at once. MUST make a second
    /// unit of work wait; an id that is not there is passed over.
    async fn lock_team(&mut self, team: TeamId) -> Result<(), StoreError>;
}

/// Shifts.
#[async_trait]
pub trait ShiftRepository: Repository<Shift> {
    /// As many single inserts, in one statement. Answers in the order given. [`Repository::update`] of a shift MUST move the
    /// spans of its assignments with it, and answer `Conflict` where that would overlap another assignment.
    async fn insert_many(&mut self, values: &[Shift], now: Timestamp) -> Result<Vec<Record<Shift>>, StoreError>;

    /// Removes rows whatever their version; ids that are not there are passed over. Answers how many. MUST answer
    /// `Reference` while assignments point at one of them.
    async fn delete_many(&mut self, ids: &[ShiftId]) -> Result<u64, StoreError>;

    /// MUST lock the rows until the unit of work ends; ids that are not there are passed over.
    async fn lock(&mut self, ids: &[ShiftId]) -> Result<(), StoreError>;
}

/// Assignments. No store ever holds two overlapping ones of one employee: MUST answer `Conflict` to the second; touching
/// ones (end = start) are fine. MUST answer `Duplicate` for the same employee on the same shift.
#[async_trait]
pub trait AssignmentRepository: Repository<Assignment> {
    /// As many single inserts, in one statement. Answers in the order given.
    async fn insert_many(
        &mut self,
        values: &[Assignment],
        now: Timestamp,
    ) -> Result<Vec<Record<Assignment>>, StoreError>;

    /// Removes rows whatever their version; ids that are not there are passed over. Answers how many.
    async fn delete_many(&mut self, ids: &[AssignmentId]) -> Result<u64, StoreError>;

    /// Locks employees, in order of id, until the unit of work ends: rules that span an employee's rows are judged and
    /// written under it. MUST make a second unit of work wait.
    async fn lock_employees(&mut self, ids: &[EmployeeId]) -> Result<(), StoreError>;
}

/// Runs of the optimiser.
#[async_trait]
pub trait OptimizationRepository: Repository<Optimization> {
    /// Takes the oldest run that is queued, or running with a lease that ended before `now`: state `Running`, generation
    /// one higher, as `workers_lost` where a lease ended, `started_at` set the first time, version raised. MUST give a run to one unit of work only, without waiting for rows
    /// that another one is taking.
    async fn claim_next(
        &mut self,
        now: Timestamp,
        leased_until: Timestamp,
    ) -> Result<Option<Record<Optimization>>, StoreError>;

    /// MUST lock the row until the unit of work ends.
    async fn find_locked(&mut self, id: OptimizationId) -> Result<Option<Record<Optimization>>, StoreError>;
}
