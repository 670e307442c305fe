//! A rule as clients write and read it.

use jiff::civil::Date;
use scheduling_domain::id::{EmployeeId, ShiftTemplateId, SiteId};
use scheduling_domain::rules::{Citation, Effective, Rule, RuleKind, Scope, Verdict, Window};
use scheduling_domain::time::Weekdays;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::{Choice, DaysOfWeek, Field, Label, List, Named, Ref, Text, refs};

/// A rule: what is asked, of whom, when, and what breaking it means. The parameters of its kind stand beside `kind`.
// The schema refuses unknown fields; serde cannot where fields are flattened.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Rule", transform = one_object_for_each_kind)]
pub(crate) struct RuleBody {
    /// Stable name within its rule set.
    #[schemars(example = &"daily-rest")]
    key: Label<60>,
    #[serde(flatten)]
    kind: RuleKindBody,
    /// Whom it binds.
    #[serde(default)]
    scope: ScopeBody,
    /// When it is in force.
    #[serde(default)]
    effective: EffectiveBody,
    /// What breaking it means: worth knowing, a cost, consent is needed, or it may not be.
    verdict: Choice<Verdict>,
    /// Cost of each unit it is broken by, for verdicts other than `block`.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000))]
    weight: i64,
    /// Where it is written.
    #[serde(default)]
    citation: Option<CitationBody>,
}

/// Brings what all rules share into the schema of each kind, so that each says by itself which fields there are.
fn one_object_for_each_kind(schema: &mut Schema) {
    let shared = schema.remove("properties").unwrap_or_default();
    let required = schema.remove("required").unwrap_or_default();
    let (Some(shared), Some(required)) = (shared.as_object(), required.as_array()) else {
        return;
    };
    for kind in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(properties) = kind.get_mut("properties").and_then(Value::as_object_mut) {
            properties.extend(shared.clone());
        }
        if let Some(names) = kind.get_mut("required").and_then(Value::as_array_mut) {
            names.extend(required.iter().cloned());
        }
        if let Some(kind) = kind.as_object_mut() {
            kind.insert("additionalProperties".to_owned(), false.into());
        }
    }
}

impl Named for Verdict {
    const NAMES: &'static [&'static str] = &["warn", "cost", "consent", "block"];
}

impl Named for Window {
    const NAMES: &'static [&'static str] = &["day", "week", "month", "period"];
}

/// What a rule asks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum RuleKindBody {
    /// Nobody is in two places at once.
    Overlap,
    /// A least rest between the end of a shift and the start of the next.
    RestBetweenShifts {
        /// How long.
        #[schemars(range(max = 43_200))]
        min_minutes: u32,
    },
    /// Some shifts may not be worked on the working day after another.
    ForbiddenSuccession {
        /// The template of the first.
        before: Ref<ShiftTemplateId>,
        /// The templates that may not follow.
        after: List<Ref<ShiftTemplateId>, 100>,
    },
    /// Work minutes in each window.
    MinutesPerPeriod {
        /// Over what the minutes are summed.
        per: Choice<Window>,
        /// At least so many.
        #[serde(default)]
        min: Option<u32>,
        /// At most so many.
        #[serde(default)]
        max: Option<u32>,
    },
    /// At most so many shifts of a template in the planned period.
    ShiftsPerTemplate {
        /// The template.
        template: Ref<ShiftTemplateId>,
        /// At most so many.
        max: u32,
    },
    /// How many working days follow each other.
    ConsecutiveWorkingDays {
        /// At least so many.
        #[serde(default)]
        min: Option<u32>,
        /// At most so many.
        #[serde(default)]
        max: Option<u32>,
    },
    /// How many days off follow each other.
    ConsecutiveDaysOff {
        /// At least so many.
        min: u32,
    },
    /// At most so many weekends with work in the planned period.
    WeekendsWorked {
        /// The days that make a weekend.
        weekend: DaysOfWeek,
        /// At most so many.
        max: u32,
    },
    /// Days on which a person has no shift.
    DaysOff {
        /// Which days.
        on: List<Date, 366>,
    },
    /// Everyone on a shift holds its skills, valid on its working day.
    SkillValid,
    /// Work only within what people said of their time.
    Availability,
    /// Heads per shift within their minimum and maximum; misses of the target cost their weights.
    HeadsPerShift,
    /// Wishes to work or not to work cost their weights when they are not met.
    Requests,
}

/// Whom a rule binds. A list that is empty binds everybody.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Scope")]
struct ScopeBody {
    /// These employees.
    people: List<Ref<EmployeeId>, 1000>,
    /// People with any of these tags (contract, team).
    person_tags: List<Text<1, 60>, 50>,
    /// Shifts at these sites.
    sites: List<Ref<SiteId>, 100>,
    /// Shifts with any of these tags.
    shift_tags: List<Text<1, 40>, 50>,
}

/// The working days on which a rule is in force, both ends included.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Effective")]
#[schemars(extend("x-order" = { "end_before_start": ["from", "until"] }))]
struct EffectiveBody {
    /// First day; since ever when absent.
    from: Option<Date>,
    /// Last day; for ever when absent.
    until: Option<Date>,
}

/// Where a rule is written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Citation")]
struct CitationBody {
    /// The text.
    #[schemars(example = &"Directive 2003/88/EC")]
    source: Label<200>,
    /// The place in it.
    #[schemars(example = &"Art 3")]
    article: Label<100>,
}

impl Field for RuleBody {
    type Value = Rule;
    fn plain(self) -> Rule {
        Rule {
            key: self.key.plain(),
            kind: self.kind.plain(),
            scope: Scope {
                people: self.scope.people.plain(),
                person_tags: self.scope.person_tags.plain(),
                sites: self.scope.sites.plain(),
                shift_tags: self.scope.shift_tags.plain(),
            },
            effective: Effective { from: self.effective.from, until: self.effective.until },
            verdict: self.verdict.plain(),
            weight: self.weight,
            citation: self
                .citation
                .map(|citation| Citation { source: citation.source.plain(), article: citation.article.plain() }),
        }
    }
}

impl From<Rule> for RuleBody {
    fn from(rule: Rule) -> Self {
        Self {
            key: rule.key.into(),
            kind: rule.kind.into(),
            scope: ScopeBody {
                people: refs(rule.scope.people).into(),
                person_tags: rule.scope.person_tags.into(),
                sites: refs(rule.scope.sites).into(),
                shift_tags: rule.scope.shift_tags.into(),
            },
            effective: EffectiveBody { from: rule.effective.from, until: rule.effective.until },
            verdict: Choice(rule.verdict),
            weight: rule.weight,
            citation: rule
                .citation
                .map(|Citation { source, article }| CitationBody { source: source.into(), article: article.into() }),
        }
    }
}

impl Field for RuleKindBody {
    type Value = RuleKind;
    fn plain(self) -> RuleKind {
        match self {
            Self::Overlap => RuleKind::Overlap,
            Self::RestBetweenShifts { min_minutes } => RuleKind::RestBetweenShifts { min_minutes },
            Self::ForbiddenSuccession { before, after } => {
                RuleKind::ForbiddenSuccession { before: before.plain(), after: after.plain() }
            }
            Self::MinutesPerPeriod { per, min, max } => RuleKind::MinutesPerPeriod { per: per.plain(), min, max },
            Self::ShiftsPerTemplate { template, max } => {
                RuleKind::ShiftsPerTemplate { template: template.plain(), max }
            }
            Self::ConsecutiveWorkingDays { min, max } => RuleKind::ConsecutiveWorkingDays { min, max },
            Self::ConsecutiveDaysOff { min } => RuleKind::ConsecutiveDaysOff { min },
            Self::WeekendsWorked { weekend: DaysOfWeek(weekend), max } => RuleKind::WeekendsWorked { weekend, max },
            Self::DaysOff { on } => RuleKind::DaysOff { on: on.plain() },
            Self::SkillValid => RuleKind::SkillValid,
            Self::Availability => RuleKind::Availability,
            Self::HeadsPerShift => RuleKind::HeadsPerShift,
            Self::Requests => RuleKind::Requests,
        }
    }
}

impl From<RuleKind> for RuleKindBody {
    fn from(kind: RuleKind) -> Self {
        match kind {
            RuleKind::Overlap => Self::Overlap,
            RuleKind::RestBetweenShifts { min_minutes } => Self::RestBetweenShifts { min_minutes },
            RuleKind::ForbiddenSuccession { before, after } => {
                Self::ForbiddenSuccession { before: Ref(before), after: refs(after).into() }
            }
            RuleKind::MinutesPerPeriod { per, min, max } => Self::MinutesPerPeriod { per: Choice(per), min, max },
            RuleKind::ShiftsPerTemplate { template, max } => Self::ShiftsPerTemplate { template: Ref(template), max },
            RuleKind::ConsecutiveWorkingDays { min, max } => Self::ConsecutiveWorkingDays { min, max },
            RuleKind::ConsecutiveDaysOff { min } => Self::ConsecutiveDaysOff { min },
            RuleKind::WeekendsWorked { weekend, max } => Self::WeekendsWorked { weekend: weekend.into(), max },
            RuleKind::DaysOff { on } => Self::DaysOff { on: on.into() },
            RuleKind::SkillValid => Self::SkillValid,
            RuleKind::Availability => Self::Availability,
            RuleKind::HeadsPerShift => Self::HeadsPerShift,
            RuleKind::Requests => Self::Requests,
        }
    }
}

impl From<Weekdays> for DaysOfWeek {
    fn from(days: Weekdays) -> Self {
        Self(days)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_reads_as_it_was_written() {
        let written = json!({
            "key": "night-rest", "kind": "forbidden_succession", "before": 1, "after": [2, 3],
            "scope": { "people": [], "person_tags": ["nurse"], "sites": [4], "shift_tags": [] },
            "effective": { "from": "2026-01-01", "until": null },
            "verdict": "block", "weight": 0,
            "citation": { "source": "Directive 2003/88/EC", "article": "Art 3" },
        });
        let rule = serde_json::from_value::<RuleBody>(written.clone()).unwrap().plain();
        assert_eq!(serde_json::to_value(RuleBody::from(rule)).unwrap(), written);
    }
}
