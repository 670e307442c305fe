//! Connections, and the pool that keeps them.

use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use bb8::ManageConnection;
use diesel::QueryableByName;
use diesel::sql_types::Bool;
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use scheduling_domain::id::{OrganizationId, TypedId};
use thiserror::Error;
use tokio_postgres::config::{Host, SslMode as WireSslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use tracing::Instrument;

use crate::error::{StoreResult, failure};
use crate::settings::{PgSettings, Pooling};
use crate::tls::{SslMode, TlsParameters};

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The address cannot be read.
    #[error("the database's address is not valid: {0}")]
    Url(Box<dyn Error + Send + Sync>),
    /// Encryption cannot be set up.
    #[error("encryption to the database cannot be set up")]
    Tls(#[source] Box<dyn Error + Send + Sync>),
    /// Nothing answers there, or it refuses us.
    #[error("no connection to the database at {address}")]
    Unreachable {
        /// Host and port, without credentials.
        address: String,
        /// What the network or the server said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// All connections are in use, or none could be made in time.
    #[error("no connection to the database came free in time")]
    Busy,
}

/// A connection, and the organization whose rows it sees outside transactions.
pub(crate) struct Connection {
    pg: AsyncPgConnection,
    /// The organization's id; [`NO_ORGANIZATION`] while none is known to be set.
    organization: AtomicI64,
    pooling: Pooling,
    statement_timeout: Duration,
    /// Whether a read has begun a transaction that it has not ended.
    reading: AtomicBool,
}

const NO_ORGANIZATION: i64 = 0;

impl Connection {
    /// To run statements on; several may run at once, and are then sent without waiting for one another's answers.
    pub(crate) fn pg(&self) -> &AsyncPgConnection {
        &self.pg
    }

    /// To begin and end transactions with.
    pub(crate) fn pg_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.pg
    }

    /// Begins a transaction that works for an organization, in one round trip. The time-out is a number, so it needs no
    /// escaping.
    pub(crate) fn begin(&self, organization: OrganizationId) -> String {
        let named = format!("BEGIN; {}", name_organization(organization, true));
        match self.pooling {
            Pooling::Session => named,
            Pooling::Transaction => {
                format!("{named}, set_config('statement_timeout', '{}', true)", self.statement_timeout.as_millis())
            }
        }
    }

    /// Does `work` as an organization. Where the connection last worked for another one, the change travels ahead of
    /// the work in the same round trip.
    pub(crate) async fn within<R>(
        &self,
        organization: OrganizationId,
        work: impl Future<Output = StoreResult<R>>,
    ) -> StoreResult<R> {
        let read = tracing::debug_span!("read", otel.kind = "client", db.system.name = "postgresql");
        self.named(organization, work).instrument(read).await
    }

    async fn named<R>(
        &self,
        organization: OrganizationId,
        work: impl Future<Output = StoreResult<R>>,
    ) -> StoreResult<R> {
        if self.pooling == Pooling::Transaction {
            return self.within_transaction(organization, work).await;
        }
        if self.organization.load(Ordering::Relaxed) == organization.get() {
            return work.await;
        }
        // Dropping this future half way leaves the setting unknown.
        self.organization.store(NO_ORGANIZATION, Ordering::Relaxed);
        let statement = name_organization(organization, false);
        let mut pg = &self.pg;
        let (named, done) = tokio::join!(biased; pg.batch_execute(&statement), work);
        named.map_err(failure)?;
        self.organization.store(organization.get(), Ordering::Relaxed);
        done
    }

    /// Does `work` in a transaction of its own; the end costs a round trip more.
    async fn within_transaction<R>(
        &self,
        organization: OrganizationId,
        work: impl Future<Output = StoreResult<R>>,
    ) -> StoreResult<R> {
        // Dropping this future half way leaves the transaction open, and the pool throws the connection away.
        self.reading.store(true, Ordering::Relaxed);
        let statement = self.begin(organization);
        let mut pg = &self.pg;
        let (begun, done) = tokio::join!(biased; pg.batch_execute(&statement), work);
        begun.map_err(failure)?;
        // After a statement that failed, the server makes a rollback of it.
        pg.batch_execute("COMMIT").await.map_err(failure)?;
        self.reading.store(false, Ordering::Relaxed);
        done
    }
}

/// The statement that names the organization to the row-level security policies. The id is a number, so it needs no
/// escaping.
pub(crate) fn name_organization(organization: OrganizationId, in_transaction_only: bool) -> String {
    format!("SELECT set_config('app.organization_id', '{organization}', {in_transaction_only})")
}

/// Makes connections for the pool, and tells it which are beyond use.
pub(crate) struct Connector {
    config: tokio_postgres::Config,
    tls: Option<MakeRustlsConnect>,
    statement_timeout: Duration,
    pooling: Pooling,
}

impl Connector {
    pub(crate) fn try_new(settings: &PgSettings) -> Result<Self, ConnectError> {
        let parameters = TlsParameters::parse(&settings.url)?;
        let mut config: tokio_postgres::Config =
            parameters.bare_url.parse().map_err(|error: tokio_postgres::Error| ConnectError::Url(error.into()))?;
        config.ssl_mode(match parameters.mode {
            SslMode::Disable => WireSslMode::Disable,
            SslMode::Prefer => WireSslMode::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => WireSslMode::Require,
        });
        if config.get_application_name().is_none() {
            config.application_name("hr-scheduling");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(settings.acquire_timeout);
        }
        let tls = parameters.connector()?;
        Ok(Self { tls, config, statement_timeout: settings.statement_timeout, pooling: settings.pooling })
    }

    /// Host and port, as people name them.
    fn address(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => "localhost".to_owned(),
        };
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        format!("{host}:{port}")
    }

    /// A connection for administration: no time-out for statements, no organization.
    pub(crate) async fn open(&self) -> Result<AsyncPgConnection, ConnectError> {
        let unreachable =
            |source: Box<dyn Error + Send + Sync>| ConnectError::Unreachable { address: self.address(), source };
        if let Some(tls) = &self.tls {
            let (client, wire) = self.config.connect(tls.clone()).await.map_err(|error| unreachable(error.into()))?;
            AsyncPgConnection::try_from_client_and_connection(client, wire).await
        } else {
            let wire = self.config.connect(tokio_postgres::NoTls).await;
            let (client, wire) = wire.map_err(|error| unreachable(error.into()))?;
            AsyncPgConnection::try_from_client_and_connection(client, wire).await
        }
        .map_err(|error| unreachable(error.into()))
    }
}

/// Whether row-level security does not bind the role that is signed in.
#[derive(QueryableByName)]
struct Exemption {
    #[diesel(sql_type = Bool)]
    exempt: bool,
}

impl Connector {
    /// Says at once, and clearly, what is wrong with the address or the role.
    pub(crate) async fn check(&self) -> Result<(), ConnectError> {
        // Here alone: its `load` would shadow that of the atomics above.
        use diesel_async::RunQueryDsl;

        let mut pg = self.open().await?;
        let role: Exemption =
            diesel::sql_query("SELECT rolsuper OR rolbypassrls AS exempt FROM pg_roles WHERE rolname = current_user")
                .get_result(&mut pg)
                .await
                .map_err(|error| ConnectError::Unreachable { address: self.address(), source: error.into() })?;
        if role.exempt {
            tracing::warn!(
                "the database role is exempt from row-level security: connect as one that is not a superuser"
            );
        }
        Ok(())
    }
}

impl ManageConnection for Connector {
    type Connection = Connection;
    type Error = ConnectError;

    async fn connect(&self) -> Result<Connection, ConnectError> {
        let mut pg = self.open().await?;
        if self.pooling == Pooling::Session {
            let milliseconds = self.statement_timeout.as_millis();
            pg.batch_execute(&format!("SET statement_timeout = {milliseconds}"))
                .await
                .map_err(|error| ConnectError::Unreachable { address: self.address(), source: error.into() })?;
        }
        Ok(Connection {
            pg,
            organization: AtomicI64::new(NO_ORGANIZATION),
            pooling: self.pooling,
            statement_timeout: self.statement_timeout,
            reading: AtomicBool::new(false),
        })
    }

    /// Without a round trip: a connection that was closed meanwhile is seen as such.
    async fn is_valid(&self, connection: &mut Connection) -> Result<(), ConnectError> {
        if self.has_broken(connection) {
            return Err(ConnectError::Busy);
        }
        Ok(())
    }

    /// Closed, or left within a transaction by a unit of work or a read that was dropped.
    fn has_broken(&self, connection: &mut Connection) -> bool {
        std::thread::panicking() || *connection.reading.get_mut() || connection.pg.is_broken()
    }
}

/// Logs what goes wrong behind the pool's back; whoever waits for a connection sees only that none came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolErrors;

impl bb8::ErrorSink<ConnectError> for PoolErrors {
    fn sink(&self, error: ConnectError) {
        if matches!(error, ConnectError::Busy) {
            return; // a closed connection was thrown away, as it should be
        }
        let cause = error.source().map(ToString::to_string);
        tracing::warn!(%error, cause, "cannot open a database connection");
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<ConnectError>> {
        Box::new(*self)
    }
}
