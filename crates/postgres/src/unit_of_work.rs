use std::collections::BTreeSet;

use async_trait::async_trait;
use bb8::PooledConnection;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use scheduling_domain::assignment::Assignment;
use scheduling_domain::audit::AuditEvent;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::{
    ApiKeyRepository, AssignmentRepository, AuditRepository, IdempotencyRepository, OptimizationRepository,
    OutboxRepository, PasswordTokenRepository, PendingMailRepository, PublicationRepository, RefreshTokenRepository,
    Repository, ScheduleRepository, SecondFactorRepository, SessionRepository, ShiftRepository, StoreError, UnitOfWork,
    UserRepository,
};
use scheduling_domain::position::Position;
use scheduling_domain::record::Entity;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use tracing::Span;

use crate::audit;
use crate::connection::Connector;
use crate::error::{StoreResult, failure};

/// A transaction on a connection of its own.
///
/// Dropped without an end, it costs its connection, which the pool throws away: the server then rolls back.
pub(crate) struct PgUnitOfWork {
    connection: PooledConnection<'static, Connector>,
    organization: OrganizationId,
    /// A statement failed, so the server refuses everything but a rollback.
    failed: bool,
    written: BTreeSet<&'static str>,
    /// Open for as long as this is.
    _span: Span,
    /// What was done, to be chained at the commit.
    pub(crate) events: Vec<AuditEvent>,
}

impl PgUnitOfWork {
    pub(crate) async fn begin(
        mut connection: PooledConnection<'static, Connector>,
        organization: OrganizationId,
    ) -> StoreResult<Self> {
        let span = tracing::debug_span!("transaction", otel.kind = "client", db.system.name = "postgresql");
        let statements = connection.begin(organization);
        AnsiTransactionManager::begin_transaction_sql(connection.pg_mut(), &statements).await.map_err(failure)?;
        Ok(Self { connection, organization, failed: false, written: BTreeSet::new(), _span: span, events: Vec::new() })
    }

    /// To run statements on.
    pub(crate) fn pg(&self) -> &AsyncPgConnection {
        self.connection.pg()
    }

    /// The organization all of it belongs to.
    pub(crate) fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Remembers that a row of this kind was written. A shift takes the spans of its assignments along.
    pub(crate) fn wrote(&mut self, kind: &'static str) {
        self.written.insert(kind);
        if kind == Shift::KIND {
            self.written.insert(Assignment::KIND);
        }
    }

    /// Remembers a failure after which the transaction cannot be committed.
    pub(crate) fn watch<T>(&mut self, result: StoreResult<T>) -> StoreResult<T> {
        if let Err(error) = &result
            && !matches!(error, StoreError::Duplicate(_) | StoreError::Stale)
        {
            self.failed = true;
        }
        result
    }
}

#[async_trait]
impl UnitOfWork for PgUnitOfWork {
    async fn commit(mut self: Box<Self>) -> StoreResult<()> {
        if self.failed {
            // The server would answer COMMIT with a silent rollback.
            self.rollback().await?;
            return Err(StoreError::Backend(
                "a unit of work was committed after one of its statements had failed".into(),
            ));
        }
        let events = std::mem::take(&mut self.events);
        if !events.is_empty()
            && let Err(error) = audit::append(self.pg(), self.organization, events).await
        {
            self.rollback().await?;
            return Err(error);
        }
        AnsiTransactionManager::commit_transaction(self.connection.pg_mut()).await.map_err(failure)
    }

    async fn rollback(mut self: Box<Self>) -> StoreResult<()> {
        AnsiTransactionManager::rollback_transaction(self.connection.pg_mut()).await.map_err(failure)
    }

    fn written(&self) -> &BTreeSet<&'static str> {
        &self.written
    }

    fn sites(&mut self) -> &mut dyn Repository<Site> {
        self
    }
    fn teams(&mut self) -> &mut dyn Repository<Team> {
        self
    }
    fn positions(&mut self) -> &mut dyn Repository<Position> {
        self
    }
    fn skills(&mut self) -> &mut dyn Repository<Skill> {
        self
    }
    fn skill_grants(&mut self) -> &mut dyn Repository<SkillGrant> {
        self
    }
    fn employees(&mut self) -> &mut dyn Repository<Employee> {
        self
    }
    fn contracts(&mut self) -> &mut dyn Repository<Contract> {
        self
    }
    fn availabilities(&mut self) -> &mut dyn Repository<Availability> {
        self
    }
    fn shift_templates(&mut self) -> &mut dyn Repository<ShiftTemplate> {
        self
    }
    fn demands(&mut self) -> &mut dyn Repository<Demand> {
        self
    }
    fn rule_sets(&mut self) -> &mut dyn Repository<RuleSet> {
        self
    }
    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }
    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self
    }
    fn refresh_tokens(&mut self) -> &mut dyn RefreshTokenRepository {
        self
    }
    fn api_keys(&mut self) -> &mut dyn ApiKeyRepository {
        self
    }
    fn schedules(&mut self) -> &mut dyn ScheduleRepository {
        self
    }
    fn second_factors(&mut self) -> &mut dyn SecondFactorRepository {
        self
    }
    fn password_tokens(&mut self) -> &mut dyn PasswordTokenRepository {
        self
    }
    fn pending_mails(&mut self) -> &mut dyn PendingMailRepository {
        self
    }
    fn publications(&mut self) -> &mut dyn PublicationRepository {
        self
    }
    fn shifts(&mut self) -> &mut dyn ShiftRepository {
        self
    }
    fn assignments(&mut self) -> &mut dyn AssignmentRepository {
        self
    }
    fn optimizations(&mut self) -> &mut dyn OptimizationRepository {
        self
    }
    fn idempotency(&mut self) -> &mut dyn IdempotencyRepository {
        self
    }
    fn outbox(&mut self) -> &mut dyn OutboxRepository {
        self
    }
    fn audit(&mut self) -> &mut dyn AuditRepository {
        self
    }
}
