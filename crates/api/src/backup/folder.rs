//! The folder of archives: their names say when they were made, and a name is given only to what is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tempfile::NamedTempFile;

const PREFIX: &str = "hr-scheduling-";
const SUFFIX: &str = ".backup";
const TIME: &str = "%Y%m%dT%H%M%S.%3fZ";

/// An archive in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Where it is.
    pub path: PathBuf,
    /// When it was made, to the millisecond.
    pub created_at: Timestamp,
}

/// The archives of a folder, the newest first.
pub fn archives(folder: &Path) -> io::Result<Vec<Archive>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(created_at) = entry.file_name().to_str().and_then(time_of) {
            found.push(Archive { path: entry.path(), created_at });
        }
    }
    found.sort_by_key(|archive| std::cmp::Reverse(archive.created_at));
    Ok(found)
}

/// When the newest archive of a folder was made: what the age of backups is told from.
pub fn newest_archive(folder: &Path) -> io::Result<Option<Timestamp>> {
    Ok(archives(folder)?.first().map(|archive| archive.created_at))
}

/// Removes all but the newest `keep`; answers what is gone.
pub fn remove_oldest(folder: &Path, keep: usize) -> io::Result<Vec<PathBuf>> {
    let mut gone = Vec::new();
    for archive in archives(folder)?.into_iter().skip(keep) {
        fs::remove_file(&archive.path)?;
        gone.push(archive.path);
    }
    Ok(gone)
}

fn time_of(name: &str) -> Option<Timestamp> {
    let text = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    DateTime::strptime(TIME, text).ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// An archive that is being written: for its owner alone, under a name that nobody takes for one, and gone unless it is
/// kept.
pub struct Draft {
    file: NamedTempFile,
    folder: PathBuf,
}

impl Draft {
    /// Makes the folder where it is not there.
    pub fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let file = tempfile::Builder::new().prefix(".hr-scheduling-").suffix(".part").tempfile_in(folder)?;
        Ok(Self { file, folder: folder.to_owned() })
    }

    /// What is written to.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Brings it to the disk, then gives it its name; answers where it is. Another archive of that very moment stays.
    pub fn keep(self, created_at: Timestamp) -> io::Result<PathBuf> {
        self.file.as_file().sync_all()?;
        let time = created_at.to_zoned(TimeZone::UTC).strftime(TIME).to_string();
        let path = self.folder.join(format!("{PREFIX}{time}{SUFFIX}"));
        self.file.persist_noclobber(&path).map_err(|refused| refused.error)?;
        // The name is on the disk, too, before anybody is told of it.
        File::open(&self.folder)?.sync_all()?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_and_what_is_no_archive_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let times: Vec<Timestamp> =
            (0..5).map(|second| Timestamp::from_second(1_800_000_000 + second).unwrap()).collect();
        for time in &times {
            Draft::create(folder.path()).unwrap().keep(*time).unwrap();
        }
        fs::write(folder.path().join("hr-scheduling-notes.backup"), "").unwrap();
        let gone = remove_oldest(folder.path(), 2).unwrap();
        assert_eq!(gone.len(), 3);
        let left: Vec<Timestamp> = archives(folder.path()).unwrap().iter().map(|one| one.created_at).collect();
        assert_eq!(left, [times[4], times[3]]);
        assert_eq!(newest_archive(folder.path()).unwrap(), Some(times[4]));
        assert!(folder.path().join("hr-scheduling-notes.backup").exists());
    }

    #[test]
    fn a_draft_that_is_not_kept_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let draft = Draft::create(&folder.path().join("new")).unwrap();
        assert_eq!(archives(&folder.path().join("new")).unwrap(), []);
        drop(draft);
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 0);
    }

    #[test]
    fn two_archives_of_one_moment_do_not_replace_one_another() {
        let folder = tempfile::tempdir().unwrap();
        let time = Timestamp::from_second(1_800_000_000).unwrap();
        let path = Draft::create(folder.path()).unwrap().keep(time).unwrap();
        assert!(path.ends_with("hr-scheduling-20270115T080000.000Z.backup"), "{}", path.display());
        assert!(Draft::create(folder.path()).unwrap().keep(time).is_err());
    }
}
