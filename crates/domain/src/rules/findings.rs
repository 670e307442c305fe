use crate::roster::{PersonIndex, ShiftIndex};
use crate::rules::frame::{Day, Frame};
use crate::rules::{Phase, Rule, Subject, Unit, Verdict, Violation};

/// What a kind found wrong, before the rule says what that means.
pub(super) struct Breach {
    pub(super) code: &'static str,
    pub(super) unit: Unit,
    pub(super) limit: i64,
    pub(super) actual: i64,
    days: (Day, Day),
    shifts: Vec<ShiftIndex>,
    phase: Phase,
    subject: Option<Subject>,
    own_cost: Option<i64>,
}

impl Breach {
    /// A breach on the working days `first..=last` that concerns `shifts`.
    pub(super) fn new(
        code: &'static str,
        unit: Unit,
        (limit, actual): (i64, i64),
        days: (Day, Day),
        shifts: Vec<ShiftIndex>,
    ) -> Self {
        Self { code, unit, limit, actual, days, shifts, phase: Phase::Always, subject: None, own_cost: None }
    }

    /// More work can mend it, and nothing else.
    pub(super) fn when_complete(self) -> Self {
        Self { phase: Phase::WhenComplete, ..self }
    }

    /// It costs this much, whatever the rule's verdict and weight.
    pub(super) fn costing(self, cost: i64) -> Self {
        Self { own_cost: Some(cost), ..self }
    }

    pub(super) fn about(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }
}

/// Gathers the breaches of one rule by one person or crew as violations.
pub(super) struct Findings<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) rule: &'a Rule,
    pub(super) rule_index: usize,
    pub(super) person: Option<PersonIndex>,
    pub(super) out: &'a mut Vec<Violation>,
}

impl Findings<'_> {
    /// Keeps a breach that touches the planned period and on whose last day the rule is in force.
    pub(super) fn add(&mut self, breach: Breach) {
        let (first, last) = breach.days;
        let is_planned = first < self.frame.end && 0 <= last;
        if !is_planned || !self.rule.effective.covers(self.frame.date(last)) {
            return;
        }
        let by = (breach.actual - breach.limit).abs();
        let (verdict, cost) = match (breach.own_cost, self.rule.verdict) {
            (Some(cost), _) => (Verdict::Cost, cost),
            (None, verdict @ (Verdict::Cost | Verdict::Consent)) => (verdict, self.rule.weight.saturating_mul(by)),
            (None, verdict @ (Verdict::Warn | Verdict::Block)) => (verdict, 0),
        };
        self.out.push(Violation {
            first: self.frame.date(first),
            last: self.frame.date(last),
            person: self.person,
            rule: self.rule_index,
            code: breach.code,
            shifts: breach.shifts,
            subject: breach.subject,
            limit: breach.limit,
            actual: breach.actual,
            unit: breach.unit,
            verdict,
            phase: breach.phase,
            cost,
        });
    }
}
