//! The checker scores third-party rosters of the public benchmark as their authors do.
//!
//! The benchmark's files are not part of this repository. Where they lie beside it, in `../shared/benchmarks`, they are
//! read from there; a small instance of our own is scored in any case.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may stop where it is, and says what it skips")]

use std::path::{Path, PathBuf};

use scheduling_domain::roster::AvailabilityKind;
use scheduling_domain::roster::curtois::Instance;
use scheduling_domain::rules::{Report, check};

fn score(instance: &str, roster: &str) -> Report {
    let instance = Instance::parse(instance).unwrap();
    let placements = instance.parse_roster(roster).unwrap();
    check(&instance.to_problem(), &placements)
}

/// The folder of the benchmark; none, with a line that says so, where it is not there.
fn benchmark() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/benchmarks/curtois");
    if !folder.exists() {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn every_published_instance_is_read_whole() {
    let Some(benchmark) = benchmark() else { return };
    for number in 1..=24 {
        let Ok(text) = std::fs::read_to_string(benchmark.join(format!("Instance{number}.txt"))) else { continue };
        let instance = Instance::parse(&text).unwrap();
        let problem = instance.to_problem();
        assert_eq!(problem.people.len(), instance.staff_count());
        assert!(problem.rules.iter().all(|rule| rule.validate().is_ok()), "Instance{number}");
        let wanted: i64 = problem.shifts.iter().map(|s| s.heads.under_weight * i64::from(s.heads.target)).sum();
        let wishes = problem.people.iter().flat_map(|person| &person.availability);
        let wishes: i64 = wishes.filter(|wish| wish.kind == AvailabilityKind::Preferred).map(|wish| wish.weight).sum();
        assert_eq!(check(&problem, &[]).cost(), wanted + wishes, "Instance{number}: an empty roster");
    }
}

#[test]
fn published_rosters_score_as_published() {
    let Some(benchmark) = benchmark() else { return };
    let read = |path: String| std::fs::read_to_string(benchmark.join(path)).unwrap();
    for (name, total) in [("Instance1", 607), ("Instance3", 1001), ("Instance5", 1146)] {
        let report = score(&read(format!("{name}.txt")), &read(format!("rosters/{name}.csv")));
        assert_eq!((report.cost(), report.blocking().next()), (total, None), "{name}");
    }
}

const WEEK: &str = "
SECTION_HORIZON
7
SECTION_SHIFTS
D,480,
N,600,D
SECTION_STAFF
A,D=7|N=1,2400,960,3,2,2,0
SECTION_DAYS_OFF
A,6
SECTION_SHIFT_ON_REQUESTS
A,0,D,3
A,2,N,5
SECTION_SHIFT_OFF_REQUESTS
A,1,D,11
SECTION_COVER
0,D,1,100,1
1,D,0,100,13
2,D,2,100,1
";

#[test]
fn requests_and_cover_are_what_a_legal_roster_costs() {
    let report = score(WEEK, "A,0,D\nA,1,D\nA,2,D\n");
    assert!(report.is_publishable());
    assert_eq!(report.cost(), 5 + 11 + 13 + 100, "N on day 2, not D on day 1, one over on day 1, one short on day 2");
}

#[test]
fn each_hard_limit_is_named() {
    let codes =
        |roster: &str| -> Vec<&str> { score(WEEK, roster).blocking().map(|violation| violation.code).collect() };
    assert_eq!(codes("A,0,D\n"), ["minutes_below_min"]);
    assert_eq!(codes("A,0,N\nA,1,D\n"), ["forbidden_succession"]);
    assert_eq!(codes("A,0,D\nA,0,N\n"), ["overlap"]);
    assert_eq!(codes("A,0,D\nA,1,D\nA,2,D\nA,3,D\n"), ["work_run_too_long"]);
    assert_eq!(codes("A,0,D\nA,2,D\nA,3,D\n"), ["days_off_run_too_short"]);
    assert_eq!(codes("A,0,D\nA,3,D\n"), ["work_run_too_short"]);
    assert_eq!(codes("A,0,N\nA,1,N\n"), ["too_many_shifts_of_template"]);
    assert_eq!(codes("A,4,D\nA,5,D\n"), ["too_many_weekends"]);
    assert_eq!(codes("A,3,D\nA,6,D\n"), ["too_many_weekends", "work_run_too_short", "work_on_day_off"]);
    assert_eq!(codes("A,0,D\nA,1,N\nA,2,N\nA,5,N\nA,6,N\n").len(), 4);
}
