use jiff::Timestamp;
use scheduling_domain::audit::AuditEvent;
use scheduling_domain::id::{TypedId, UserId};
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::UnitOfWork;
use scheduling_domain::rules::Outcome;
use serde::Serialize;
use serde_json::{Value, json};

use super::mask::mask;
use crate::actor::Actor;
use crate::app::App;
use crate::roster::{Assessment, Finding};

/// How many violations, and how many ids, one event names.
const MOST: usize = 50;

/// An event in the making.
#[derive(Debug)]
#[must_use = "nothing is known of it until it is recorded"]
pub(crate) struct Entry {
    event: AuditEvent,
    before: Option<Value>,
    after: Option<Value>,
}

impl Entry {
    /// The actor does `verb` to something of that kind.
    pub(crate) fn new(app: &App, actor: &Actor, kind: &str, verb: &str) -> Self {
        Self::by(app.now(), Some(actor.user_id), &actor.origin, kind, verb)
    }

    /// Somebody does who is no actor: at the machine, or not signed in yet.
    pub(crate) fn by(now: Timestamp, user: Option<UserId>, origin: &Origin, kind: &str, verb: &str) -> Self {
        let event = AuditEvent::new(now, user, origin, &format!("{kind}.{verb}"), kind);
        Self { event, before: None, after: None }
    }

    /// To this one.
    pub(crate) fn id(mut self, id: impl TypedId) -> Self {
        self.event.object_id = Some(id.get());
        self
    }

    /// What it was.
    pub(crate) fn before(mut self, value: &impl Serialize) -> Self {
        self.before = Some(json(value));
        self
    }

    /// What it is now, or what was done in all.
    pub(crate) fn after(mut self, value: &impl Serialize) -> Self {
        self.after = Some(json(value));
        self
    }

    /// Says one thing more of what was done.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Value::Object(members) = self.after.get_or_insert_with(|| json!({})) {
            members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// What the rules said.
    pub(crate) fn judged(self, assessment: &Assessment) -> Self {
        self.found(assessment.outcome, &assessment.introduced)
    }

    /// What follows from what the rules found.
    pub(crate) fn found(mut self, outcome: Outcome, findings: &[Finding]) -> Self {
        self.event.verdict = Some(outcome.as_str().to_owned());
        if !findings.is_empty() {
            let named: Vec<Value> = findings.iter().take(MOST).map(finding).collect();
            self.event.violations = Some(json!({ "count": findings.len(), "first": named }).to_string());
        }
        self
    }

    /// Why, in their own words.
    pub(crate) fn because(mut self, reason: Option<&str>) -> Self {
        self.event.reason = reason.map(str::to_owned);
        self
    }

    /// Leaves it in the unit of work, to be committed with what was done.
    pub(crate) fn record(mut self, uow: &mut dyn UnitOfWork) {
        mask(self.before.as_mut(), self.after.as_mut());
        self.event.before = self.before.map(|value| value.to_string());
        self.event.after = self.after.map(|value| value.to_string());
        uow.audit().record(self.event);
    }
}

/// Values are plain structs, whose JSON cannot fail.
fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| Value::String(error.to_string()))
}

/// How many, and the first of them: an event of thousands of things stays small.
pub(crate) fn bounded<Id: TypedId>(ids: impl ExactSizeIterator<Item = Id>) -> Value {
    let count = ids.len();
    json!({ "count": count, "ids": ids.take(MOST).map(TypedId::get).collect::<Vec<_>>() })
}

fn finding(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule,
        "code": finding.code,
        "verdict": finding.verdict,
        "employee_id": finding.employee_id,
        "shift_ids": finding.shift_ids.iter().take(MOST).collect::<Vec<_>>(),
        "first": finding.first,
        "last": finding.last,
        "limit": finding.limit,
        "actual": finding.actual,
    })
}
