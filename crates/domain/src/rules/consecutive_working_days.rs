//! Length of a run of working days. The minimum is not asked of a run that touches the first or last day of what is
//! known: the neighbouring period may complete it. The maximum counts history.

use crate::fault::{Fault, Faults};
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::Row;
use crate::rules::violation::code;
use crate::rules::{Reach, Unit};

pub(super) struct ConsecutiveWorkingDays {
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
}

impl Kind for ConsecutiveWorkingDays {
    fn judge_row(&self, frame: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        let (first_known, last_known) = frame.known;
        for run in row.runs() {
            let breach = |code, limit: u32| {
                Breach::new(code, Unit::Days, (limit.into(), run.days()), (run.first, run.last), run.shifts())
            };
            if let Some(max) = self.max.filter(|max| i64::from(*max) < run.days()) {
                findings.add(breach(code::WORK_RUN_TOO_LONG, max));
            }
            let is_whole = first_known < run.first && run.last < last_known;
            if let Some(min) = self.min.filter(|min| is_whole && run.days() < i64::from(*min)) {
                findings.add(breach(code::WORK_RUN_TOO_SHORT, min).when_complete());
            }
        }
    }

    fn reach(&self) -> Reach {
        Reach::around(self.min.max(self.max).unwrap_or(0).saturating_add(1))
    }

    fn validate(&self, faults: &mut Faults) {
        faults.require(self.min.is_some() || self.max.is_some(), || Fault::new("", "min_or_max_required"));
        if let (Some(min), Some(max)) = (self.min, self.max) {
            faults.require(min <= max, || Fault::new("/max", "max_below_min").with("min", min).with("max", max));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::RuleKind;
    use crate::rules::cases::{Case, run};

    #[test]
    fn cases() {
        let rule = |min, max| RuleKind::ConsecutiveWorkingDays { min, max };
        run(&[
            Case {
                name: "both limits are allowed",
                rule: rule(Some(2), Some(2)),
                shifts: &["A 01-02 08:00 480", "A 01-03 08:00 480"],
                finds: &[],
            },
            Case {
                name: "each run is judged by itself",
                rule: rule(Some(2), Some(2)),
                shifts: &[
                    "A 01-02 08:00 480",
                    "A 01-04 08:00 480",
                    "A 01-05 08:00 480",
                    "A 01-06 08:00 480",
                    "A 01-08 08:00 480",
                ],
                finds: &[
                    "work_run_too_short 01-02..01-02 limit 2 actual 1 of A01-02 when complete",
                    "work_run_too_long 01-04..01-06 limit 2 actual 3 of A01-04 A01-05 A01-06",
                    "work_run_too_short 01-08..01-08 limit 2 actual 1 of A01-08 when complete",
                ],
            },
            Case {
                name: "a run at an edge may be completed by the neighbouring period",
                rule: rule(Some(2), None),
                shifts: &["A 01-01 08:00 480", "A 01-14 08:00 480"],
                finds: &[],
            },
            Case {
                name: "known history shows that the run is short",
                rule: rule(Some(3), None),
                shifts: &["A 12-29 08:00 480", "A 12-31 08:00 480", "A 01-01 08:00 480"],
                finds: &["work_run_too_short 12-31..01-01 limit 3 actual 2 of A12-31 A01-01 when complete"],
            },
            Case {
                name: "history counts towards the most",
                rule: rule(None, Some(2)),
                shifts: &["A 12-30 08:00 480", "A 12-31 08:00 480", "A 01-01 08:00 480"],
                finds: &["work_run_too_long 12-30..01-01 limit 2 actual 3 of A12-30 A12-31 A01-01"],
            },
            Case {
                name: "two shifts on a day are one day",
                rule: rule(None, Some(2)),
                shifts: &["A 01-02 08:00 120", "B 01-02 12:00 120", "A 01-03 08:00 480"],
                finds: &[],
            },
            Case {
                name: "what lies wholly in history is not judged",
                rule: rule(None, Some(1)),
                shifts: &["A 12-29 08:00 480", "A 12-30 08:00 480", "A 01-01 08:00 480"],
                finds: &[],
            },
        ]);
    }
}
