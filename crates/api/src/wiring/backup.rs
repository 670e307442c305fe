//! Reading a store whole, and filling one.

use std::path::PathBuf;

use scheduling_domain::backup::{BackupError, BackupPart, RestoreInto};
use scheduling_domain::ports::StoreError;
use scheduling_postgres::PgSettings;
use scheduling_sqlite::{SqliteOptions, SqliteStore};
use tokio::sync::mpsc::{Receiver, Sender};

use crate::config::{Config, Database, masked_url};

/// The store that the configuration names, as far as backups go. It is not opened before it is used: a backup can be
/// verified where no database is yet.
pub struct BackupStore {
    kind: Kind,
    place: String,
}

enum Kind {
    Embedded(PathBuf, SqliteOptions),
    Postgres(PgSettings),
}

impl BackupStore {
    /// The one that the configuration names.
    pub fn of(config: &Config) -> Self {
        match &config.database {
            Database::Embedded(path) => {
                Self { place: path.display().to_string(), kind: Kind::Embedded(path.clone(), SqliteOptions::default()) }
            }
            Database::Postgres(url) => Self {
                place: masked_url(url.reveal()),
                kind: Kind::Postgres(PgSettings { pooling: super::pooling(config), ..PgSettings::new(url.reveal()) }),
            },
        }
    }

    /// Where it is, without credentials.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What kind of store it is; the rows of one kind do not fit another.
    pub fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Embedded(..) => "sqlite",
            Kind::Postgres(_) => "postgres",
        }
    }

    /// Sends all that is kept, as it is at this moment.
    pub async fn back_up(&self, parts: Sender<BackupPart>) -> Result<(), BackupError> {
        match &self.kind {
            // Opening a file that is not there would make it.
            Kind::Embedded(path, _) if !path.exists() => Err(BackupError::Unmigrated),
            Kind::Embedded(path, options) => {
                let store = SqliteStore::open(path.clone(), *options).await;
                let store = store.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
                store.back_up(parts).await
            }
            Kind::Postgres(settings) => scheduling_postgres::back_up(settings, &parts).await,
        }
    }

    /// Makes what comes its content. Nothing has changed where this fails.
    pub async fn restore(&self, parts: Receiver<BackupPart>, into: RestoreInto) -> Result<(), BackupError> {
        match &self.kind {
            Kind::Embedded(path, options) => scheduling_sqlite::restore(path.clone(), *options, parts, into).await,
            Kind::Postgres(settings) => scheduling_postgres::restore(settings, parts, into).await,
        }
    }
}
