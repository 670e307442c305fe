//! Least length of a run of days off between two working days. A run that touches the first or last day of what is
//! known is not judged: the neighbouring period may complete it.

use crate::fault::{Fault, Faults};
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::Row;
use crate::rules::violation::code;
use crate::rules::{Reach, Unit};

pub(super) struct ConsecutiveDaysOff {
    pub(super) min: u32,
}

impl Kind for ConsecutiveDaysOff {
    fn judge_row(&self, _: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        // Days off between two runs of work never touch an edge.
        for (before, after) in row.runs().zip(row.runs().skip(1)) {
            let days = (before.last + 1, after.first - 1);
            let off = days.1 - days.0 + 1;
            if off < i64::from(self.min) {
                let shifts = before.last_shift().into_iter().chain(after.first_shift()).collect();
                findings.add(Breach::new(
                    code::DAYS_OFF_RUN_TOO_SHORT,
                    Unit::Days,
                    (self.min.into(), off),
                    days,
                    shifts,
                ));
            }
        }
    }

    fn reach(&self) -> Reach {
        Reach::around(self.min.saturating_add(1))
    }

    fn validate(&self, faults: &mut Faults) {
        faults.require(1 <= self.min, || Fault::new("/min", "too_small").with("min", 1).with("actual", self.min));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::RuleKind;
    use crate::rules::cases::{Case, run};

    #[test]
    fn cases() {
        let rule = RuleKind::ConsecutiveDaysOff { min: 2 };
        run(&[
            Case {
                name: "two days are enough",
                rule: rule.clone(),
                shifts: &["A 01-02 08:00 480", "A 01-05 08:00 480"],
                finds: &[],
            },
            Case {
                name: "one day is not",
                rule: rule.clone(),
                shifts: &["A 01-02 08:00 480", "A 01-04 08:00 480", "A 01-06 08:00 480"],
                finds: &[
                    "days_off_run_too_short 01-03..01-03 limit 2 actual 1 of A01-02 A01-04",
                    "days_off_run_too_short 01-05..01-05 limit 2 actual 1 of A01-04 A01-06",
                ],
            },
            Case {
                name: "the first and last day may be continued by the neighbouring period",
                rule: rule.clone(),
                shifts: &["A 01-02 08:00 480", "A 01-13 08:00 480"],
                finds: &[],
            },
            Case {
                name: "history shows that the first day off was alone",
                rule: rule.clone(),
                shifts: &["A 12-31 08:00 480", "A 01-02 08:00 480"],
                finds: &["days_off_run_too_short 01-01..01-01 limit 2 actual 1 of A12-31 A01-02"],
            },
            Case {
                name: "an overnight shift does not make the next day a working day",
                rule,
                shifts: &["N 01-02 22:00 600", "A 01-04 08:00 480"],
                finds: &["days_off_run_too_short 01-03..01-03 limit 2 actual 1 of N01-02 A01-04"],
            },
        ]);
    }
}
