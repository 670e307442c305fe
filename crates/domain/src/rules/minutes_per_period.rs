//! Minutes of work in each window. The minimum is asked only of windows that lie wholly in the planned period, and of a
//! single day only when it has work; the maximum also counts history where the window reaches into it.

use crate::fault::{Fault, Faults};
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::{Row, indexes};
use crate::rules::violation::code;
use crate::rules::{Reach, Unit, Window};

pub(super) struct MinutesPerPeriod {
    pub(super) per: Window,
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
}

impl Kind for MinutesPerPeriod {
    fn judge_row(&self, frame: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        for (first, last) in frame.windows(self.per) {
            let worked = row.within(first, last);
            let minutes: i64 = worked.iter().map(|worked| i64::from(worked.shift.work_minutes)).sum();
            let breach = |code, limit: u32| {
                Breach::new(code, Unit::Minutes, (limit.into(), minutes), (first, last), indexes(worked))
            };
            if let Some(max) = self.max.filter(|max| i64::from(*max) < minutes) {
                findings.add(breach(code::MINUTES_ABOVE_MAX, max));
            }
            let asks_minimum =
                frame.plans(first) && frame.plans(last) && (self.per != Window::Day || !worked.is_empty());
            if let Some(min) = self.min.filter(|min| asks_minimum && minutes < i64::from(*min)) {
                findings.add(breach(code::MINUTES_BELOW_MIN, min).when_complete());
            }
        }
    }

    fn reach(&self) -> Reach {
        match self.per {
            Window::Day => Reach::SAME_DAY,
            Window::Week => Reach::around(6),
            Window::Month => Reach::around(30),
            Window::Period => Reach::Period,
        }
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
    use crate::rules::cases::{Case, run};
    use crate::rules::{RuleKind, Window};

    #[test]
    fn cases() {
        let per = |per, min, max| RuleKind::MinutesPerPeriod { per, min, max };
        run(&[
            Case {
                name: "both limits are allowed",
                rule: per(Window::Period, Some(960), Some(960)),
                shifts: &["A 01-01 08:00 480", "A 01-14 08:00 480"],
                finds: &[],
            },
            Case {
                name: "the period does not count history",
                rule: per(Window::Period, Some(960), Some(960)),
                shifts: &["A 12-31 08:00 480", "A 01-14 08:00 480"],
                finds: &["minutes_below_min 01-01..01-14 limit 960 actual 480 of A01-14 when complete"],
            },
            Case {
                name: "nobody works too little on a day off",
                rule: per(Window::Day, Some(240), Some(480)),
                shifts: &["A 01-01 08:00 120", "B 01-02 08:00 300", "C 01-02 14:00 300"],
                finds: &[
                    "minutes_below_min 01-01..01-01 limit 240 actual 120 of A01-01 when complete",
                    "minutes_above_max 01-02..01-02 limit 480 actual 600 of B01-02 C01-02",
                ],
            },
            Case {
                name: "each week is judged, a week without work too",
                rule: per(Window::Week, Some(480), Some(600)),
                shifts: &["A 01-06 08:00 480", "A 01-07 08:00 480"],
                finds: &[
                    "minutes_above_max 01-01..01-07 limit 600 actual 960 of A01-06 A01-07",
                    "minutes_below_min 01-08..01-14 limit 480 actual 0 of nothing when complete",
                ],
            },
            Case {
                name: "a month that the period cuts is not judged for its minimum",
                rule: per(Window::Month, Some(4800), Some(600)),
                shifts: &["A 01-06 08:00 480", "A 01-31 08:00 480"],
                finds: &["minutes_above_max 01-01..01-31 limit 600 actual 960 of A01-06 A01-31"],
            },
            Case {
                name: "an overnight shift counts on the day it begins",
                rule: per(Window::Week, None, Some(479)),
                shifts: &["N 01-07 22:00 480"],
                finds: &["minutes_above_max 01-01..01-07 limit 479 actual 480 of N01-07"],
            },
        ]);
    }
}
