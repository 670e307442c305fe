//! A shift of one template may not be worked on the working day after one of another.

use crate::fault::{Fault, Faults};
use crate::id::ShiftTemplateId;
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::Row;
use crate::rules::violation::code;
use crate::rules::{Reach, Unit};

pub(super) struct ForbiddenSuccession<'a> {
    pub(super) before: ShiftTemplateId,
    pub(super) after: &'a [ShiftTemplateId],
}

impl Kind for ForbiddenSuccession<'_> {
    fn judge_row(&self, _: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        let forbidden = |template: ShiftTemplateId| self.after.contains(&template);
        for day in row.days() {
            for one in day.iter().filter(|worked| worked.shift.template == Some(self.before)) {
                let next_day = row.within(day.last + 1, day.last + 1);
                for next in next_day.iter().filter(|next| next.shift.template.is_some_and(forbidden)) {
                    findings.add(Breach::new(
                        code::FORBIDDEN_SUCCESSION,
                        Unit::Shifts,
                        (0, 1),
                        (one.day, next.day),
                        vec![one.index, next.index],
                    ));
                }
            }
        }
    }

    fn reach(&self) -> Reach {
        Reach::around(1)
    }

    fn validate(&self, faults: &mut Faults) {
        faults.require(!self.after.is_empty(), || Fault::new("/after", "empty"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::RuleKind;
    use crate::rules::cases::{Case, run, template};

    #[test]
    fn cases() {
        let rule = RuleKind::ForbiddenSuccession { before: template('N'), after: vec![template('E'), template('D')] };
        run(&[
            Case {
                name: "only the next working day counts",
                rule: rule.clone(),
                shifts: &["N 01-01 22:00 480", "E 01-03 06:00 480", "D 01-04 08:00 480"],
                finds: &[],
            },
            Case {
                name: "the order matters",
                rule: rule.clone(),
                shifts: &["E 01-01 06:00 480", "N 01-02 22:00 480"],
                finds: &[],
            },
            Case {
                name: "each forbidden follower is one violation",
                rule: rule.clone(),
                shifts: &["N 01-01 22:00 480", "E 01-02 06:00 120", "D 01-02 09:00 120", "N 01-02 22:00 480"],
                finds: &[
                    "forbidden_succession 01-01..01-02 limit 0 actual 1 of N01-01 E01-02",
                    "forbidden_succession 01-01..01-02 limit 0 actual 1 of N01-01 D01-02",
                ],
            },
            Case {
                name: "the last day of history counts",
                rule,
                shifts: &["N 12-31 22:00 480", "D 01-01 10:00 480"],
                finds: &["forbidden_succession 12-31..01-01 limit 0 actual 1 of N12-31 D01-01"],
            },
        ]);
    }
}
