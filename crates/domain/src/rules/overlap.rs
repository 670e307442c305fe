//! Nobody is in two places at once. Each pair of overlapping shifts is one violation; shifts that touch do not overlap.

use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::minutes::ceil_minutes;
use crate::rules::row::Row;
use crate::rules::violation::code;
use crate::rules::{Reach, Unit};

pub(super) struct Overlap;

impl Kind for Overlap {
    fn judge_row(&self, _: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        let shifts = row.by_start();
        for (index, one) in shifts.iter().enumerate() {
            let later = shifts.iter().skip(index + 1).take_while(|next| next.shift.starts_at < one.shift.ends_at);
            for other in later {
                let shared = one.shift.interval().intersection(&other.shift.interval());
                if !shared.is_empty() {
                    let days = (one.day.min(other.day), one.day.max(other.day));
                    let found = (0, ceil_minutes(shared.duration()));
                    findings.add(Breach::new(code::OVERLAP, Unit::Minutes, found, days, vec![one.index, other.index]));
                }
            }
        }
    }

    /// Two days: a shift lasts up to a day, and sites in different zones may disagree on the date by another.
    fn reach(&self) -> Reach {
        Reach::around(2)
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::RuleKind;
    use crate::rules::cases::{Case, run};

    #[test]
    fn cases() {
        run(&[
            Case {
                name: "shifts that touch do not overlap",
                rule: RuleKind::Overlap,
                shifts: &["A 01-01 08:00 480", "A 01-01 16:00 480"],
                finds: &[],
            },
            Case {
                name: "an overnight shift reaches into the next day's",
                rule: RuleKind::Overlap,
                shifts: &["N 01-01 22:00 600", "A 01-02 06:00 480"],
                finds: &["overlap 01-01..01-02 limit 0 actual 120 of N01-01 A01-02"],
            },
            Case {
                name: "each pair is one violation, also around a shift within another",
                rule: RuleKind::Overlap,
                shifts: &["A 01-01 08:00 600", "B 01-01 09:00 60", "C 01-01 17:30 60"],
                finds: &[
                    "overlap 01-01..01-01 limit 0 actual 60 of A01-01 B01-01",
                    "overlap 01-01..01-01 limit 0 actual 30 of A01-01 C01-01",
                ],
            },
            Case {
                name: "history counts where it reaches into the period",
                rule: RuleKind::Overlap,
                shifts: &["N 12-31 22:00 600", "A 01-01 06:00 480", "N 12-30 22:00 600", "A 12-31 06:00 480"],
                finds: &["overlap 12-31..01-01 limit 0 actual 120 of N12-31 A01-01"],
            },
        ]);
    }
}
