//! What can be asked of `backup`.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Subcommand};

const CREATE_EXAMPLES: &str = "\
\x1b[1mExamples\x1b[0m
  hr-scheduling backup create --dir /var/backups/hr --keep 14
  HR_BACKUP_KEY_FILE=/etc/hr-scheduling/backup_key hr-scheduling backup create --every 24";

const RESTORE_EXAMPLES: &str = "\
\x1b[1mExample\x1b[0m
  hr-scheduling backup restore --replace backups/hr-scheduling-20261127T020000.000Z.backup

Stop the service before. The archive is read through before anything is changed, and a restore that fails changes nothing.";

/// `backup …`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BackupCommand {
    /// Write all that is kept into a new archive; the service may go on
    #[command(after_help = CREATE_EXAMPLES)]
    Create(CreateArgs),
    /// List the archives, the newest first; exit code 1 when one cannot be read
    List(ListArgs),
    /// Restore an archive into a private database and compare it row for row; exit code 1 when it is not sound
    Verify(VerifyArgs),
    /// Fill the database from an archive
    #[command(after_help = RESTORE_EXAMPLES)]
    Restore(RestoreArgs),
}

/// Where archives are.
#[derive(Debug, Args)]
pub(in crate::cli) struct FolderArgs {
    /// Folder of the archives [env: HR_BACKUP_DIR] [default: ./backups]
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) dir: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CreateArgs {
    #[command(flatten)]
    pub(in crate::cli) folder: FolderArgs,
    /// Remove all but the newest N archives once the new one is whole; 0 keeps all [env: HR_BACKUP_KEEP] [default: 0]
    #[arg(long, value_name = "N")]
    pub(in crate::cli) keep: Option<String>,
    /// Make another one every so many hours, until told to stop
    #[arg(long, value_name = "HOURS", value_parser = parse_hours)]
    pub(in crate::cli) every: Option<NonZeroU32>,
}

fn parse_hours(text: &str) -> Result<NonZeroU32, String> {
    let hours = text.parse().ok().filter(|hours: &NonZeroU32| hours.get() <= 24 * 366);
    hours.ok_or_else(|| "it is a whole number of hours, from 1 to 8784".to_owned())
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    pub(in crate::cli) folder: FolderArgs,
    /// Read each archive through and say whether its checksums hold
    #[arg(long)]
    pub(in crate::cli) check: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    #[command(flatten)]
    pub(in crate::cli) folder: FolderArgs,
    /// The archive [default: the newest of the folder]
    #[arg(value_name = "ARCHIVE")]
    pub(in crate::cli) archive: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RestoreArgs {
    /// The archive
    #[arg(value_name = "ARCHIVE")]
    pub(in crate::cli) archive: PathBuf,
    /// Put it in the place of what the database holds, which is lost
    #[arg(long)]
    pub(in crate::cli) replace: bool,
}
