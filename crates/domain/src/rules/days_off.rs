//! Days on which a person has no shift. Each such day with work is one violation; a night that began the day before is
//! no work on it.

use jiff::civil::Date;

use crate::fault::{Fault, Faults};
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::{Row, indexes};
use crate::rules::violation::code;
use crate::rules::{Reach, Unit};

pub(super) struct DaysOff<'a> {
    pub(super) on: &'a [Date],
}

impl Kind for DaysOff<'_> {
    fn judge_row(&self, frame: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        for on in self.on {
            let day = frame.day(*on);
            let worked = row.within(day, day);
            if !worked.is_empty() {
                let count = i64::try_from(worked.len()).unwrap_or(i64::MAX);
                findings.add(Breach::new(code::WORK_ON_DAY_OFF, Unit::Shifts, (0, count), (day, day), indexes(worked)));
            }
        }
    }

    fn reach(&self) -> Reach {
        Reach::SAME_DAY
    }

    fn validate(&self, faults: &mut Faults) {
        faults.require(!self.on.is_empty(), || Fault::new("/on", "empty"));
        for (index, on) in self.on.iter().enumerate() {
            let is_first = self.on.iter().position(|other| other == on) == Some(index);
            faults.require(is_first, || Fault::new(format!("/on/{index}"), "repeated"));
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::rules::RuleKind;
    use crate::rules::cases::{Case, run};

    #[test]
    fn cases() {
        let rule = RuleKind::DaysOff { on: vec![date(2024, 1, 3), date(2023, 12, 31)] };
        run(&[
            Case {
                name: "the days around it are free to work, and a night may end on it",
                rule: rule.clone(),
                shifts: &["N 01-02 22:00 600", "A 01-04 08:00 480"],
                finds: &[],
            },
            Case {
                name: "all work on it is one violation",
                rule: rule.clone(),
                shifts: &["A 01-03 08:00 120", "B 01-03 12:00 120"],
                finds: &["work_on_day_off 01-03..01-03 limit 0 actual 2 of A01-03 B01-03"],
            },
            Case { name: "history is not judged", rule, shifts: &["A 12-31 08:00 120"], finds: &[] },
        ]);
    }
}
