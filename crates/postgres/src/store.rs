use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bb8::{Pool, PooledConnection, RunError};
use diesel_async::SimpleAsyncConnection;
use scheduling_domain::assignment::Assignment;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::optimization::Optimization;
use scheduling_domain::organization::Organization;
use scheduling_domain::ports::{
    ApiKeyQueries, AuditQueries, LoadQueries, OutboxQueries, PoolStatus, PoolWaits, PublicationQueries, Queries,
    SessionQueries, Store, UnitOfWork, UserQueries,
};
use scheduling_domain::position::Position;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use tracing::Instrument;

use crate::connection::{ConnectError, Connector, PoolErrors};
use crate::error::{StoreResult, failure, no_connection};
use crate::organization;
use crate::settings::PgSettings;
use crate::unit_of_work::PgUnitOfWork;

/// The production store.
#[derive(Debug, Clone)]
pub struct PgStore {
    pool: Pool<Connector>,
    waits: Arc<PoolWaits>,
}

impl PgStore {
    /// Opens a pool on a database whose schema is current (see [`crate::migrate`]). Fails at once where the database
    /// cannot be reached; once it is open, connections that break are replaced.
    pub async fn connect(settings: &PgSettings) -> Result<Self, ConnectError> {
        let connector = Connector::try_new(settings)?;
        connector.check().await?;
        let pool = Pool::builder()
            .max_size(settings.max_connections.max(1))
            .connection_timeout(settings.acquire_timeout)
            .error_sink(Box::new(PoolErrors))
            .build_unchecked(connector);
        Ok(Self { pool, waits: Arc::default() })
    }

    pub(crate) async fn connection(&self) -> StoreResult<PooledConnection<'_, Connector>> {
        self.waited(self.pool.get()).await
    }

    /// Waits for a connection and counts how long.
    async fn waited<C>(&self, connection: impl Future<Output = Result<C, RunError<ConnectError>>>) -> StoreResult<C> {
        #[expect(clippy::disallowed_methods, reason = "measures how long a connection is waited for")]
        let began = Instant::now();
        let wait = self.waits.begin();
        let connection = connection.instrument(tracing::debug_span!("wait for a connection")).await;
        wait.end(began.elapsed());
        connection.map_err(no_connection)
    }
}

#[async_trait]
impl Store for PgStore {
    async fn begin(&self, organization: OrganizationId) -> StoreResult<Box<dyn UnitOfWork>> {
        let connection = self.waited(self.pool.get_owned()).await?;
        Ok(Box::new(PgUnitOfWork::begin(connection, organization).await?))
    }

    async fn installation(&self) -> StoreResult<String> {
        organization::installation(self.connection().await?.pg()).await
    }

    async fn organizations(&self) -> StoreResult<Vec<Organization>> {
        organization::list(self.connection().await?.pg()).await
    }

    async fn find_organization(&self, slug: &str) -> StoreResult<Option<Organization>> {
        organization::find(self.connection().await?.pg(), slug).await
    }

    async fn create_organization(&self, slug: &str, name: &str) -> StoreResult<Organization> {
        organization::insert(self.connection().await?.pg(), slug, name).await
    }

    async fn ping(&self) -> StoreResult<()> {
        let connection = self.connection().await?;
        let mut pg = connection.pg();
        pg.batch_execute("SELECT 1").await.map_err(failure)
    }

    fn pool_status(&self) -> PoolStatus {
        let state = self.pool.state();
        PoolStatus {
            active: state.connections.saturating_sub(state.idle_connections),
            open: state.connections,
            max: self.pool.config().max_size,
            waiters: self.waits.waiters(),
            waited: self.waits.waited(),
        }
    }

    fn sites(&self) -> &dyn Queries<Site> {
        self
    }
    fn teams(&self) -> &dyn Queries<Team> {
        self
    }
    fn positions(&self) -> &dyn Queries<Position> {
        self
    }
    fn skills(&self) -> &dyn Queries<Skill> {
        self
    }
    fn skill_grants(&self) -> &dyn Queries<SkillGrant> {
        self
    }
    fn employees(&self) -> &dyn Queries<Employee> {
        self
    }
    fn contracts(&self) -> &dyn Queries<Contract> {
        self
    }
    fn availabilities(&self) -> &dyn Queries<Availability> {
        self
    }
    fn shift_templates(&self) -> &dyn Queries<ShiftTemplate> {
        self
    }
    fn demands(&self) -> &dyn Queries<Demand> {
        self
    }
    fn rule_sets(&self) -> &dyn Queries<RuleSet> {
        self
    }
    fn users(&self) -> &dyn UserQueries {
        self
    }
    fn sessions(&self) -> &dyn SessionQueries {
        self
    }
    fn api_keys(&self) -> &dyn ApiKeyQueries {
        self
    }
    fn schedules(&self) -> &dyn Queries<Schedule> {
        self
    }
    fn publications(&self) -> &dyn PublicationQueries {
        self
    }
    fn shifts(&self) -> &dyn Queries<Shift> {
        self
    }
    fn assignments(&self) -> &dyn Queries<Assignment> {
        self
    }
    fn optimizations(&self) -> &dyn Queries<Optimization> {
        self
    }
    fn outbox(&self) -> &dyn OutboxQueries {
        self
    }
    fn audit(&self) -> &dyn AuditQueries {
        self
    }
    fn load(&self) -> &dyn LoadQueries {
        self
    }
}
