//! `backup create`

use std::io::{BufWriter, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::HumanBytes;
use scheduling_domain::ports::Clock;
use tokio::sync::mpsc;

use super::args::CreateArgs;
use super::{PARTS_IN_FLIGHT, archive_failure, counting, progress, store_failure};
use crate::backup::{ArchiveError, Draft, Manifest, remove_oldest, write_parts};
use crate::cli::failure::{Exit, Failure};
use crate::cli::{output, session};
use crate::clock::SystemClock;
use crate::config::{Config, Sources};
use crate::wiring::BackupStore;

/// Makes an archive, or one after another until told to stop.
pub(super) fn run(sources: &Sources, arguments: &CreateArgs) -> Result<Exit, Failure> {
    session::run(sources, async |config| match arguments.every {
        None => create(&config).await.map(|()| Exit::Ok),
        Some(hours) => {
            tokio::select! {
                never = create_forever(&config, hours) => match never {},
                () = session::told_to_stop() => Ok(Exit::Ok),
            }
        }
    })
}

/// A failure is told, and the next try is made at its time: what watches the age of backups raises the alarm.
async fn create_forever(config: &Config, hours: NonZeroU32) -> std::convert::Infallible {
    let mut times = tokio::time::interval(Duration::from_secs(u64::from(hours.get()) * 3_600));
    loop {
        times.tick().await;
        if let Err(failure) = create(config).await {
            output::complain(&failure);
        }
    }
}

async fn create(config: &Config) -> Result<(), Failure> {
    let store = BackupStore::of(config);
    let folder = config.backup_dir.clone();
    if config.backup_key.is_none() {
        output::note("the archive is not encrypted: whoever reads it knows everything; see HR_BACKUP_KEY_FILE");
    }
    let bar = progress("backing up");
    let (sender, receiver) = mpsc::channel(PARTS_IN_FLIGHT);
    let writing = {
        let (folder, key, kind) = (folder.clone(), config.backup_key.clone(), store.kind());
        let mut parts = receiver;
        let passed = counting(&bar);
        tokio::task::spawn_blocking(move || {
            let created_at = SystemClock.now();
            let mut draft = Draft::create(&folder)?;
            let mut out = BufWriter::new(draft.file());
            let manifest = write_parts(&mut out, kind, created_at, key.as_ref(), &mut parts, &passed)?;
            out.flush()?;
            drop(out);
            Ok((draft.keep(created_at)?, manifest))
        })
    };
    let read = store.back_up(sender).await;
    let written: Result<(PathBuf, Manifest), ArchiveError> =
        writing.await.map_err(|error| Failure::unavailable(format!("the archive was not written: {error}")))?;
    bar.finish_and_clear();
    // Where one end stops, the other only notices; the first one's reason counts.
    let (path, manifest) = match (read, written) {
        (Ok(()), Ok(written)) => written,
        (Err(error), Ok(_) | Err(ArchiveError::BrokenOff)) => return Err(store_failure(store.place(), &error)),
        (_, Err(error)) => return Err(archive_failure(&folder, &error)),
    };
    say(&path, &manifest);
    clean_up(&folder, config.backup_keep)
}

fn say(path: &Path, manifest: &Manifest) {
    let size = path.metadata().map_or(0, |file| file.len());
    output::say(format_args!(
        "{}: {} rows of {} tables, {}",
        path.display(),
        manifest.rows(),
        manifest.tables.len(),
        HumanBytes(size)
    ));
}

fn clean_up(folder: &Path, keep: Option<usize>) -> Result<(), Failure> {
    let Some(keep) = keep else { return Ok(()) };
    let gone = remove_oldest(folder, keep).map_err(|error| {
        Failure::unavailable(format!(
            "{}: the oldest archives cannot be removed: {error}; the new one is whole; check the folder's permissions",
            folder.display()
        ))
    })?;
    for path in gone {
        output::say(format_args!("removed {}", path.display()));
    }
    Ok(())
}
