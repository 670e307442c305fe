use std::net::TcpListener;
use std::path::{Path, PathBuf};

use crate::support::{Backend, Command};

/// The shared benchmark instances, which lie beside a clone but are not part of it.
fn instances() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/benchmarks/curtois");
    folder.is_dir().then_some(folder)
}

#[test]
fn check_prints_the_total_of_known_rosters() {
    let Some(folder) = instances() else {
        eprintln!("skipped: the benchmark instances are not beside this clone");
        return;
    };
    for (name, total) in [("Instance1", 607), ("Instance3", 1001), ("Instance5", 1146)] {
        let instance = folder.join(format!("{name}.txt"));
        let roster = folder.join(format!("rosters/{name}.csv"));
        let arguments = ["check", "--format", "curtois", instance.to_str().unwrap(), roster.to_str().unwrap()];
        let finished = Command::new(&arguments).run_ok();
        assert!(finished.stdout().lines().any(|line| line == format!("total {total}")), "{}", finished.stdout());
    }
}

#[test]
fn solve_finds_a_legal_roster_and_check_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let instance = folder.path().join("instance.txt");
    std::fs::write(&instance, include_str!("instance.txt")).unwrap();
    let roster = folder.path().join("roster.csv");
    let (instance, roster) = (instance.to_str().unwrap(), roster.to_str().unwrap());
    let solve =
        ["solve", "--format", "curtois", instance, "--seconds", "2", "--threads", "1", "--seed", "1", "--out", roster];
    Command::new(&solve).run_ok();
    let finished = Command::new(&["check", "--format", "curtois", instance, roster]).run_ok();
    assert!(finished.stdout().contains("total "), "{}", finished.stdout());

    std::fs::write(roster, "employee,day,shift\nA,0,L\nA,1,E\n").unwrap();
    let finished = Command::new(&["check", "--format", "curtois", instance, roster]).run();
    assert_eq!(finished.code(), Some(1), "{}{}", finished.stdout(), finished.stderr());
    assert!(finished.stdout().contains("succession"), "the violation is not named: {}", finished.stdout());

    std::fs::write(roster, "employee,day,shift\nA,0,L\nZ,1,E\n").unwrap();
    let finished = Command::new(&["check", "--format", "curtois", instance, roster]).run();
    assert_eq!(finished.code(), Some(2));
    assert!(finished.stderr().contains("line 3") && finished.stderr().contains('Z'), "{}", finished.stderr());
}

#[test]
fn config_show_tells_where_each_value_comes_from_and_hides_secrets() {
    let backend = Backend::embedded();
    let secret = "a-secret-of-thirty-two-characters!";
    let finished = backend
        .command(&["config", "show"])
        .env("JWT_SECRET_KEY", secret)
        .env("REDIS_URL", "redis://:hunter22@127.0.0.1:6379/0")
        .run_ok();
    let shown = finished.stdout();
    assert!(shown.contains("JWT_SECRET_KEY") && shown.contains("default"), "{shown}");
    assert!(!shown.contains(secret) && !shown.contains("hunter22"), "{shown}");
}

#[test]
fn production_refuses_to_start_without_secrets() {
    let backend = Backend::embedded();
    let finished = backend.command(&["serve", "--listen", "127.0.0.1:0"]).env("HR_ENV", "production").run();
    assert_eq!(finished.code(), Some(2), "{}", finished.stderr());
    assert!(finished.stderr().contains("JWT_SECRET_KEY"), "{}", finished.stderr());
}

#[test]
fn a_busy_port_is_named() {
    let backend = Backend::embedded();
    backend.prepare();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let finished = backend.command(&["serve", "--listen", &address]).run();
    assert_ne!(finished.code(), Some(0));
    assert!(finished.stderr().contains(&address), "{}", finished.stderr());
    assert!(!finished.stderr().contains("panicked"), "{}", finished.stderr());
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    // A file where the folder should be stops the administrator's account too, which no permission does.
    let path = folder.path().join("data");
    std::fs::write(&path, "").unwrap();
    let finished = Command::new(&["migrate"]).env("HR_DATA_DIR", path.to_str().unwrap()).run();
    assert_eq!(finished.code(), Some(2), "{}", finished.stderr());
    assert!(finished.stderr().contains(path.to_str().unwrap()), "{}", finished.stderr());
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let backend = Backend::embedded();
    let url = "postgres://hr:hunter22@127.0.0.1:1/hr_scheduling";
    let finished = backend.command(&["migrate"]).env("DATABASE_URL", url).run();
    assert_eq!(finished.code(), Some(2), "{}", finished.stderr());
    assert!(finished.stderr().contains("127.0.0.1:1"), "{}", finished.stderr());
    assert!(!finished.stderr().contains("hunter22"), "{}", finished.stderr());
}

#[test]
fn the_same_seed_makes_the_same_company() {
    let exports: Vec<_> = (0..2)
        .map(|_| {
            let backend = Backend::embedded();
            backend.prepare_demo();
            backend.command(&["seed", "demo", "--seed", "1"]).run().stdout()
        })
        .collect();
    assert_eq!(exports[0], exports[1], "a second seeding says the same of both");
}

#[test]
fn an_import_reports_each_row_and_a_dry_run_writes_nothing() {
    let backend = Backend::embedded();
    backend.prepare_demo();
    let file = backend.data_dir().join("employees.csv");
    let header = "number,full_name,team,hired_on,email\n";
    let good = "N-1,Zhao Min,Nowhere,2024-05-01,\n";
    let bad = "N-2,,Nowhere,2024-13-01,not-an-address\n";
    std::fs::write(&file, format!("{header}{good}{bad}")).unwrap();
    let finished = backend.command(&["import", "employees", file.to_str().unwrap(), "--dry-run"]).run();
    assert_eq!(finished.code(), Some(1), "{}{}", finished.stdout(), finished.stderr());
    let report = finished.stdout();
    assert!(report.contains("line 3") && report.contains("hired_on") && report.contains("full_name"), "{report}");
}
