//! A store that reads through the cache.

use std::sync::Arc;

use async_trait::async_trait;
use scheduling_domain::assignment::Assignment;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::optimization::Optimization;
use scheduling_domain::organization::Organization;
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::{
    ApiKeyQueries, AuditQueries, Clock, DerivedKey, LoadQueries, OutboxQueries, PoolStatus, PublicationQueries,
    Queries, SessionQueries, Store, StoreError, UnitOfWork, UserQueries,
};
use scheduling_domain::position::Position;
use scheduling_domain::record::Record;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use scheduling_domain::user::{Credentials, User};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Caching;
use super::families::Cached;
use super::unit::CachedUnit;
use crate::auth::hex;

/// The store itself, and the cache in front of it.
pub(super) struct CachedStore {
    pub(super) inner: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) caching: Caching,
}

/// A page's name: what was asked for may hold what somebody typed, so only its digest is seen.
fn list_name<F: Serialize>(filter: &F, page: PageRequest) -> String {
    let asked = serde_json::to_vec(&(filter, page)).unwrap_or_default();
    format!("list:{}", hex(&Sha256::digest(asked)))
}

#[async_trait]
impl<T: Cached> Queries<T> for CachedStore {
    async fn find(&self, organization: OrganizationId, id: T::Id) -> Result<Option<Record<T>>, StoreError> {
        let key = DerivedKey::new(organization, T::family(), id);
        self.caching.cached(&key, T::queries(self.inner.as_ref()).find(organization, id)).await
    }

    async fn list(
        &self,
        organization: OrganizationId,
        filter: &T::Filter,
        page: PageRequest,
    ) -> Result<Page<Record<T>>, StoreError> {
        let key = DerivedKey::new(organization, T::family(), list_name(filter, page));
        self.caching.cached(&key, T::queries(self.inner.as_ref()).list(organization, filter, page)).await
    }

    async fn list_all(&self, organization: OrganizationId, filter: &T::Filter) -> Result<Vec<Record<T>>, StoreError> {
        T::queries(self.inner.as_ref()).list_all(organization, filter).await
    }
}

#[async_trait]
impl UserQueries for CachedStore {
    async fn find_credentials(
        &self,
        organization: OrganizationId,
        id: UserId,
    ) -> Result<Option<(Record<User>, Credentials)>, StoreError> {
        self.inner.users().find_credentials(organization, id).await
    }

    async fn find_by_identifier(
        &self,
        organization: OrganizationId,
        identifier: &str,
    ) -> Result<Option<(Record<User>, Credentials)>, StoreError> {
        self.inner.users().find_by_identifier(organization, identifier).await
    }
}

/// What is read through the cache, and what is not.
macro_rules! accessors {
    (cached: [$($cached:ident: $through:ty),+ $(,)?], others: [$($other:ident: $inner:ty),+ $(,)?]) => {
        $(fn $cached(&self) -> &$through {
            self
        })+
        $(fn $other(&self) -> &$inner {
            self.inner.$other()
        })+
    };
}

#[async_trait]
impl Store for CachedStore {
    async fn begin(&self, organization: OrganizationId) -> Result<Box<dyn UnitOfWork>, StoreError> {
        let inner = self.inner.begin(organization).await?;
        Ok(Box::new(CachedUnit { inner, organization, now: self.clock.now(), caching: self.caching.clone() }))
    }

    async fn installation(&self) -> Result<String, StoreError> {
        self.inner.installation().await
    }

    async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        self.inner.organizations().await
    }

    async fn find_organization(&self, slug: &str) -> Result<Option<Organization>, StoreError> {
        self.inner.find_organization(slug).await
    }

    async fn create_organization(&self, slug: &str, name: &str) -> Result<Organization, StoreError> {
        self.inner.create_organization(slug, name).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }

    fn pool_status(&self) -> PoolStatus {
        self.inner.pool_status()
    }

    accessors! {
        cached: [
            sites: dyn Queries<Site>,
            teams: dyn Queries<Team>,
            positions: dyn Queries<Position>,
            skills: dyn Queries<Skill>,
            shift_templates: dyn Queries<ShiftTemplate>,
            users: dyn UserQueries,
        ],
        others: [
            api_keys: dyn ApiKeyQueries,
            skill_grants: dyn Queries<SkillGrant>,
            employees: dyn Queries<Employee>,
            contracts: dyn Queries<Contract>,
            availabilities: dyn Queries<Availability>,
            demands: dyn Queries<Demand>,
            rule_sets: dyn Queries<RuleSet>,
            sessions: dyn SessionQueries,
            schedules: dyn Queries<Schedule>,
            publications: dyn PublicationQueries,
            shifts: dyn Queries<Shift>,
            assignments: dyn Queries<Assignment>,
            optimizations: dyn Queries<Optimization>,
            outbox: dyn OutboxQueries,
            audit: dyn AuditQueries,
            load: dyn LoadQueries,
        ]
    }
}
