//! Findings as they come out of the cache.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use scheduling_domain::id::{EmployeeId, ShiftId};
use scheduling_domain::rules::{Citation, Phase, Unit, Verdict};
use serde::{Deserialize, Deserializer};

use super::findings::Finding;

/// A [`Finding`] whose names are no longer those of the program.
#[derive(Deserialize)]
struct KeptFinding {
    rule: String,
    kind: String,
    citation: Option<Citation>,
    code: String,
    args: Vec<(String, String)>,
    verdict: Verdict,
    phase: Phase,
    employee_id: Option<EmployeeId>,
    shift_ids: Vec<ShiftId>,
    first: Date,
    last: Date,
    limit: i64,
    actual: i64,
    unit: Unit,
    cost: i64,
}

impl From<KeptFinding> for Finding {
    fn from(kept: KeptFinding) -> Self {
        Self {
            rule: kept.rule,
            kind: name(&kept.kind),
            citation: kept.citation,
            code: name(&kept.code),
            args: kept.args.into_iter().map(|(known, text)| (name(&known), text)).collect(),
            verdict: kept.verdict,
            phase: kept.phase,
            employee_id: kept.employee_id,
            shift_ids: kept.shift_ids,
            first: kept.first,
            last: kept.last,
            limit: kept.limit,
            actual: kept.actual,
            unit: kept.unit,
            cost: kept.cost,
        }
    }
}

impl<'de> Deserialize<'de> for Finding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        KeptFinding::deserialize(deserializer).map(Self::from)
    }
}

/// Names of codes, kinds and arguments are few and stand in the program, so each is made only once.
fn name(text: &str) -> &'static str {
    /// More than the program has.
    const MOST: usize = 1_000;
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(text) {
        return known;
    }
    if MOST <= names.len() {
        return "";
    }
    let made: &'static str = text.to_owned().leak();
    names.insert(made);
    made
}
