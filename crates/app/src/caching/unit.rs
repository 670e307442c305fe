//! A unit of work that raises the generations of what it wrote.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
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
use scheduling_domain::session::Session;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use scheduling_domain::user::User;

use super::Caching;
use super::relay::TOPIC;

/// The store's own unit of work, and what is to be done after its commit.
pub(super) struct CachedUnit {
    pub(super) inner: Box<dyn UnitOfWork>,
    pub(super) organization: OrganizationId,
    pub(super) now: Timestamp,
    pub(super) caching: Caching,
}

impl CachedUnit {
    async fn commit_and_raise(mut self) -> Result<(), StoreError> {
        let written = self.inner.written();
        let ends_sessions = written.contains(User::KIND) || written.contains(Session::KIND);
        let kinds = self.caching.cached_kinds(self.inner.written());
        let mut event = None;
        if !kinds.is_empty() {
            event = Some(self.inner.outbox().append(TOPIC, &kinds.join(" "), self.now).await?);
        }
        let committed = self.inner.commit().await;
        // A commit whose answer was lost may have been done.
        if ends_sessions {
            self.caching.0.holders.forget(self.organization);
        }
        if !kinds.is_empty() {
            self.caching.raise(self.organization, &kinds, event.filter(|_| committed.is_ok())).await;
        }
        committed
    }
}

/// The inner one has every repository.
macro_rules! accessors {
    ($($name:ident: $repository:ty),+ $(,)?) => {$(
        fn $name(&mut self) -> &mut $repository {
            self.inner.$name()
        }
    )+};
}

#[async_trait]
impl UnitOfWork for CachedUnit {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        // A task of its own: whoever asked may go away between the commit and the raise.
        let ended = tokio::spawn(self.commit_and_raise()).await;
        ended.unwrap_or_else(|panic| Err(StoreError::Backend(panic.into())))
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.rollback().await
    }

    fn written(&self) -> &BTreeSet<&'static str> {
        self.inner.written()
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
