//! A database per test, for this crate's tests and for end-to-end tests elsewhere (feature `testing`).
//!
//! The server is the one of `TEST_DATABASE_URL`, a superuser's address; `scripts/with-services` starts one. The first
//! test makes a migrated template, every test a copy of it that is dropped with its [`TestDatabase`]. The copies belong to
//! a plain role, so that row-level security binds them as it binds in production, and a store on one signs in as another
//! that may only read and write rows, as `deploy/postgres/roles.sh` has it.
#![expect(
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "a test that has no database should say so and stop"
)]

use std::time::Duration;

use diesel::QueryableByName;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tokio_postgres::config::Host;

use crate::connection::Connector;
use crate::migrations::{MIGRATIONS, migrate};
use crate::settings::PgSettings;
use crate::store::PgStore;

/// Owns the tests' databases; no superuser.
const ROLE: &str = "hr_test";

/// Reads and writes the rows of what [`ROLE`] owns, and may do nothing else.
const SERVICE: &str = "hr_test_service";

/// Tests that start at once take this lock (an arbitrary number), and one of them makes the template.
const TEMPLATE_LOCK: i64 = 4_711_202_612;

/// A migrated database of one's own, gone when this value is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    server_url: String,
}

impl TestDatabase {
    /// A copy of the migrated template on the server of `TEST_DATABASE_URL`.
    pub async fn create() -> Self {
        let database = Self::create_empty_name().await;
        let mut server = database.server().await;
        let template = make_template(&mut server, &database.server_url).await;
        execute(&mut server, &format!("CREATE DATABASE {} TEMPLATE {template} OWNER {ROLE}", database.name)).await;
        database
    }

    /// A database without any table, to be migrated by the test.
    pub async fn create_empty() -> Self {
        let database = Self::create_empty_name().await;
        let mut server = database.server().await;
        make_roles(&mut server).await;
        let statement = format!("CREATE DATABASE {} OWNER {ROLE}", database.name);
        execute(&mut server, &statement).await;
        grant_rows(&database.server_url, &database.name).await;
        database
    }

    async fn create_empty_name() -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests have no configuration to take it from")]
        let server_url = std::env::var("TEST_DATABASE_URL")
            .expect("TEST_DATABASE_URL is not set: run this test under scripts/with-services");
        let mut database = Self { name: String::new(), server_url };
        database.name = text(
            &mut database.server().await,
            "SELECT 'hr_test_' || replace(gen_random_uuid()::text, '-', '') AS value",
        )
        .await;
        database
    }

    /// The address, as `DATABASE_URL` would have it; unencrypted, since most tests are about other things.
    pub fn url(&self) -> String {
        url(&self.server_url, &self.name)
    }

    /// The superuser's address of the same database, to look behind the store's back.
    pub fn superuser_url(&self) -> String {
        let config: tokio_postgres::Config = self.server_url.parse().expect("TEST_DATABASE_URL is valid");
        let user = config.get_user().unwrap_or("postgres");
        self.url().replacen(&format!("{ROLE}:{ROLE}@"), &format!("{user}@"), 1)
    }

    /// Settings with patient time-outs: a busy machine is no failure.
    pub fn settings(&self) -> PgSettings {
        PgSettings {
            max_connections: 8,
            acquire_timeout: Duration::from_secs(60),
            statement_timeout: Duration::from_secs(60),
            ..PgSettings::new(self.url())
        }
    }

    /// The same for a role that may only read and write rows.
    pub fn settings_of_service(&self) -> PgSettings {
        PgSettings {
            url: self.url().replacen(&format!("{ROLE}:{ROLE}@"), &format!("{SERVICE}:{SERVICE}@"), 1),
            ..self.settings()
        }
    }

    /// A store on it, for that role.
    pub async fn store(&self) -> PgStore {
        PgStore::connect(&self.settings_of_service()).await.expect("the test's database can be reached")
    }

    /// Changes it behind the store's back, as a superuser.
    pub async fn execute(&self, statement: &str) {
        execute(&mut open(&self.superuser_url()).await, statement).await;
    }

    async fn server(&self) -> AsyncPgConnection {
        open(&self.server_url).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server_url = self.server_url.clone();
        // A thread with a runtime of its own: the test's may be the one that runs this destructor.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                runtime.block_on(async {
                    let mut server = open(&server_url).await;
                    execute(&mut server, &statement).await;
                });
            }
        });
        // A database that stays behind goes with its server; it must not hide why the test failed.
        let _ = dropping.join();
    }
}

/// Makes the template unless another test has; answers its name, which changes with the migrations.
async fn make_template(server: &mut AsyncPgConnection, server_url: &str) -> String {
    let migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().expect("migrations are embedded");
    let newest = migrations.iter().map(|migration| migration.name().version().to_string()).max().unwrap_or_default();
    let template = format!("hr_template_{newest}");
    if exists(server, &template).await {
        return template;
    }
    execute(server, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    if !exists(server, &template).await {
        make_roles(server).await;
        let draft = format!("{template}_draft");
        execute(server, &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await;
        execute(server, &format!("CREATE DATABASE {draft} OWNER {ROLE}")).await;
        grant_rows(server_url, &draft).await;
        migrate(&PgSettings::new(url(server_url, &draft))).await.expect("the migrations run");
        // The name says that it is whole.
        execute(server, &format!("ALTER DATABASE {draft} RENAME TO {template}")).await;
    }
    execute(server, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})")).await;
    template
}

async fn make_roles(server: &mut AsyncPgConnection) {
    for role in [ROLE, SERVICE] {
        let statement = format!(
            "DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD '{role}'; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        execute(server, &statement).await;
    }
}

/// Grants the service the rows of all tables that migrations will make in a database.
async fn grant_rows(server_url: &str, database: &str) {
    let statement = format!("ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {SERVICE}");
    execute(&mut open(&url(server_url, database)).await, &statement).await;
}

fn url(server_url: &str, database: &str) -> String {
    let config: tokio_postgres::Config = server_url.parse().expect("TEST_DATABASE_URL is valid");
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.as_str(),
        _ => "localhost",
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    format!("postgres://{ROLE}:{ROLE}@{host}:{port}/{database}?sslmode=disable")
}

async fn open(url: &str) -> AsyncPgConnection {
    Connector::try_new(&PgSettings::new(url))
        .expect("TEST_DATABASE_URL is valid")
        .open()
        .await
        .expect("the server of TEST_DATABASE_URL answers")
}

async fn execute(server: &mut AsyncPgConnection, statement: &str) {
    server.batch_execute(statement).await.expect("the server of TEST_DATABASE_URL does as it is told");
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

async fn text(server: &mut AsyncPgConnection, query: &str) -> String {
    let row: TextRow =
        diesel::sql_query(query).get_result(server).await.expect("the server of TEST_DATABASE_URL answers");
    row.value
}

#[derive(QueryableByName)]
struct Existence {
    #[diesel(sql_type = Bool)]
    exists: bool,
}

async fn exists(server: &mut AsyncPgConnection, database: &str) -> bool {
    let row: Existence = diesel::sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS exists")
        .bind::<Text, _>(database)
        .get_result(server)
        .await
        .expect("the server of TEST_DATABASE_URL answers");
    row.exists
}
