//! At most so many shifts of a template in the planned period.

use crate::id::ShiftTemplateId;
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::Row;
use crate::rules::violation::code;
use crate::rules::{Reach, Unit};

pub(super) struct ShiftsPerTemplate {
    pub(super) template: ShiftTemplateId,
    pub(super) max: u32,
}

impl Kind for ShiftsPerTemplate {
    fn judge_row(&self, frame: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        let planned = (0, frame.end - 1);
        let of_template = row.within(0, frame.end - 1).iter().filter(|one| one.shift.template == Some(self.template));
        let shifts: Vec<_> = of_template.map(|worked| worked.index).collect();
        let count = i64::try_from(shifts.len()).unwrap_or(i64::MAX);
        if i64::from(self.max) < count {
            let found = (self.max.into(), count);
            findings.add(Breach::new(code::TOO_MANY_SHIFTS_OF_TEMPLATE, Unit::Shifts, found, planned, shifts));
        }
    }

    fn reach(&self) -> Reach {
        Reach::Period
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::RuleKind;
    use crate::rules::cases::{Case, run, template};

    #[test]
    fn cases() {
        let rule = |max| RuleKind::ShiftsPerTemplate { template: template('N'), max };
        let shifts = &["N 12-31 22:00 480", "N 01-01 22:00 480", "D 01-04 08:00 480", "N 01-05 22:00 480"];
        run(&[
            Case { name: "other templates and history do not count", rule: rule(2), shifts, finds: &[] },
            Case {
                name: "more than the most is one violation",
                rule: rule(1),
                shifts,
                finds: &["too_many_shifts_of_template 01-01..01-14 limit 1 actual 2 of N01-01 N01-05"],
            },
            Case {
                name: "none at all can be asked",
                rule: rule(0),
                shifts: &["N 01-01 22:00 480"],
                finds: &["too_many_shifts_of_template 01-01..01-14 limit 0 actual 1 of N01-01"],
            },
        ]);
    }
}
