//! Backups, as an operator makes, checks and restores them.

use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use crate::support::{Backend, on_each_backend};

on_each_backend!(
    a_restored_store_is_the_one_that_was_backed_up,
    a_database_with_rows_is_replaced_only_when_told_to,
    a_backup_of_a_newer_schema_is_refused,
    a_backup_of_an_earlier_schema_is_brought_up_to_date,
    damaged_archives_are_found_and_leave_the_store_alone,
    the_newest_are_kept,
);

/// An empty store of the same kind.
async fn another(backend: &Backend) -> Backend {
    if backend.database().is_some() { Backend::postgres_and_redis().await } else { Backend::embedded() }
}

fn create(backend: &Backend, folder: &Path) -> PathBuf {
    let said = backend.command(&["backup", "create", "--dir", folder.to_str().unwrap()]).run_ok().stdout();
    PathBuf::from(said.split_once(": ").unwrap().0)
}

fn restore(backend: &Backend, archive: &Path, flags: &[&str]) -> (Option<i32>, String) {
    let finished = backend.command(&[&["backup", "restore", archive.to_str().unwrap()], flags].concat()).run();
    (finished.code(), finished.stdout() + &finished.stderr())
}

/// What a backup of the store comes to, table by table; its own name apart, which restoring changes.
fn content(backend: &Backend) -> String {
    let folder = TempDir::new().unwrap();
    let archive = create(backend, folder.path());
    let said = backend.command(&["backup", "list", "--check", "--dir", folder.path().to_str().unwrap()]).run_ok();
    assert!(said.stdout().contains("sound"), "{}", said.stdout());
    let audit = backend.command(&["audit", "verify"]).run_ok().stdout();
    let size = std::fs::metadata(archive).unwrap().len();
    assert!(0 < size);
    let rows = said.stdout().split(" rows").next().unwrap().rsplit(' ').next().unwrap().to_owned();
    format!("{rows} rows; {audit}")
}

async fn a_restored_store_is_the_one_that_was_backed_up(backend: Backend) {
    backend.prepare_demo();
    let server = backend.serve();
    let admin = server.admin().await;
    admin
        .post("/api/sites/", &json!({"name": "\"Ünïcode\\ 北京\u{1f600}", "time_zone": "Asia/Shanghai"}))
        .await
        .expect(201);
    backend.execute("UPDATE sites SET address = 'line\nbreak\t\\n''; --'").await;
    // While it serves.
    let folder = TempDir::new().unwrap();
    let archive = create(&backend, folder.path());
    let sites = admin.get("/api/sites/").await.expect(200).data().clone();
    let employees = admin.get("/api/employees/?per_page=100").await.expect(200).data().clone();
    server.stop();

    let verified = backend.command(&["backup", "verify", archive.to_str().unwrap()]).run_ok().stdout();
    assert!(verified.contains("restored and equal"), "{verified}");

    let target = another(&backend).await;
    let (code, said) = restore(&target, &archive, &[]);
    assert_eq!(code, Some(0), "{said}");
    let signed_in = target.serve();
    let admin = signed_in.admin().await;
    assert_eq!(*admin.get("/api/sites/").await.expect(200).data(), sites);
    assert_eq!(*admin.get("/api/employees/?per_page=100").await.expect(200).data(), employees);
    // Ids go on where they were, and what a trigger guards is guarded.
    let new = admin.post("/api/sites/", &json!({"name": "New", "time_zone": "Asia/Shanghai"})).await.expect(201).id();
    assert!(sites.as_array().unwrap().iter().all(|site| site["id"].as_i64().unwrap() < new));
    signed_in.stop();
    let audit = target.command(&["audit", "verify"]).run_ok().stdout();
    assert!(audit.contains("sound"), "{audit}");
}

async fn a_database_with_rows_is_replaced_only_when_told_to(backend: Backend) {
    backend.prepare();
    let folder = TempDir::new().unwrap();
    let archive = create(&backend, folder.path());
    let before = content(&backend);
    backend.command(&["seed", "demo", "--seed", "1"]).run_ok();
    let after = content(&backend);
    assert_ne!(before, after);

    let (code, said) = restore(&backend, &archive, &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("not empty: it has 1 organization") && said.contains("--replace"), "{said}");
    assert_eq!(content(&backend), after);

    let (code, said) = restore(&backend, &archive, &["--replace"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(content(&backend), before);
}

async fn a_backup_of_a_newer_schema_is_refused(backend: Backend) {
    backend.prepare();
    let before = content(&backend);
    let newer = another(&backend).await;
    newer.prepare();
    newer.outgrow().await;
    let folder = TempDir::new().unwrap();
    // Made by hand, since this program does not open such a store: the same bytes with another version at the end.
    let archive = create(&backend, folder.path());
    let said = restore(&newer, &archive, &["--replace"]).1;
    assert!(said.contains("9999"), "{said}");

    let harmed = with_schema(&backend, "9999").await;
    let (code, said) = restore(&backend, &harmed.1, &["--replace"]);
    assert_ne!(code, Some(0), "{said}");
    assert!(said.contains("9999"), "{said}");
    assert_eq!(content(&backend), before);
}

/// An archive whose head names one more migration, sealed as it should be.
async fn with_schema(backend: &Backend, version: &str) -> (TempDir, PathBuf) {
    use scheduling_api::backup::write_parts;
    use scheduling_domain::backup::BackupPart;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("newer.backup");
    let (sender, mut receiver) = tokio::sync::mpsc::channel(4);
    sender.send(BackupPart::Schema(vec!["0001".to_owned(), version.to_owned()])).await.unwrap();
    sender.send(BackupPart::End(Vec::new())).await.unwrap();
    let kind = if backend.database().is_some() { "postgres" } else { "sqlite" };
    let mut file = std::fs::File::create(&path).unwrap();
    tokio::task::spawn_blocking(move || {
        let time = jiff::Timestamp::UNIX_EPOCH;
        write_parts(&mut file, kind, time, None, &mut receiver, &|_| ()).unwrap();
    })
    .await
    .unwrap();
    (folder, path)
}

const KEY: &str = "an example of a key that nobody uses, 0123456789";

async fn damaged_archives_are_found_and_leave_the_store_alone(backend: Backend) {
    let backend = backend.with("HR_BACKUP_KEY", KEY);
    backend.prepare();
    let before = content(&backend);
    let folder = TempDir::new().unwrap();
    let archive = create(&backend, folder.path());
    let sound = std::fs::read(&archive).unwrap();
    let flipped = |at: usize| {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    let frames = frames(&sound);
    let swapped =
        [&sound[..frames[0].start], &sound[frames[1].clone()], &sound[frames[0].clone()], &sound[frames[1].end..]]
            .concat();
    for (what, bytes) in [
        ("a bit of the magic number", flipped(3)),
        ("a bit of the format's version", flipped(22)),
        ("a bit of the head", flipped(60)),
        ("a bit of the first frame", flipped(frames[0].start + 9)),
        ("a bit in the middle", flipped(sound.len() / 2)),
        ("a bit of the last seal", flipped(sound.len() - 1)),
        ("truncation", sound[..sound.len() / 2].to_vec()),
        ("a missing end", sound[..frames.last().unwrap().start].to_vec()),
        ("two frames swapped", swapped),
        ("a tail", [sound.as_slice(), b"tail"].concat()),
        ("an empty file", Vec::new()),
    ] {
        std::fs::write(&archive, bytes).unwrap();
        let folder = folder.path().to_str().unwrap();
        let listed = backend.command(&["backup", "list", "--check", "--dir", folder]).run();
        assert_eq!(listed.code(), Some(1), "{what}: {}", listed.stdout());
        assert!(listed.stdout().contains("BAD"), "{what}: {}", listed.stdout());
        let verified = backend.command(&["backup", "verify", "--dir", folder]).run();
        assert_eq!(verified.code(), Some(1), "{what}: {}", verified.stdout());
        let (code, said) = restore(&backend, &archive, &["--replace"]);
        assert_eq!(code, Some(2), "{what}: {said}");
    }
    std::fs::write(&archive, &sound).unwrap();
    let stranger = backend.with("HR_BACKUP_KEY", KEY.replace("0123456789", "9876543210"));
    let (code, said) = restore(&stranger, &archive, &["--replace"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("another key") && said.contains("HR_BACKUP_KEY_FILE"), "{said}");
    assert!(!said.contains("example of a key"), "{said}");
    assert_eq!(content(&stranger), before);
}

/// Where the frames begin and end.
fn frames(archive: &[u8]) -> Vec<std::ops::Range<usize>> {
    let length = |at: usize| usize::try_from(u32::from_be_bytes(archive[at..at + 4].try_into().unwrap())).unwrap();
    let mut at = 23 + 4 + length(23);
    let mut frames = Vec::new();
    while at < archive.len() {
        let end = at + 5 + length(at + 1);
        frames.push(at..end);
        at = end;
    }
    frames
}

async fn the_newest_are_kept(backend: Backend) {
    backend.prepare();
    let folder = TempDir::new().unwrap();
    let dir = folder.path().to_str().unwrap();
    let made: Vec<PathBuf> = (0..3).map(|_| create(&backend, folder.path())).collect();
    let said = backend.command(&["backup", "create", "--dir", dir, "--keep", "2"]).run_ok().stdout();
    assert_eq!(said.matches("removed ").count(), 2, "{said}");
    assert_eq!(made.iter().map(|path| path.exists()).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(backend.command(&["backup", "list", "--dir", dir]).run_ok().stdout().lines().count(), 2);
}

#[test]
fn no_backup_is_made_of_nothing() {
    let backend = Backend::embedded();
    let finished = backend.command(&["backup", "create", "--dir", "unused"]).run();
    assert_eq!(finished.code(), Some(2), "{}", finished.stderr());
    assert!(finished.stderr().contains("has no tables yet"), "{}", finished.stderr());
}

async fn a_backup_of_an_earlier_schema_is_brought_up_to_date(backend: Backend) {
    backend.prepare();
    // As the release before the last migration left it.
    for column in ["bound", "request_id", "traceparent"] {
        backend.execute(&format!("ALTER TABLE optimizations DROP COLUMN {column}")).await;
    }
    backend.execute("DELETE FROM __diesel_schema_migrations WHERE version = '0010'").await;
    let folder = TempDir::new().unwrap();
    let archive = create(&backend, folder.path());

    let target = another(&backend).await;
    let (code, said) = restore(&target, &archive, &[]);
    assert_eq!(code, Some(0), "{said}");
    let migrated = target.command(&["migrate"]).run_ok().stdout();
    assert!(!migrated.contains("applied"), "{migrated}");
    target.serve().admin().await.get("/api/sites/").await.expect(200);
}

#[tokio::test]
async fn a_backup_of_the_other_kind_of_store_is_refused() {
    let backend = Backend::embedded();
    backend.prepare();
    let folder = TempDir::new().unwrap();
    let archive = create(&backend, folder.path());
    let (code, said) = restore(&Backend::postgres_and_redis().await, &archive, &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("kind sqlite"), "{said}");
}
