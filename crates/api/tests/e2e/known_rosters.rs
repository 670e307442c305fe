use std::path::{Path, PathBuf};

use crate::support::Command;

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
