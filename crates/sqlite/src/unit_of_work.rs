//! A transaction, bound to one organization.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::SqliteConnection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use jiff::Timestamp;
use scheduling_domain::assignment::Assignment;
use scheduling_domain::audit::AuditEvent;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::{
    ApiKeyRepository, AssignmentRepository, AuditRepository, IdempotencyRepository, OptimizationRepository,
    OutboxRepository, PasswordTokenRepository, PendingMailRepository, PublicationRepository, RefreshTokenRepository,
    Repository, ScheduleRepository, SecondFactorRepository, SessionRepository, ShiftRepository, StoreError, UnitOfWork,
    UserRepository,
};
use scheduling_domain::position::Position;
use scheduling_domain::record::{Entity, Record, Version};
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use tracing::Span;

use crate::errors::{backend, store_error};
use crate::slices::audit;
use crate::stored::{Stored, insert_all, page};
use crate::writer::Transaction;

/// What an organization writes, all at once or not at all.
pub(crate) struct SqliteUnitOfWork {
    organization: OrganizationId,
    /// None while a blocking task has it, and for good when that task's caller went away.
    transaction: Option<Transaction>,
    written: BTreeSet<&'static str>,
    /// Open for as long as this is.
    _span: Span,
    /// What was done, to be chained at the commit.
    pub(crate) events: Vec<AuditEvent>,
}

impl SqliteUnitOfWork {
    pub(crate) fn new(organization: OrganizationId, transaction: Transaction) -> Self {
        let span = tracing::debug_span!("transaction", otel.kind = "client", db.system.name = "sqlite");
        let written = BTreeSet::new();
        Self { organization, transaction: Some(transaction), written, _span: span, events: Vec::new() }
    }

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

    /// Does something within the transaction, on a thread that may block.
    pub(crate) async fn run<R: Send + 'static>(
        &mut self,
        task: impl FnOnce(&mut SqliteConnection) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let mut transaction = self.transaction.take().ok_or_else(abandoned)?;
        let (transaction, result) = tokio::task::spawn_blocking(move || {
            let result = transaction.connection().and_then(task);
            (transaction, result)
        })
        .await
        .map_err(backend)?;
        self.transaction = Some(transaction);
        result
    }

    async fn end(
        mut self: Box<Self>,
        how: fn(&mut SqliteConnection) -> diesel::QueryResult<()>,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction.take().ok_or_else(abandoned)?;
        tokio::task::spawn_blocking(move || transaction.end(how)).await.map_err(backend)?
    }
}

fn abandoned() -> StoreError {
    backend("the unit of work was given up in the middle of a statement")
}

#[async_trait]
impl<T: Stored> Repository<T> for SqliteUnitOfWork {
    async fn find(&mut self, id: T::Id) -> Result<Option<Record<T>>, StoreError> {
        let key = (self.organization.get(), id.get());
        self.run(move |connection| T::find(connection, key).map_err(|error| store_error(error, T::UNIQUE))).await
    }

    async fn list(&mut self, filter: &T::Filter, request: PageRequest) -> Result<Page<Record<T>>, StoreError> {
        let (organization, filter) = (self.organization, filter.clone());
        self.run(move |connection| {
            page(connection, organization, &filter, request).map_err(|error| store_error(error, T::UNIQUE))
        })
        .await
    }

    async fn list_all(&mut self, filter: &T::Filter) -> Result<Vec<Record<T>>, StoreError> {
        let (organization, filter) = (self.organization.get(), filter.clone());
        self.run(move |connection| {
            T::select(connection, organization, &filter, None).map_err(|error| store_error(error, T::UNIQUE))
        })
        .await
    }

    async fn insert(&mut self, value: &T, now: Timestamp) -> Result<Record<T>, StoreError> {
        self.wrote(T::KIND);
        let (organization, value) = (self.organization, value.clone());
        self.run(move |connection| {
            insert_all(connection, organization, &[value], now)
                .map_err(|error| store_error(error, T::UNIQUE))?
                .pop()
                .ok_or_else(|| backend("an insert answered no row"))
        })
        .await
    }

    async fn update(
        &mut self,
        id: T::Id,
        expected: Version,
        value: &T,
        now: Timestamp,
    ) -> Result<Record<T>, StoreError> {
        self.wrote(T::KIND);
        let (key, value) = ((self.organization.get(), id.get()), value.clone());
        self.run(move |connection| {
            let updated =
                T::update(connection, key, expected, &value, now).map_err(|error| store_error(error, T::UNIQUE))?;
            if !updated {
                return Err(StoreError::Stale);
            }
            T::find(connection, key).map_err(|error| store_error(error, T::UNIQUE))?.ok_or(StoreError::Stale)
        })
        .await
    }

    async fn delete(&mut self, id: T::Id, expected: Version) -> Result<(), StoreError> {
        self.wrote(T::KIND);
        let key = (self.organization.get(), id.get());
        self.run(move |connection| match T::delete(connection, key, expected) {
            Ok(true) => Ok(()),
            Ok(false) => Err(StoreError::Stale),
            Err(error) => Err(store_error(error, T::UNIQUE)),
        })
        .await
    }
}

/// The struct is every repository itself.
macro_rules! accessors {
    ($($name:ident: $repository:ty),+ $(,)?) => {$(
        fn $name(&mut self) -> &mut $repository {
            self
        }
    )+};
}

#[async_trait]
impl UnitOfWork for SqliteUnitOfWork {
    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        let (organization, events) = (self.organization, std::mem::take(&mut self.events));
        if !events.is_empty() {
            let append = move |connection: &mut SqliteConnection| {
                audit::append(connection, organization, events).map_err(|error| store_error(error, &[]))
            };
            // Where this fails, dropping the transaction rolls it back.
            self.run(append).await?;
        }
        self.end(AnsiTransactionManager::commit_transaction).await
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        self.end(AnsiTransactionManager::rollback_transaction).await
    }

    fn written(&self) -> &BTreeSet<&'static str> {
        &self.written
    }

    accessors! {
        sites: dyn Repository<Site>,
        teams: dyn Repository<Team>,
        positions: dyn Repository<Position>,
        skills: dyn Repository<Skill>,
        skill_grants: dyn Repository<SkillGrant>,
        employees: dyn Repository<Employee>,
        contracts: dyn Repository<Contract>,
        availabilities: dyn Repository<Availability>,
        shift_templates: dyn Repository<ShiftTemplate>,
        demands: dyn Repository<Demand>,
        rule_sets: dyn Repository<RuleSet>,
        users: dyn UserRepository,
        sessions: dyn SessionRepository,
        refresh_tokens: dyn RefreshTokenRepository,
        api_keys: dyn ApiKeyRepository,
        schedules: dyn ScheduleRepository,
        second_factors: dyn SecondFactorRepository,
        password_tokens: dyn PasswordTokenRepository,
        pending_mails: dyn PendingMailRepository,
        publications: dyn PublicationRepository,
        shifts: dyn ShiftRepository,
        assignments: dyn AssignmentRepository,
        optimizations: dyn OptimizationRepository,
        idempotency: dyn IdempotencyRepository,
        outbox: dyn OutboxRepository,
        audit: dyn AuditRepository,
    }
}
