//! Wishes cost their own weights when not met, whatever the rule's verdict and weight.
//!
//! A shift meets a span when it is of the span's working day, of its template if it names one, and overlaps it. A span
//! that is [`AvailabilityKind::Preferred`] costs once when no shift meets it; one that is
//! [`AvailabilityKind::Unpreferred`] costs for each shift that does.

use crate::roster::{AvailabilityKind, AvailabilitySpan, ShiftIndex};
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::{Row, Worked};
use crate::rules::violation::code;
use crate::rules::{Reach, Subject, Unit};

pub(super) struct Requests;

impl Kind for Requests {
    fn judge_row(&self, frame: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        for (index, wish) in row.person.availability.iter().enumerate() {
            let day = frame.day(wish.on);
            let mut meeting = row.within(day, day).iter().filter(|worked| meets(wish, worked));
            let mut add = |code, found, shifts: Vec<ShiftIndex>| {
                let breach = Breach::new(code, Unit::Shifts, found, (day, day), shifts);
                findings.add(breach.costing(wish.weight).about(Subject::Wish(index)));
            };
            match wish.kind {
                AvailabilityKind::Preferred if meeting.next().is_none() => {
                    add(code::WISH_TO_WORK_NOT_MET, (1, 0), Vec::new());
                }
                AvailabilityKind::Unpreferred => {
                    meeting.for_each(|worked| add(code::WISH_NOT_TO_WORK_NOT_MET, (0, 1), vec![worked.index]));
                }
                AvailabilityKind::Preferred | AvailabilityKind::Available | AvailabilityKind::Unavailable => {}
            }
        }
    }

    fn reach(&self) -> Reach {
        Reach::SAME_DAY
    }
}

fn meets(wish: &AvailabilitySpan, worked: &Worked<'_>) -> bool {
    wish.is_about(worked.shift) && wish.interval().overlaps(&worked.shift.interval())
}

#[cfg(test)]
mod tests {
    use crate::roster::AvailabilityKind::{Preferred, Unpreferred};
    use crate::rules::RuleKind;
    use crate::rules::cases::{found, problem, span, template};

    #[test]
    fn cases() {
        let of = |letter, mut wish: crate::roster::AvailabilitySpan| {
            wish.template = Some(template(letter));
            wish
        };
        for (name, wish, finds) in [
            ("wished and worked", span(Preferred, "01-02 00:00 1440"), vec![]),
            (
                "wished, not worked",
                span(Preferred, "01-03 00:00 1440"),
                vec!["wish_to_work_not_met 01-03..01-03 limit 1 actual 0 of nothing costs 5"],
            ),
            (
                "wished for other hours",
                span(Preferred, "01-02 00:00 480"),
                vec!["wish_to_work_not_met 01-02..01-02 limit 1 actual 0 of nothing costs 5"],
            ),
            ("wished for this template", of('A', span(Preferred, "01-02 00:00 1440")), vec![]),
            (
                "wished for another template",
                of('C', span(Preferred, "01-02 00:00 1440")),
                vec!["wish_to_work_not_met 01-02..01-02 limit 1 actual 0 of nothing costs 5"],
            ),
            ("a wish in history is over", span(Preferred, "12-31 00:00 1440"), vec![]),
            (
                "each shift against a wish costs",
                span(Unpreferred, "01-02 00:00 1440"),
                vec![
                    "wish_not_to_work_not_met 01-02..01-02 limit 0 actual 1 of A01-02 costs 5",
                    "wish_not_to_work_not_met 01-02..01-02 limit 0 actual 1 of B01-02 costs 5",
                ],
            ),
            (
                "only a shift of that template costs",
                of('B', span(Unpreferred, "01-02 00:00 1440")),
                vec!["wish_not_to_work_not_met 01-02..01-02 limit 0 actual 1 of B01-02 costs 5"],
            ),
            ("work that ends when the wish begins", span(Unpreferred, "01-02 20:00 60"), vec![]),
        ] {
            let mut problem = problem(RuleKind::Requests, &["A 01-02 08:00 240", "B 01-02 16:00 240"]);
            problem.people[0].availability = vec![wish];
            assert_eq!(found(&problem), finds, "{name}");
        }
    }
}
