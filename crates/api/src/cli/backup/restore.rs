//! `backup verify` and `backup restore`

use std::path::{Path, PathBuf};

use scheduling_domain::backup::{BackupError, RestoreInto};
use tokio::sync::mpsc;

use super::args::{RestoreArgs, VerifyArgs};
use super::{PARTS_IN_FLIGHT, archive_failure, counting, list, open, progress, store_failure};
use crate::backup::{ArchiveError, Head, Manifest, check, send_parts};
use crate::causes::with_causes;
use crate::cli::failure::{Exit, Failure};
use crate::cli::{output, session};
use crate::config::{Config, Secret, Sources};
use crate::wiring::BackupStore;

/// Restores where nobody sees it, and compares.
pub(super) fn verify(sources: &Sources, arguments: &VerifyArgs) -> Result<Exit, Failure> {
    session::run(sources, async |config| {
        let path = match &arguments.archive {
            Some(path) => path.clone(),
            None => newest(&config.backup_dir)?,
        };
        let store = BackupStore::of(&config);
        let checked = read_through(&path, config.backup_key.as_ref()).await?;
        let finding = match checked {
            Err(error) if error.is_damage() => with_causes(&error),
            Err(error) => return Err(archive_failure(&path, &error)),
            Ok((head, manifest)) => match fill(&store, &path, &head, &config, RestoreInto::Nothing).await? {
                Ok(()) => {
                    let (rows, tables) = (manifest.rows(), manifest.tables.len());
                    output::say(format_args!(
                        "{}: sound; {rows} rows of {tables} tables restored and equal",
                        path.display()
                    ));
                    return Ok(Exit::Ok);
                }
                Err(error @ (BackupError::Misfit(_) | BackupError::Differs { .. })) => with_causes(&error),
                Err(error) => return Err(store_failure(store.place(), &error)),
            },
        };
        output::say(format_args!("{}: {finding}", path.display()));
        Ok(Exit::Finding)
    })
}

/// Fills the database.
pub(super) fn run(sources: &Sources, arguments: &RestoreArgs) -> Result<Exit, Failure> {
    session::run(sources, async |config| {
        let path = &arguments.archive;
        let store = BackupStore::of(&config);
        // All of it is sound before anything is touched.
        let (head, manifest) =
            read_through(path, config.backup_key.as_ref()).await?.map_err(|error| archive_failure(path, &error))?;
        let into = if arguments.replace { RestoreInto::Replaced } else { RestoreInto::Empty };
        fill(&store, path, &head, &config, into).await?.map_err(|error| store_failure(store.place(), &error))?;
        output::say(format_args!(
            "{} is as it was at {}: {} rows of {} tables restored and equal",
            store.place(),
            head.created_at,
            manifest.rows(),
            manifest.tables.len()
        ));
        Ok(Exit::Ok)
    })
}

fn newest(folder: &Path) -> Result<PathBuf, Failure> {
    list::archives_of(folder)?.into_iter().next().map(|archive| archive.path).ok_or_else(|| {
        Failure::usage(format!("{} has no archive; name one, or another folder with --dir", folder.display()))
    })
}

async fn read_through(path: &Path, key: Option<&Secret>) -> Result<Result<(Head, Manifest), ArchiveError>, Failure> {
    let bar = progress("checking");
    let passed = counting(&bar);
    let (path, key) = (path.to_owned(), key.cloned());
    let read = tokio::task::spawn_blocking(move || check(&mut open(&path)?, key.as_ref(), &passed)).await;
    bar.finish_and_clear();
    read.map_err(|error| Failure::unavailable(format!("the archive was not read: {error}")))
}

/// Sends the archive into the store. What is wrong with the archive is a failure; what the store says is the answer.
async fn fill(
    store: &BackupStore,
    path: &Path,
    head: &Head,
    config: &Config,
    into: RestoreInto,
) -> Result<Result<(), BackupError>, Failure> {
    if head.store != store.kind() {
        return Err(Failure::usage(format!(
            "{} is a backup of a store of kind {}, and {} is one of kind {}; name a database of that kind",
            path.display(),
            head.store,
            store.place(),
            store.kind()
        )));
    }
    let bar = progress("restoring");
    let (sender, parts) = mpsc::channel(PARTS_IN_FLIGHT);
    let reading = {
        let (file, key, passed) = (path.to_owned(), config.backup_key.clone(), counting(&bar));
        tokio::task::spawn_blocking(move || send_parts(&mut open(&file)?, key.as_ref(), &sender, &passed))
    };
    let filled = store.restore(parts, into).await;
    let read = reading.await.map_err(|error| Failure::unavailable(format!("the archive was not read: {error}")))?;
    bar.finish_and_clear();
    match (filled, read) {
        (Err(BackupError::BrokenOff), Err(error)) => Err(archive_failure(path, &error)),
        (filled, _) => Ok(filled),
    }
}
