use std::collections::BTreeSet;
use std::error::Error;

use async_trait::async_trait;
use thiserror::Error;

use crate::assignment::Assignment;
use crate::availability::Availability;
use crate::contract::Contract;
use crate::demand::Demand;
use crate::employee::Employee;
use crate::id::OrganizationId;
use crate::optimization::Optimization;
use crate::organization::Organization;
use crate::ports::{
    ApiKeyQueries, ApiKeyRepository, AssignmentRepository, AuditQueries, AuditRepository, IdempotencyRepository,
    LoadQueries, OptimizationRepository, OutboxQueries, OutboxRepository, PasswordTokenRepository,
    PendingMailRepository, PoolStatus, PublicationQueries, PublicationRepository, Queries, RefreshTokenRepository,
    Repository, ScheduleRepository, SecondFactorRepository, SessionQueries, SessionRepository, ShiftRepository,
    UserQueries, UserRepository,
};
use crate::position::Position;
use crate::rule_set::RuleSet;
use crate::schedule::Schedule;
use crate::shift::Shift;
use crate::shift_template::ShiftTemplate;
use crate::site::Site;
use crate::skill::{Skill, SkillGrant};
use crate::team::Team;

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

/// Everything that is kept.
///
/// Reads for screens go through the accessors here, on the pool; writes and what they must read consistently through a
/// [`UnitOfWork`].
#[async_trait]
pub trait Store: Send + Sync {
    /// Opens a unit of work bound to an organization.
    async fn begin(&self, organization: OrganizationId) -> Result<Box<dyn UnitOfWork>, StoreError>;

    /// What this store is called among all that share a cache. MUST be the same for every process that opens it, and
    /// another one for every other store.
    async fn installation(&self) -> Result<String, StoreError>;

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
    /// Reads of sessions.
    fn sessions(&self) -> &dyn SessionQueries;
    /// Reads of integrations' keys.
    fn api_keys(&self) -> &dyn ApiKeyQueries;
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
    /// Reads of events that wait to be told.
    fn outbox(&self) -> &dyn OutboxQueries;
    /// Reads of what was done.
    fn audit(&self) -> &dyn AuditQueries;
    /// Reads of what operators watch.
    fn load(&self) -> &dyn LoadQueries;
}

/// A transaction, bound to one organization. Only use cases begin and end one.
#[async_trait]
pub trait UnitOfWork: Send {
    /// Makes everything done so far durable and visible at once.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
    /// Undoes everything done so far.
    async fn rollback(self: Box<Self>) -> Result<(), StoreError>;

    /// What was written so far, by kind ([`Entity::KIND`](crate::record::Entity::KIND)). MUST name the kind of every row
    /// that was inserted, updated or deleted, also those of assignments that a shift took along; MUST NOT name kinds that were only read.
    fn written(&self) -> &BTreeSet<&'static str>;

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
    /// Sessions.
    fn sessions(&mut self) -> &mut dyn SessionRepository;
    /// Refresh tokens.
    fn refresh_tokens(&mut self) -> &mut dyn RefreshTokenRepository;
    /// Integrations' keys.
    fn api_keys(&mut self) -> &mut dyn ApiKeyRepository;
    /// Schedules.
    fn schedules(&mut self) -> &mut dyn ScheduleRepository;
    /// Second factors.
    fn second_factors(&mut self) -> &mut dyn SecondFactorRepository;
    /// Tokens with which people choose a password.
    fn password_tokens(&mut self) -> &mut dyn PasswordTokenRepository;
    /// Mails that wait to be sent.
    fn pending_mails(&mut self) -> &mut dyn PendingMailRepository;
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
    /// Events to be told once this unit of work is committed.
    fn outbox(&mut self) -> &mut dyn OutboxRepository;
    /// What is done in this unit of work.
    fn audit(&mut self) -> &mut dyn AuditRepository;
}
