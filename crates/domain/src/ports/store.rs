use std::error::Error;

use async_trait::async_trait;
use jiff::Timestamp;
use thiserror::Error;

use crate::assignment::Assignment;
use crate::availability::Availability;
use crate::contract::Contract;
use crate::demand::Demand;
use crate::employee::Employee;
use crate::id::{EmployeeId, OptimizationId, OrganizationId, RefreshTokenId, ScheduleId, ShiftId, TeamId, UserId};
use crate::optimization::Optimization;
use crate::organization::Organization;
use crate::page::{Page, PageRequest};
use crate::ports::IdempotencyRepository;
use crate::position::Position;
use crate::record::{Entity, Record, Version};
use crate::rule_set::RuleSet;
use crate::schedule::{Publication, PublishedContent, Schedule};
use crate::shift::Shift;
use crate::shift_template::ShiftTemplate;
use crate::site::Site;
use crate::skill::{Skill, SkillGrant};
use crate::team::Team;
use crate::user::{Credentials, PasswordHash, RefreshGrant, RefreshToken, User};

/// Why a store did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A value that must be unique is taken. The unit of work stays usable.
    #[error("{0} is taken")]
    Duplicate(&'static str),
    /// The row has another version, or is gone. The unit of work stays usable.
    #[error("the row was changed or removed meanwhile")]
    Stale,
    /// A row that this write points at is not there, or a row it removes is pointed at. Roll back.
    #[error("a reference would dangle ({0})")]
    Reference(String),
    /// Another transaction was in the way (an overlap, a deadlock, a serialization failure). Roll back and try again.
    #[error("another write was in the way")]
    Conflict,
    /// The store cannot be reached or is too busy at this moment.
    #[error("the store is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Anything else; a fault of ours or of the store's.
    #[error("the store failed")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}

/// How busy a store's connections are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections in use.
    pub active: u32,
    /// Connections open.
    pub open: u32,
    /// Most connections that may be open.
    pub max: u32,
}

/// Reads on the pool, for screens.
#[async_trait]
pub trait Queries<T: Entity>: Send + Sync {
    /// MUST answer `None` for an id of another organization.
    async fn find(&self, organization: OrganizationId, id: T::Id) -> Result<Option<Record<T>>, StoreError>;

    /// MUST order as [`Repository::list`] does.
    async fn list(
        &self,
        organization: OrganizationId,
        filter: &T::Filter,
        page: PageRequest,
    ) -> Result<Page<Record<T>>, StoreError>;

    /// Every match, for rosters. MUST order as [`Repository::list`] does.
    async fn list_all(&self, organization: OrganizationId, filter: &T::Filter) -> Result<Vec<Record<T>>, StoreError>;
}

/// Rows of one kind, within a unit of work and so within its organization.
#[async_trait]
pub trait Repository<T: Entity>: Send {
    /// MUST answer `None` for an id of another organization.
    async fn find(&mut self, id: T::Id) -> Result<Option<Record<T>>, StoreError>;

    /// MUST order by id, ascending; shifts by start, then id. MUST count all matches in `total`. `search` MUST match
    /// literally (`%` and `_` are letters like others) and whatever the case of ASCII letters.
    async fn list(&mut self, filter: &T::Filter, page: PageRequest) -> Result<Page<Record<T>>, StoreError>;

    /// Every match. MUST order as `list` does.
    async fn list_all(&mut self, filter: &T::Filter) -> Result<Vec<Record<T>>, StoreError>;

    /// MUST start at [`Version::FIRST`] with both times at `now`. MUST answer `Duplicate` for a taken unique value, and
    /// `Reference` for a reference that dangles or points into another organization.
    async fn insert(&mut self, value: &T, now: Timestamp) -> Result<Record<T>, StoreError>;

    /// MUST answer `Stale` unless the row has version `expected`. MUST raise the version by one and set `updated_at`.
    async fn update(
        &mut self,
        id: T::Id,
        expected: Version,
        value: &T,
        now: Timestamp,
    ) -> Result<Record<T>, StoreError>;

    /// MUST answer `Stale` unless the row has version `expected`, and `Reference` while other rows point at it.
    async fn delete(&mut self, id: T::Id, expected: Version) -> Result<(), StoreError>;
}

/// Reads of accounts that come before the organization is known to be the asker's.
#[async_trait]
pub trait UserQueries: Queries<User> {
    /// An account and its credentials. The read behind every request with a bearer token; one round trip.
    async fn find_credentials(
        &self,
        organization: OrganizationId,
        id: UserId,
    ) -> Result<Option<(Record<User>, Credentials)>, StoreError>;

    /// By user name or e-mail, whatever the case of ASCII letters.
    async fn find_by_identifier(
        &self,
        organization: OrganizationId,
        identifier: &str,
    ) -> Result<Option<(Record<User>, Credentials)>, StoreError>;
}

/// Accounts.
#[async_trait]
pub trait UserRepository: Repository<User> {
    /// Sets or replaces the password.
    async fn set_password(&mut self, id: UserId, hash: &PasswordHash) -> Result<(), StoreError>;

    /// Ends everything issued before. MUST raise the epoch by one.
    async fn raise_token_epoch(&mut self, id: UserId) -> Result<(), StoreError>;

    /// An account's credentials, as this unit of work sees them.
    async fn find_credentials(&mut self, id: UserId) -> Result<Option<Credentials>, StoreError>;

    /// The active administrators, in order of id. MUST lock their rows until the unit of work ends, so that two of them
    /// cannot remove each other.
    async fn lock_active_admins(&mut self) -> Result<Vec<UserId>, StoreError>;
}

/// Refresh tokens.
#[async_trait]
pub trait RefreshTokenRepository: Send {
    /// Adds a link.
    async fn insert(&mut self, grant: &RefreshGrant, now: Timestamp) -> Result<RefreshTokenId, StoreError>;

    /// MUST lock the row until the unit of work ends, so that a token is exchanged once.
    async fn find_by_hash(&mut self, token_hash: &str) -> Result<Option<RefreshToken>, StoreError>;

    /// Marks a link as exchanged.
    async fn mark_used(&mut self, id: RefreshTokenId, now: Timestamp) -> Result<(), StoreError>;

    /// Ends all links of a sign-in.
    async fn revoke_family(&mut self, family: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Removes links that ended before `before`; answers how many.
    async fn delete_expired(&mut self, before: Timestamp) -> Result<u64, StoreError>;
}

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
    async fn delete_many(&mut self, ids: &[crate::id::AssignmentId]) -> Result<u64, StoreError>;

    /// Locks employees, in order of id, until the unit of work ends: rules that span an employee's rows are judged and
    /// written under it. MUST make a second unit of work wait.
    async fn lock_employees(&mut self, ids: &[EmployeeId]) -> Result<(), StoreError>;
}

/// Runs of the optimiser.
#[async_trait]
pub trait OptimizationRepository: Repository<Optimization> {
    /// Takes the oldest run that is queued, or running with a lease that ended before `now`: state `Running`, generation
    /// one higher, `started_at` set the first time, version raised. MUST give a run to one unit of work only, without waiting for rows
    /// that another one is taking.
    async fn claim_next(
        &mut self,
        now: Timestamp,
        leased_until: Timestamp,
    ) -> Result<Option<Record<Optimization>>, StoreError>;

    /// MUST lock the row until the unit of work ends.
    async fn find_locked(&mut self, id: OptimizationId) -> Result<Option<Record<Optimization>>, StoreError>;
}

/// Everything that is kept.
///
/// Reads for screens go through the accessors here, on the pool; writes and what they must read consistently through a
/// [`UnitOfWork`].
#[async_trait]
pub trait Store: Send + Sync {
    /// Opens a unit of work bound to an organization.
    async fn begin(&self, organization: OrganizationId) -> Result<Box<dyn UnitOfWork>, StoreError>;

    /// All organizations, in order of id.
    async fn organizations(&self) -> Result<Vec<Organization>, StoreError>;

    /// By its slug.
    async fn find_organization(&self, slug: &str) -> Result<Option<Organization>, StoreError>;

    /// MUST answer `Duplicate` for a taken slug.
    async fn create_organization(&self, slug: &str, name: &str) -> Result<Organization, StoreError>;

    /// Whether the store answers.
    async fn ping(&self) -> Result<(), StoreError>;

    /// How busy its connections are.
    fn pool_status(&self) -> PoolStatus;

    /// Reads of sites.
    fn sites(&self) -> &dyn Queries<Site>;
    /// Reads of teams.
    fn teams(&self) -> &dyn Queries<Team>;
    /// Reads of positions.
    fn positions(&self) -> &dyn Queries<Position>;
    /// Reads of skills.
    fn skills(&self) -> &dyn Queries<Skill>;
    /// Reads of skill grants.
    fn skill_grants(&self) -> &dyn Queries<SkillGrant>;
    /// Reads of employees.
    fn employees(&self) -> &dyn Queries<Employee>;
    /// Reads of contracts.
    fn contracts(&self) -> &dyn Queries<Contract>;
    /// Reads of availability.
    fn availabilities(&self) -> &dyn Queries<Availability>;
    /// Reads of shift templates.
    fn shift_templates(&self) -> &dyn Queries<ShiftTemplate>;
    /// Reads of demand.
    fn demands(&self) -> &dyn Queries<Demand>;
    /// Reads of rule sets.
    fn rule_sets(&self) -> &dyn Queries<RuleSet>;
    /// Reads of accounts.
    fn users(&self) -> &dyn UserQueries;
    /// Reads of schedules.
    fn schedules(&self) -> &dyn Queries<Schedule>;
    /// Reads of published snapshots.
    fn publications(&self) -> &dyn PublicationQueries;
    /// Reads of shifts.
    fn shifts(&self) -> &dyn Queries<Shift>;
    /// Reads of assignments.
    fn assignments(&self) -> &dyn Queries<Assignment>;
    /// Reads of runs of the optimiser.
    fn optimizations(&self) -> &dyn Queries<Optimization>;
}

/// A transaction, bound to one organization. Only use cases begin and end one.
#[async_trait]
pub trait UnitOfWork: Send {
    /// Makes everything done so far durable and visible at once.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
    /// Undoes everything done so far.
    async fn rollback(self: Box<Self>) -> Result<(), StoreError>;

    /// Sites.
    fn sites(&mut self) -> &mut dyn Repository<Site>;
    /// Teams.
    fn teams(&mut self) -> &mut dyn Repository<Team>;
    /// Positions.
    fn positions(&mut self) -> &mut dyn Repository<Position>;
    /// Skills.
    fn skills(&mut self) -> &mut dyn Repository<Skill>;
    /// Skill grants.
    fn skill_grants(&mut self) -> &mut dyn Repository<SkillGrant>;
    /// Employees.
    fn employees(&mut self) -> &mut dyn Repository<Employee>;
    /// Contracts.
    fn contracts(&mut self) -> &mut dyn Repository<Contract>;
    /// Availability.
    fn availabilities(&mut self) -> &mut dyn Repository<Availability>;
    /// Shift templates.
    fn shift_templates(&mut self) -> &mut dyn Repository<ShiftTemplate>;
    /// Demand.
    fn demands(&mut self) -> &mut dyn Repository<Demand>;
    /// Rule sets.
    fn rule_sets(&mut self) -> &mut dyn Repository<RuleSet>;
    /// Accounts.
    fn users(&mut self) -> &mut dyn UserRepository;
    /// Refresh tokens.
    fn refresh_tokens(&mut self) -> &mut dyn RefreshTokenRepository;
    /// Schedules.
    fn schedules(&mut self) -> &mut dyn ScheduleRepository;
    /// Published snapshots.
    fn publications(&mut self) -> &mut dyn PublicationRepository;
    /// Shifts.
    fn shifts(&mut self) -> &mut dyn ShiftRepository;
    /// Assignments.
    fn assignments(&mut self) -> &mut dyn AssignmentRepository;
    /// Runs of the optimiser.
    fn optimizations(&mut self) -> &mut dyn OptimizationRepository;
    /// Answers to requests that may be repeated.
    fn idempotency(&mut self) -> &mut dyn IdempotencyRepository;
}
