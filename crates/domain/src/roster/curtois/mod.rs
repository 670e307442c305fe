//! The shift-scheduling benchmark of Curtois & Qu: reader, [`Problem`] form, and rosters as CSV.
//!
//! An instance is text: `#` comments and sections of comma-separated rows, lists within a field separated by `|`.
//! Day 0 is a Monday. Source: T. Curtois, R. Qu, *Computational results on new staff scheduling benchmark instances*,
//! technical report, University of Nottingham, 2014.
//!
//! What the format implies becomes explicit rules: one shift a day follows from [`RuleKind::Overlap`], because all
//! shifts of a day start at midnight and none is longer than a day.
//!
//! [`RuleKind::Overlap`]: crate::rules::RuleKind::Overlap

mod parse;
mod problem;
mod roster_csv;
#[cfg(test)]
mod tests;

use thiserror::Error;

#[cfg(doc)]
use super::Problem;

/// A benchmark instance.
///
/// ```
/// use scheduling_domain::roster::curtois::Instance;
/// use scheduling_domain::rules;
///
/// let instance = Instance::parse(
///     "SECTION_HORIZON\n7\n\
///      SECTION_SHIFTS\nD,480,\n\
///      SECTION_STAFF\nA,D=7,2400,960,5,2,2,1\n\
///      SECTION_COVER\n0,D,1,100,1\n",
/// )?;
/// let placements = instance.parse_roster("employee,day,shift\nA,1,D\nA,2,D\n")?;
/// let report = rules::check(&instance.to_problem(), &placements);
/// assert!(report.is_publishable());
/// assert_eq!(report.cost(), 100, "nobody works on day 0");
/// # Ok::<(), scheduling_domain::roster::curtois::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    days: u16,
    shift_kinds: Vec<ShiftKind>,
    staff: Vec<Staff>,
    cover: Vec<Cover>,
}

impl Instance {
    /// How many days are planned.
    pub fn days(&self) -> u16 {
        self.days
    }

    /// How many people there are.
    pub fn staff_count(&self) -> usize {
        self.staff.len()
    }

    /// How many kinds of shift a day has.
    pub fn shift_kind_count(&self) -> usize {
        self.shift_kinds.len()
    }
}

/// A row of `SECTION_SHIFTS`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ShiftKind {
    id: String,
    minutes: u32,
    /// Positions of the kinds that may not be worked the day after.
    forbidden_next: Vec<usize>,
}

/// A row of `SECTION_STAFF`, with the person's days off and requests.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Staff {
    id: String,
    /// Most shifts of a kind, by its position; a kind that is not named has no limit.
    max_shifts: Vec<(usize, u32)>,
    max_minutes: u32,
    min_minutes: u32,
    max_consecutive_shifts: u32,
    min_consecutive_shifts: u32,
    min_consecutive_days_off: u32,
    max_weekends: u32,
    days_off: Vec<u16>,
    requests: Vec<Request>,
}

/// A wish about one kind of shift on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Request {
    day: u16,
    kind: usize,
    /// Whether the person wants the shift, or wants not to have it.
    wanted: bool,
    weight: i64,
}

/// A row of `SECTION_COVER`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cover {
    day: u16,
    kind: usize,
    target: u16,
    under_weight: i64,
    over_weight: i64,
}

/// What is wrong with a line of an instance or of a roster.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: ParseReason,
}

/// Why a line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseReason {
    /// A row stands before the first section.
    #[error("a row outside every section")]
    OutsideSection,
    /// A section that the format does not have, or one that comes twice.
    #[error("unknown or repeated section {0:?}")]
    Section(String),
    /// A section that must be there is not; reported at the last line.
    #[error("section {0} is missing or empty")]
    MissingSection(&'static str),
    /// The row has another number of fields.
    #[error("expected {expected} fields, found {found}")]
    Fields {
        /// What the format asks.
        expected: usize,
        /// What the row has.
        found: usize,
    },
    /// A field that must be a number in a range.
    #[error("{field} must be a whole number from {min} to {max}, not {found:?}")]
    Number {
        /// The field's name.
        field: &'static str,
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
        /// What stands there.
        found: String,
    },
    /// An employee that the instance does not have.
    #[error("unknown employee {0:?}")]
    UnknownEmployee(String),
    /// A shift that the instance does not have.
    #[error("unknown shift {0:?}")]
    UnknownShift(String),
    /// The same employee, shift, cover or assignment a second time, or no name at all.
    #[error("{0:?} is blank or given twice")]
    Duplicate(String),
}

impl ParseReason {
    fn at(self, line: usize) -> ParseError {
        ParseError { line, reason: self }
    }
}
