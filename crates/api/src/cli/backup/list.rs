//! `backup list`

use std::path::Path;

use indicatif::HumanBytes;

use super::args::ListArgs;
use super::{counting, open, progress};
use crate::backup::{Archive, ArchiveError, Head, Manifest, archives, check, skim};
use crate::causes::with_causes;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::config::{Config, Secret, Sources};

/// One line for each archive.
pub(super) fn run(sources: &Sources, arguments: &ListArgs) -> Result<Exit, Failure> {
    let config = Config::load(sources)?;
    let mut exit = Exit::Ok;
    for archive in archives_of(&config.backup_dir)? {
        match read(&archive.path, config.backup_key.as_ref(), arguments.check) {
            Ok((head, manifest)) => output::say(line(&archive, &head, manifest.as_ref(), arguments.check)),
            Err(error) => {
                output::say(format_args!("{}  BAD: {}", archive.path.display(), with_causes(&error)));
                exit = Exit::Finding;
            }
        }
    }
    Ok(exit)
}

/// The archives, or why they cannot be listed. No folder is no archives.
pub(super) fn archives_of(folder: &Path) -> Result<Vec<Archive>, Failure> {
    match archives(folder) {
        Ok(archives) => Ok(archives),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Failure::unavailable(format!(
            "{} cannot be listed: {error}; check its permissions, or choose another with --dir",
            folder.display()
        ))),
    }
}

fn read(path: &Path, key: Option<&Secret>, in_full: bool) -> Result<(Head, Option<Manifest>), ArchiveError> {
    if in_full {
        let bar = progress("checking");
        let outcome = check(&mut open(path)?, key, &counting(&bar));
        bar.finish_and_clear();
        return outcome.map(|(head, manifest)| (head, Some(manifest)));
    }
    skim(&mut open(path)?, key)
}

fn line(archive: &Archive, head: &Head, manifest: Option<&Manifest>, is_checked: bool) -> String {
    let size = archive.path.metadata().map_or(0, |file| file.len());
    let rows = manifest.map_or_else(|| "? rows".to_owned(), |manifest| format!("{} rows", manifest.rows()));
    format!(
        "{}  {}  {}, schema {}, version {}, {rows}{}{}",
        archive.path.display(),
        HumanBytes(size),
        head.store,
        head.schema.last().map_or("-", String::as_str),
        head.product,
        if head.encryption.is_some() { ", encrypted" } else { "" },
        if is_checked { ", sound" } else { "" },
    )
}
