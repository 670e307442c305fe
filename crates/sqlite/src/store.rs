//! The store: one writer, some readers, one file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::connection::SimpleConnection;
use diesel::{ConnectionError, SqliteConnection};
use scheduling_domain::assignment::Assignment;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::optimization::Optimization;
use scheduling_domain::organization::Organization;
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::{
    ApiKeyQueries, AuditQueries, LoadQueries, OutboxQueries, PoolStatus, PoolWaits, PublicationQueries, Queries,
    SessionQueries, Store, StoreError, UnitOfWork, UserQueries,
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
use tempfile::TempDir;

use crate::connection::{SqliteOptions, open_writer};
use crate::errors::{OpenError, backend, store_error};
use crate::migrations::{SchemaState, migrate, schema_state};
use crate::readers::Readers;
use crate::slices::organization;
use crate::stored::{Stored, page};
use crate::unit_of_work::SqliteUnitOfWork;
use crate::writer::Writer;

/// Everything that is kept, in one SQLite file. Clones share it.
#[derive(Clone)]
pub struct SqliteStore {
    pub(crate) writer: Writer,
    pub(crate) readers: Readers,
    /// Who waits for the writer or a reader.
    waits: Arc<PoolWaits>,
    pub(crate) path: PathBuf,
    pub(crate) options: SqliteOptions,
    /// The folder of a store that vanishes with its last clone.
    _folder: Option<Arc<TempDir>>,
}

impl SqliteStore {
    /// Opens the file, making it and its folder when they are not there. Refuses a file that is no database or whose schema
    /// is newer than this binary; leaves an older one to [`Self::migrate`].
    pub async fn open(path: impl Into<PathBuf>, options: SqliteOptions) -> Result<Self, OpenError> {
        let path = path.into();
        let store = tokio::task::spawn_blocking(move || Self::open_file(path, options, None))
            .await
            .map_err(|error| OpenError::Migration(error.into()))??;
        let state = store.schema_state().await?;
        match state.unknown.into_iter().next_back() {
            Some(migration) => Err(OpenError::NewerSchema { migration }),
            None => Ok(store),
        }
    }

    /// A migrated store for tests that vanishes with its last clone.
    ///
    /// It is a file in the temporary folder that is never waited for, since only a file lets readers go on beside the
    /// writer: what a test sees is what a server does.
    pub async fn in_memory() -> Result<Self, OpenError> {
        let options = SqliteOptions { readers: 4, durable: false, ..SqliteOptions::default() };
        let store = tokio::task::spawn_blocking(move || {
            let folder = tempfile::tempdir()
                .map_err(|source| OpenError::Folder { path: PathBuf::from("the temporary folder"), source })?;
            Self::open_file(folder.path().join("test.sqlite3"), options, Some(folder))
        })
        .await
        .map_err(|error| OpenError::Migration(error.into()))??;
        store.migrate().await?;
        Ok(store)
    }

    fn open_file(path: PathBuf, options: SqliteOptions, folder: Option<TempDir>) -> Result<Self, OpenError> {
        check_folder(&path)?;
        make_private(&path)?;
        let connection = open_writer(&path, &options).map_err(|error| refusal(&path, error))?;
        let waits = Arc::new(PoolWaits::default());
        Ok(Self {
            writer: Writer::new(path.clone(), options, connection, Arc::clone(&waits)),
            readers: Readers::new(path.clone(), options, Arc::clone(&waits)),
            waits,
            path,
            options,
            _folder: folder.map(Arc::new),
        })
    }

    /// Applies the migrations that are pending, all or none; answers their names.
    pub async fn migrate(&self) -> Result<Vec<String>, OpenError> {
        self.writer
            .run(|connection| migrate(connection).map_err(backend))
            .await
            .map_err(|error| OpenError::Migration(error.into()))
    }

    /// How far the file's schema has come.
    pub async fn schema_state(&self) -> Result<SchemaState, OpenError> {
        self.writer
            .run(|connection| schema_state(connection).map_err(backend))
            .await
            .map_err(|error| OpenError::Migration(error.into()))
    }
}

/// Makes the folder, and tries whether a file can be made in it: SQLite itself says no more than "unable to open".
fn check_folder(path: &Path) -> Result<(), OpenError> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)
        .and_then(|()| tempfile::tempfile_in(folder))
        .map(|_| ())
        .map_err(|source| OpenError::Folder { path: folder.to_owned(), source })
}

/// Makes a file that is not there yet for its owner alone: it will hold password hashes. SQLite gives its journals the
/// same permissions.
fn make_private(path: &Path) -> Result<(), OpenError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(OpenError::File { path: path.to_owned(), source: Box::new(error) })
        }
        _ => Ok(()),
    }
}

fn refusal(path: &Path, error: ConnectionError) -> OpenError {
    let path = path.to_owned();
    if error.to_string().contains("is not a database") {
        OpenError::NotADatabase { path }
    } else {
        OpenError::File { path, source: Box::new(error) }
    }
}

#[async_trait]
impl<T: Stored> Queries<T> for Readers {
    async fn find(&self, organization: OrganizationId, id: T::Id) -> Result<Option<Record<T>>, StoreError> {
        self.run(move |connection| {
            T::find(connection, (organization.get(), id.get())).map_err(|error| store_error(error, T::UNIQUE))
        })
        .await
    }

    async fn list(
        &self,
        organization: OrganizationId,
        filter: &T::Filter,
        request: PageRequest,
    ) -> Result<Page<Record<T>>, StoreError> {
        let filter = filter.clone();
        self.run(move |connection| {
            page(connection, organization, &filter, request).map_err(|error| store_error(error, T::UNIQUE))
        })
        .await
    }

    async fn list_all(&self, organization: OrganizationId, filter: &T::Filter) -> Result<Vec<Record<T>>, StoreError> {
        let filter = filter.clone();
        self.run(move |connection| {
            T::select(connection, organization.get(), &filter, None).map_err(|error| store_error(error, T::UNIQUE))
        })
        .await
    }
}

/// The pool of readers is every query port itself.
macro_rules! accessors {
    ($($name:ident: $queries:ty),+ $(,)?) => {$(
        fn $name(&self) -> &$queries {
            &self.readers
        }
    )+};
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self, organization: OrganizationId) -> Result<Box<dyn UnitOfWork>, StoreError> {
        let transaction = self.writer.begin().await?;
        Ok(Box::new(SqliteUnitOfWork::new(organization, transaction)))
    }

    async fn installation(&self) -> Result<String, StoreError> {
        self.readers.run(|connection| organization::installation(connection).map_err(organization_error)).await
    }

    async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        self.readers.run(|connection| organization::list(connection).map_err(organization_error)).await
    }

    async fn find_organization(&self, slug: &str) -> Result<Option<Organization>, StoreError> {
        let slug = slug.to_owned();
        self.readers.run(move |connection| organization::find(connection, &slug).map_err(organization_error)).await
    }

    async fn create_organization(&self, slug: &str, name: &str) -> Result<Organization, StoreError> {
        let (slug, name) = (slug.to_owned(), name.to_owned());
        self.writer
            .run(move |connection| organization::create(connection, &slug, &name).map_err(organization_error))
            .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.readers
            .run(|connection: &mut SqliteConnection| {
                connection.batch_execute("SELECT 1 FROM organizations LIMIT 1").map_err(organization_error)
            })
            .await
    }

    fn pool_status(&self) -> PoolStatus {
        let (active, open) = self.readers.status();
        PoolStatus {
            active: active + u32::from(self.writer.is_busy()),
            open: open + 1,
            max: self.options.readers.max(1) + 1,
            waiters: self.waits.waiters(),
            waited: self.waits.waited(),
        }
    }

    accessors! {
        sites: dyn Queries<Site>,
        teams: dyn Queries<Team>,
        positions: dyn Queries<Position>,
        skills: dyn Queries<Skill>,
        skill_grants: dyn Queries<SkillGrant>,
        employees: dyn Queries<Employee>,
        contracts: dyn Queries<Contract>,
        availabilities: dyn Queries<Availability>,
        shift_templates: dyn Queries<ShiftTemplate>,
        demands: dyn Queries<Demand>,
        rule_sets: dyn Queries<RuleSet>,
        users: dyn UserQueries,
        sessions: dyn SessionQueries,
        api_keys: dyn ApiKeyQueries,
        schedules: dyn Queries<Schedule>,
        publications: dyn PublicationQueries,
        shifts: dyn Queries<Shift>,
        assignments: dyn Queries<Assignment>,
        optimizations: dyn Queries<Optimization>,
        outbox: dyn OutboxQueries,
        audit: dyn AuditQueries,
        load: dyn LoadQueries,
    }
}

fn organization_error(error: diesel::result::Error) -> StoreError {
    store_error(error, organization::UNIQUE)
}
