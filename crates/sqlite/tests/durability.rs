//! A process that is killed while it writes has lost nothing that it was told is stored.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use scheduling_conformance::build::{a_skill, instant};
use scheduling_domain::ports::Store;
use scheduling_domain::skill::SkillFilter;
use scheduling_sqlite::{SqliteOptions, SqliteStore};

/// Names the file to the child; the child is this very binary.
const FILE: &str = "SQLITE_DURABILITY_FILE";
/// What precedes a name that the child was told is stored.
const STORED: &str = "stored: ";

async fn open(path: &Path) -> SqliteStore {
    let store = SqliteStore::open(path, SqliteOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    store
}

#[tokio::test]
#[ignore = "the child of the test below; it writes until it is killed"]
#[expect(clippy::disallowed_methods, reason = "how a test tells its child where to write")]
async fn writes_until_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let store = open(Path::new(&path)).await;
    let organization = store.create_organization("ours", "Ours").await.unwrap().id;
    let now = instant("2026-01-01T00:00:00Z");
    let mut out = std::io::stdout();
    for n in 0_u32.. {
        let name = format!("skill {n}");
        let mut uow = store.begin(organization).await.unwrap();
        uow.skills().insert(&a_skill(&name), now).await.unwrap();
        uow.commit().await.unwrap();
        writeln!(out, "{STORED}{name}").and_then(|()| out.flush()).unwrap();
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "whoever is to be killed is a program of its own")]
async fn a_killed_writer_has_lost_nothing_it_was_told_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hr.sqlite3");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writes_until_killed", "--ignored", "--nocapture"])
        .env(FILE, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap_or_default();
        if let Some((_, name)) = line.split_once(STORED) {
            told.push(name.to_owned());
        }
        if told.len() == 200 {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(told.len() >= 200, "the child wrote {} rows", told.len());

    let store = open(&path).await;
    let organization = store.find_organization("ours").await.unwrap().unwrap().id;
    let stored = store.skills().list_all(organization, &SkillFilter::default()).await.unwrap();
    let stored: Vec<&str> = stored.iter().map(|skill| skill.name.as_str()).collect();
    // One more may be there, whose answer was on its way.
    assert!(stored.len() <= told.len() + 1);
    assert_eq!(stored.get(..told.len()).unwrap_or(&stored), told);
}
