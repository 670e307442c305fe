use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Faults};
use crate::id::{EmployeeId, ShiftTemplateId, SiteId};
use crate::rules::Reach;
use crate::time::Weekdays;

/// What breaking a rule means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Worth knowing.
    Warn,
    /// Costs points in the optimiser's objective.
    Cost,
    /// Needs the person's consent.
    Consent,
    /// May not be.
    Block,
}

/// A rule: what is asked, of whom, when, and what breaking it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable name within its rule set, such as `daily-rest`.
    pub key: String,
    /// What is asked.
    pub kind: RuleKind,
    /// Of whom.
    #[serde(default)]
    pub scope: Scope,
    /// When.
    #[serde(default)]
    pub effective: Effective,
    /// What breaking it means.
    pub verdict: Verdict,
    /// Cost of each unit it is broken by, for the verdicts `Cost` and `Consent`.
    #[serde(default)]
    pub weight: i64,
    /// Where it is written.
    #[serde(default)]
    pub citation: Option<Citation>,
}

/// The kinds of rules. How each is judged stands in its own file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RuleKind {
    /// Nobody is in two places at once.
    Overlap,
    /// Rest between the end of a shift and the start of the next, also within one working day.
    RestBetweenShifts {
        /// Least minutes of rest.
        min_minutes: u32,
    },
    /// A shift of one template may not be worked on the working day after one of another.
    ForbiddenSuccession {
        /// The template of the day before.
        before: ShiftTemplateId,
        /// The templates that may not follow it.
        after: Vec<ShiftTemplateId>,
    },
    /// Minutes of work in each window.
    MinutesPerPeriod {
        /// The window.
        per: Window,
        /// Least minutes.
        min: Option<u32>,
        /// Most minutes.
        max: Option<u32>,
    },
    /// Shifts of a template in the planned period.
    ShiftsPerTemplate {
        /// The template.
        template: ShiftTemplateId,
        /// Most shifts.
        max: u32,
    },
    /// Length of a run of working days with work.
    ConsecutiveWorkingDays {
        /// Least days; not asked of a run that touches the edge of what is known.
        min: Option<u32>,
        /// Most days; history counts.
        max: Option<u32>,
    },
    /// Length of a run of days off.
    ConsecutiveDaysOff {
        /// Least days; not asked of a run that touches the edge of what is known.
        min: u32,
    },
    /// Weekends with work in the planned period.
    WeekendsWorked {
        /// The days that make a weekend.
        weekend: Weekdays,
        /// Most weekends with a shift on any of these days.
        max: u32,
    },
    /// Days on which a person has no shift.
    DaysOff {
        /// The days.
        on: Vec<Date>,
    },
    /// Everyone on a shift holds its skills, valid on its working day.
    SkillValid,
    /// Work only within what people said of their time.
    Availability,
    /// Heads per shift within its minimum and maximum; misses of the target cost the shift's weights.
    HeadsPerShift,
    /// Wishes to work or not to work cost their own weights when not met.
    Requests,
}

/// Over what a sum is taken. Windows are anchored: weeks at the calendar's week start, months at the 1st.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Each working day.
    Day,
    /// Each week; a week that the planned period cuts is not judged for a minimum.
    Week,
    /// Each calendar month; likewise.
    Month,
    /// The whole planned period.
    Period,
}

/// Whom a rule binds. Every list that is empty binds everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// These people.
    pub people: Vec<EmployeeId>,
    /// People with any of these tags (contract, team).
    pub person_tags: Vec<String>,
    /// Shifts at these sites; the rule does not see the others.
    pub sites: Vec<SiteId>,
    /// Shifts with any of these tags; the rule does not see the others.
    pub shift_tags: Vec<String>,
}

/// The working days on which a rule is in force, both ends included.
///
/// A breach is judged by the rule that is in force on its last day, so that of a rule's successive versions exactly one
/// judges it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Effective {
    /// First day; since ever when absent.
    pub from: Option<Date>,
    /// Last day; for ever when absent.
    pub until: Option<Date>,
}

/// Where a rule is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The text, such as `Directive 2003/88/EC`.
    pub source: String,
    /// The place in it, such as `Art 3`.
    pub article: String,
}

impl Rule {
    /// The greatest weight of a rule.
    pub const MAX_WEIGHT: i64 = 1_000_000_000;

    /// How far from a changed day its judgement can change.
    pub fn reach(&self) -> Reach {
        self.kind.logic().reach()
    }

    /// Everything wrong with it by itself; pointers start at the rule.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/key", &self.key, 60);
        let (mut kind, mut scope) = (Faults::new(), Faults::new());
        self.kind.logic().validate(&mut kind);
        self.kind.logic().validate_scope(&self.scope, &mut scope);
        faults.nest("/kind", kind);
        faults.nest("/scope", scope);
        if let (Some(from), Some(until)) = (self.effective.from, self.effective.until) {
            faults.require(from <= until, || Fault::new("/effective/until", "end_before_start"));
        }
        faults.check_range("/weight", self.weight, 0, Self::MAX_WEIGHT);
        if let Some(citation) = &self.citation {
            faults.check_name("/citation/source", &citation.source, 200);
            faults.check_name("/citation/article", &citation.article, 100);
        }
        faults.into_result(())
    }
}

impl Effective {
    /// Whether the rule is in force on a day.
    pub fn covers(&self, on: Date) -> bool {
        self.from.is_none_or(|from| from <= on) && self.until.is_none_or(|until| on <= until)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::rules::cases::{id, rule, template};

    fn faults(rule: &Rule) -> Vec<String> {
        rule.validate().err().into_iter().flatten().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
    }

    #[test]
    fn parameters_that_make_no_sense_are_named() {
        let runs = |min, max| RuleKind::ConsecutiveWorkingDays { min, max };
        for (kind, expected) in [
            (RuleKind::Overlap, vec![]),
            (runs(Some(2), Some(2)), vec![]),
            (runs(Some(3), Some(2)), vec!["/kind/max max_below_min"]),
            (runs(None, None), vec!["/kind min_or_max_required"]),
            (
                RuleKind::MinutesPerPeriod { per: Window::Week, min: Some(2), max: Some(1) },
                vec!["/kind/max max_below_min"],
            ),
            (RuleKind::ForbiddenSuccession { before: template('N'), after: vec![] }, vec!["/kind/after empty"]),
            (RuleKind::ConsecutiveDaysOff { min: 0 }, vec!["/kind/min too_small"]),
            (RuleKind::WeekendsWorked { weekend: Weekdays::default(), max: 1 }, vec!["/kind/weekend empty"]),
            (RuleKind::WeekendsWorked { weekend: Weekdays::ALL, max: 1 }, vec!["/kind/weekend every_day"]),
            (RuleKind::DaysOff { on: vec![date(2024, 1, 1); 2] }, vec!["/kind/on/1 repeated"]),
        ] {
            assert_eq!(faults(&rule("rule", kind.clone())), expected, "{kind:?}");
        }
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let bad = Rule {
            scope: Scope { people: vec![id(1)], person_tags: vec!["apprentice".into()], ..Scope::default() },
            effective: Effective { from: Some(date(2024, 1, 2)), until: Some(date(2024, 1, 1)) },
            weight: -1,
            citation: Some(Citation { source: String::new(), article: "Art 3".into() }),
            ..rule(" ", RuleKind::HeadsPerShift)
        };
        let expected = [
            "/key blank",
            "/scope/people rule_binds_shifts",
            "/scope/person_tags rule_binds_shifts",
            "/effective/until end_before_start",
            "/weight out_of_range",
            "/citation/source blank",
        ];
        assert_eq!(faults(&bad), expected);
    }

    #[test]
    fn a_rule_reads_and_writes_as_a_document() {
        let text = r#"{"key":"daily-rest","kind":{"kind":"rest_between_shifts","min_minutes":660},"verdict":"block",
            "citation":{"source":"Directive 2003/88/EC","article":"Art 3"}}"#;
        let read: Rule = serde_json::from_str(text).unwrap();
        assert_eq!(read.kind, RuleKind::RestBetweenShifts { min_minutes: 660 });
        assert_eq!(read.effective, Effective::default());
        let written: Rule = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        assert_eq!(written, read);
    }

    #[test]
    fn a_document_with_an_unknown_field_is_refused() {
        for text in [
            r#"{"key":"a","kind":{"kind":"overlap"},"verdict":"block","extra":1}"#,
            r#"{"key":"a","kind":{"kind":"rest_between_shifts","min_minutes":1,"extra":1},"verdict":"block"}"#,
            r#"{"key":"a","kind":{"kind":"overlap"},"verdict":"block","scope":{"persons":[]}}"#,
            r#"{"key":"a","kind":{"kind":"unheard_of"},"verdict":"block"}"#,
        ] {
            assert!(serde_json::from_str::<Rule>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_code_of_a_kind_is_its_name_in_the_document() {
        for kind in [
            RuleKind::Overlap,
            RuleKind::RestBetweenShifts { min_minutes: 1 },
            RuleKind::ForbiddenSuccession { before: template('N'), after: vec![] },
            RuleKind::MinutesPerPeriod { per: Window::Period, min: None, max: None },
            RuleKind::ShiftsPerTemplate { template: template('N'), max: 1 },
            RuleKind::ConsecutiveWorkingDays { min: None, max: None },
            RuleKind::ConsecutiveDaysOff { min: 1 },
            RuleKind::WeekendsWorked { weekend: Weekdays::SATURDAY_SUNDAY, max: 1 },
            RuleKind::DaysOff { on: vec![] },
            RuleKind::SkillValid,
            RuleKind::Availability,
            RuleKind::HeadsPerShift,
            RuleKind::Requests,
        ] {
            assert_eq!(serde_json::to_value(&kind).unwrap()["kind"], kind.code());
        }
    }
}
