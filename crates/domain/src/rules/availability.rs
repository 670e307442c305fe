//! Work only within what people said of their time.
//!
//! - No part of a shift lies within a span that is [`AvailabilityKind::Unavailable`].
//! - Where someone said [`AvailabilityKind::Available`] for a working day, all of a shift of that day lies within such
//!   spans, of this day or a neighbouring one; so a night shift may be covered by the evening and the next morning.
//!
//! A span for one template says nothing of other shifts. Minutes covered by several spans count once.

use crate::roster::{AvailabilityKind, AvailabilitySpan};
use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::minutes::ceil_minutes;
use crate::rules::row::{Row, Worked};
use crate::rules::violation::code;
use crate::rules::{Reach, Unit};

pub(super) struct Availability;

impl Kind for Availability {
    fn judge_row(&self, _: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        if !row.person.availability.iter().any(|span| is_statement(span.kind)) {
            return;
        }
        for worked in row.by_start() {
            let shift = worked.shift;
            let spans =
                |kind| row.person.availability.iter().filter(move |span| span.kind == kind && span.is_about(shift));
            let within = |kind| shift.interval().covered_by(spans(kind).map(AvailabilitySpan::interval));
            let unavailable = ceil_minutes(within(AvailabilityKind::Unavailable));
            if 0 < unavailable {
                findings.add(breach(code::UNAVAILABLE, worked, unavailable));
            }
            if spans(AvailabilityKind::Available).any(|span| span.on == shift.on) {
                let outside = ceil_minutes(shift.interval().duration() - within(AvailabilityKind::Available));
                if 0 < outside {
                    findings.add(breach(code::OUTSIDE_AVAILABILITY, worked, outside));
                }
            }
        }
    }

    fn reach(&self) -> Reach {
        Reach::SAME_DAY
    }
}

fn is_statement(kind: AvailabilityKind) -> bool {
    matches!(kind, AvailabilityKind::Available | AvailabilityKind::Unavailable)
}

fn breach(code: &'static str, worked: &Worked<'_>, minutes: i64) -> Breach {
    Breach::new(code, Unit::Minutes, (0, minutes), (worked.day, worked.day), vec![worked.index])
}

#[cfg(test)]
mod tests {
    use crate::roster::AvailabilityKind::{Available, Unavailable};
    use crate::rules::RuleKind;
    use crate::rules::cases::{found, problem, span, template};

    #[test]
    fn cases() {
        let outside = |minutes| vec![format!("outside_availability 01-02..01-02 limit 0 actual {minutes} of N01-02")];
        let unavailable = |minutes| vec![format!("unavailable 01-02..01-02 limit 0 actual {minutes} of N01-02")];
        for (name, spans, finds) in [
            ("nothing is said", vec![], vec![]),
            ("said of another day", vec![span(Available, "01-03 08:00 480")], vec![]),
            ("it begins when the shift ends", vec![span(Unavailable, "01-03 06:00 60")], vec![]),
            ("it begins an hour before", vec![span(Unavailable, "01-03 05:00 60")], unavailable(60)),
            (
                "two statements about the same hours count once",
                vec![span(Unavailable, "01-03 04:00 120"), span(Unavailable, "01-03 05:00 120")],
                unavailable(120),
            ),
            ("too short", vec![span(Available, "01-02 20:00 300")], outside(300)),
            (
                "the evening and the next morning",
                vec![span(Available, "01-02 20:00 240"), span(Available, "01-03 00:00 480")],
                vec![],
            ),
        ] {
            let mut problem = problem(RuleKind::Availability, &["N 01-02 22:00 480"]);
            problem.people[0].availability = spans;
            assert_eq!(found(&problem), finds, "{name}");
        }
    }

    #[test]
    fn a_span_for_one_template_says_nothing_of_others() {
        let mut problem = problem(RuleKind::Availability, &["N 01-02 22:00 480"]);
        for (of, count) in [('N', 1), ('D', 0)] {
            let mut said = span(Unavailable, "01-02 00:00 2880");
            said.template = Some(template(of));
            problem.people[0].availability = vec![said];
            assert_eq!(found(&problem).len(), count);
        }
    }
}
