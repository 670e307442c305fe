//! At most so many weekends with work in the planned period. A weekend counts once, however many of its days and shifts
//! are worked.

use jiff::civil::Weekday;

use crate::fault::{Fault, Faults};
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::{Day, Frame};
use crate::rules::kind::Kind;
use crate::rules::row::Row;
use crate::rules::violation::code;
use crate::rules::{Reach, Unit};
use crate::time::Weekdays;

pub(super) struct WeekendsWorked {
    pub(super) weekend: Weekdays,
    pub(super) max: u32,
}

impl WeekendsWorked {
    /// The first day of the weekend: the one after the longest stretch of other days.
    fn starts_on(&self) -> Option<Weekday> {
        let stretch = |day: Weekday| {
            day.cycle_reverse().skip(1).take_while(|before| !self.weekend.contains(*before)).take(6).count()
        };
        self.weekend.iter().max_by_key(|day| stretch(*day))
    }
}

impl Kind for WeekendsWorked {
    fn judge_row(&self, frame: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        let Some(starts_on) = self.starts_on() else { return };
        let (mut weekends, mut latest, mut shifts) = (0_i64, None, Vec::new());
        for worked in row.within(0, frame.end - 1) {
            let weekday = worked.shift.on.weekday();
            if self.weekend.contains(weekday) {
                let begins: Day = worked.day - Day::from(weekday.since(starts_on));
                weekends += i64::from(latest != Some(begins));
                latest = Some(begins);
                shifts.push(worked.index);
            }
        }
        if i64::from(self.max) < weekends {
            let found = (self.max.into(), weekends);
            findings.add(Breach::new(code::TOO_MANY_WEEKENDS, Unit::Weekends, found, (0, frame.end - 1), shifts));
        }
    }

    fn reach(&self) -> Reach {
        Reach::Period
    }

    fn validate(&self, faults: &mut Faults) {
        faults.require(!self.weekend.is_empty(), || Fault::new("/weekend", "empty"));
        faults.require(self.weekend != Weekdays::ALL, || Fault::new("/weekend", "every_day"));
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;

    use crate::rules::RuleKind;
    use crate::rules::cases::{Case, run};
    use crate::time::Weekdays;

    #[test]
    fn cases() {
        let rule = |max| RuleKind::WeekendsWorked { weekend: Weekdays::SATURDAY_SUNDAY, max };
        let gulf = [Weekday::Friday, Weekday::Saturday].into_iter().collect();
        run(&[
            Case {
                name: "Saturday and Sunday are one weekend",
                rule: rule(1),
                shifts: &["A 01-06 08:00 480", "A 01-07 08:00 480"],
                finds: &[],
            },
            Case {
                name: "Sunday and the next Saturday are two",
                rule: rule(1),
                shifts: &["A 01-07 08:00 480", "A 01-13 08:00 480"],
                finds: &["too_many_weekends 01-01..01-14 limit 1 actual 2 of A01-07 A01-13"],
            },
            Case {
                name: "a Friday night is not weekend work, and history does not count",
                rule: rule(0),
                shifts: &["N 01-05 22:00 600", "A 12-31 08:00 480"],
                finds: &[],
            },
            Case {
                name: "a weekend is what the rule says",
                rule: RuleKind::WeekendsWorked { weekend: gulf, max: 0 },
                shifts: &["A 01-05 08:00 480", "A 01-06 08:00 480", "A 01-07 08:00 480"],
                finds: &["too_many_weekends 01-01..01-14 limit 0 actual 1 of A01-05 A01-06"],
            },
        ]);
    }

    #[test]
    fn a_weekend_across_the_turn_of_the_week_stays_together() {
        let sunday_monday = [Weekday::Sunday, Weekday::Monday].into_iter().collect();
        run(&[Case {
            name: "Sunday and Monday",
            rule: RuleKind::WeekendsWorked { weekend: sunday_monday, max: 0 },
            shifts: &["A 01-07 08:00 480", "A 01-08 08:00 480"],
            finds: &["too_many_weekends 01-01..01-14 limit 0 actual 1 of A01-07 A01-08"],
        }]);
    }
}
