use jiff::civil::Date;

use crate::roster::{PersonIndex, ShiftIndex};
use crate::rules::Verdict;

/// When a violation counts.
///
/// Some rules can be mended only by adding work (a run too short, minutes too few, heads missing). A roster that is
/// being made always breaks them for a while, so they do not stop an edit; they stop a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// At every edit.
    Always,
    /// Once the roster claims to be complete.
    WhenComplete,
}

/// One breach of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Violation {
    /// Position of the rule in the problem's list.
    pub rule: usize,
    /// Stable code such as `rest_too_short`; the message catalogues have a text for each.
    pub code: &'static str,
    /// What it means.
    pub verdict: Verdict,
    /// When it counts.
    pub phase: Phase,
    /// Whose; none when it is a shift's.
    pub person: Option<PersonIndex>,
    /// The shifts it concerns, in order of start.
    pub shifts: Vec<ShiftIndex>,
    /// First working day it concerns.
    pub first: Date,
    /// Last working day it concerns.
    pub last: Date,
    /// What the rule allows, in the rule's unit.
    pub limit: i64,
    /// What is found.
    pub actual: i64,
    /// Points it costs; 0 for `Block` and `Warn`.
    pub cost: i64,
}

impl Violation {
    /// By how much the limit is missed, in the rule's unit (minutes, days, heads).
    pub fn by(&self) -> i64 {
        (self.actual - self.limit).abs()
    }
}

/// What follows from a set of violations for the change that makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing stands against it.
    Allowed,
    /// Allowed, at a cost or with a warning.
    Noted,
    /// Allowed with the person's consent.
    NeedsConsent,
    /// May not be.
    Blocked,
}
