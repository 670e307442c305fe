//! Rest between the end of a shift and the start of the next, in elapsed minutes whatever the wall clock says.
//!
//! "The end" is the latest end so far, so a short shift within a longer one does not hide the longer one. Overlapping
//! shifts have no rest between them; that they overlap is another rule's matter.

use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::minutes::floor_minutes;
use crate::rules::row::Row;
use crate::rules::violation::code;
use crate::rules::{Reach, Unit};

pub(super) struct RestBetweenShifts {
    pub(super) min_minutes: u32,
}

impl Kind for RestBetweenShifts {
    fn judge_row(&self, _: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        let mut shifts = row.by_start().iter();
        let Some(mut latest) = shifts.next() else { return };
        for next in shifts {
            let rest = next.shift.starts_at.duration_since(latest.shift.ends_at);
            let minutes = floor_minutes(rest);
            if !rest.is_negative() && minutes < i64::from(self.min_minutes) {
                let days = (latest.day.min(next.day), latest.day.max(next.day));
                let found = (self.min_minutes.into(), minutes);
                findings.add(Breach::new(
                    code::REST_TOO_SHORT,
                    Unit::Minutes,
                    found,
                    days,
                    vec![latest.index, next.index],
                ));
            }
            if latest.shift.ends_at < next.shift.ends_at {
                latest = next;
            }
        }
    }

    fn reach(&self) -> Reach {
        Reach::around(self.min_minutes.div_ceil(24 * 60).saturating_add(2))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, date, time};

    use crate::roster::Period;
    use crate::rules::cases::{Case, full, problem, run};
    use crate::rules::{RuleKind, check};
    use crate::time::{DstPolicy, SiteZone, WallShift};

    #[test]
    fn cases() {
        let rule = RuleKind::RestBetweenShifts { min_minutes: 660 };
        run(&[
            Case {
                name: "exactly eleven hours are enough",
                rule: rule.clone(),
                shifts: &["L 01-01 13:00 480", "E 01-02 08:00 480"],
                finds: &[],
            },
            Case {
                name: "a minute less is not",
                rule: rule.clone(),
                shifts: &["L 01-01 13:00 481", "E 01-02 08:00 480"],
                finds: &["rest_too_short 01-01..01-02 limit 660 actual 659 of L01-01 E01-02"],
            },
            Case {
                name: "after an overnight shift the rest is on the next working day",
                rule: rule.clone(),
                shifts: &["N 01-01 22:00 480", "L 01-02 14:00 480"],
                finds: &["rest_too_short 01-01..01-02 limit 660 actual 480 of N01-01 L01-02"],
            },
            Case {
                name: "a split day has too little rest in it, and touching shifts have none",
                rule: rule.clone(),
                shifts: &["A 01-01 08:00 240", "B 01-01 12:00 60", "C 01-01 15:00 60"],
                finds: &[
                    "rest_too_short 01-01..01-01 limit 660 actual 0 of A01-01 B01-01",
                    "rest_too_short 01-01..01-01 limit 660 actual 120 of B01-01 C01-01",
                ],
            },
            Case {
                name: "a shift within another does not hide the end of the longer one",
                rule: rule.clone(),
                shifts: &["A 01-01 08:00 720", "B 01-01 09:00 60", "C 01-02 06:00 60"],
                finds: &["rest_too_short 01-01..01-02 limit 660 actual 600 of A01-01 C01-02"],
            },
            Case {
                name: "overlapping shifts are another rule's matter",
                rule,
                shifts: &["A 01-01 08:00 480", "B 01-01 10:00 480"],
                finds: &[],
            },
        ]);
    }

    #[test]
    fn rest_is_what_elapses_when_clocks_change() {
        let berlin = SiteZone::parse("Europe/Berlin").unwrap();
        let dst_policy = DstPolicy::KeepWallEnd;
        let late = WallShift { starts: time(14, 0, 0, 0), ends: time(22, 0, 0, 0), dst_policy };
        let early = WallShift { starts: time(9, 0, 0, 0), ends: time(17, 0, 0, 0), dst_policy };
        // Eleven hours on the wall, before a usual day, the shortest and the longest of the year.
        for (evening, rest) in [(date(2024, 3, 1), 660), (date(2024, 3, 30), 600), (date(2024, 10, 26), 720)] {
            let morning = evening.tomorrow().unwrap();
            let rule = RuleKind::RestBetweenShifts { min_minutes: 721 };
            let mut problem = problem(rule, &["L 01-01 00:00 1", "E 01-02 00:00 1"]);
            problem.period = Period { first: evening, end: morning.tomorrow().unwrap() };
            for (shift, (on, wall)) in problem.shifts.iter_mut().zip([(evening, late), (morning, early)]) {
                let interval = wall.on(&berlin, on, Time::midnight()).unwrap();
                (shift.on, shift.starts_at, shift.ends_at) = (on, interval.starts_at, interval.ends_at);
            }
            let report = check(&problem, &full(&problem));
            assert_eq!(report.violations[0].actual, rest, "{evening}");
        }
    }
}
