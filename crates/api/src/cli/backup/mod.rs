//! `backup create`, `list`, `verify` and `restore`

pub(super) mod args;
mod create;
mod list;
mod restore;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use scheduling_domain::backup::BackupError;

use super::failure::{Exit, Failure};
use crate::backup::ArchiveError;
use crate::causes::with_causes;
use crate::config::Sources;
use args::BackupCommand;

/// How many parts wait between who reads and who writes; each is about a quarter of a megabyte.
const PARTS_IN_FLIGHT: usize = 8;

pub(super) fn run(sources: Sources, command: &BackupCommand) -> Result<Exit, Failure> {
    match command {
        BackupCommand::Create(arguments) => create::run(
            &sources.with("backup.dir", "--dir", arguments.folder.dir.as_ref()).with(
                "backup.keep",
                "--keep",
                arguments.keep.as_ref(),
            ),
            arguments,
        ),
        BackupCommand::List(arguments) => {
            list::run(&sources.with("backup.dir", "--dir", arguments.folder.dir.as_ref()), arguments)
        }
        BackupCommand::Verify(arguments) => {
            restore::verify(&sources.with("backup.dir", "--dir", arguments.folder.dir.as_ref()), arguments)
        }
        BackupCommand::Restore(arguments) => restore::run(&sources, arguments),
    }
}

/// Shows on a terminal how many bytes of rows went by.
fn progress(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {msg} {bytes} ({bytes_per_sec})") {
        bar.set_style(style);
    }
    bar
}

/// Counts on the bar what went by.
fn counting(bar: &ProgressBar) -> impl Fn(usize) + Send + use<> {
    let bar = bar.clone();
    move |bytes| bar.inc(u64::try_from(bytes).unwrap_or(u64::MAX))
}

fn open(path: &Path) -> Result<BufReader<File>, ArchiveError> {
    Ok(BufReader::new(File::open(path)?))
}

/// What is wrong with an archive, and what to do.
fn archive_failure(path: &Path, error: &ArchiveError) -> Failure {
    let advice = match error {
        ArchiveError::NoBackup => "name a file that `hr-scheduling backup create` wrote",
        ArchiveError::Format(_) => "use the version of the program that made it",
        ArchiveError::Damaged(_) => "use another one; `hr-scheduling backup list --check` shows which are sound",
        ArchiveError::KeyMissing | ArchiveError::OtherKey => "name the file of its key in HR_BACKUP_KEY_FILE",
        ArchiveError::TooLarge | ArchiveError::Seal | ArchiveError::BrokenOff => "try again",
        ArchiveError::File(_) => "check the disk, and the owner and permissions of the file and its folder",
    };
    let message = format!("{}: {}; {advice}", path.display(), with_causes(error));
    match error {
        ArchiveError::File(_) | ArchiveError::Seal | ArchiveError::BrokenOff => Failure::unavailable(message),
        _ => Failure::usage(message),
    }
}

/// What is wrong with a store, or with an archive for it, and what to do.
fn store_failure(place: &str, error: &BackupError) -> Failure {
    let advice = match error {
        BackupError::NotEmpty { .. } => {
            "restore into another one (--database-url, --data-dir), or give its content up with --replace"
        }
        BackupError::Foreign(_) => "restore into a database of its own",
        BackupError::NewerSchema(_) => "use the version of the program that made it, or a newer one",
        BackupError::Unmigrated => "check that DATABASE_URL or HR_DATA_DIR names the right one",
        BackupError::Uncovered { .. } => {
            "this version cannot make a whole backup of it; remove the table if it is yours"
        }
        BackupError::Misfit(_) | BackupError::Differs { .. } | BackupError::BrokenOff => "use another archive",
        BackupError::Pooled => "give it PostgreSQL's own address and HR_DATABASE_POOLING=session",
        BackupError::Store(_) => "check that it runs, and that DATABASE_URL names it and the role that owns its tables",
    };
    let message = format!("{place}: {}; {advice}", with_causes(error));
    match error {
        BackupError::Store(_) | BackupError::Uncovered { .. } | BackupError::BrokenOff => Failure::unavailable(message),
        _ => Failure::usage(message),
    }
}
