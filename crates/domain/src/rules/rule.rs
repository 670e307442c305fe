use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{EmployeeId, ShiftTemplateId, SiteId};
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
    /// Cost of each unit it is broken by, for verdicts other than `Block`.
    #[serde(default)]
    pub weight: i64,
    /// Where it is written.
    #[serde(default)]
    pub citation: Option<Citation>,
}

/// The kinds of rules; the parameters' meaning stands in each kind's own file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RuleKind {
    /// Nobody is in two places at once.
    Overlap,
    /// At least so many minutes between the end of a shift and the start of the next.
    RestBetweenShifts { min_minutes: u32 },
    /// A shift of `after` may not be worked on the working day after one of `before`.
    ForbiddenSuccession { before: ShiftTemplateId, after: Vec<ShiftTemplateId> },
    /// Work minutes in the planned period, in each week, or in each month.
    MinutesPerPeriod { per: Window, min: Option<u32>, max: Option<u32> },
    /// At most so many shifts of a template in the planned period.
    ShiftsPerTemplate { template: ShiftTemplateId, max: u32 },
    /// Length of a run of working days.
    ConsecutiveWorkingDays { min: Option<u32>, max: Option<u32> },
    /// Least length of a run of days off.
    ConsecutiveDaysOff { min: u32 },
    /// At most so many weekends with work in the planned period.
    WeekendsWorked { weekend: Weekdays, max: u32 },
    /// Days on which a person has no shift.
    DaysOff { on: Vec<Date> },
    /// Everyone on a shift holds its skills, valid on its working day.
    SkillValid,
    /// Work only within what people said of their time.
    Availability,
    /// Heads per shift within its minimum and maximum; misses of the target cost their weights.
    HeadsPerShift,
    /// Wishes to work or not to work cost their weights when not met.
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
#[serde(default)]
pub struct Scope {
    /// These people.
    pub people: Vec<EmployeeId>,
    /// People with any of these tags (contract, team).
    pub person_tags: Vec<String>,
    /// Shifts at these sites.
    pub sites: Vec<SiteId>,
    /// Shifts with any of these tags.
    pub shift_tags: Vec<String>,
}

/// The working days on which a rule is in force, both ends included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Effective {
    /// First day; since ever when absent.
    pub from: Option<Date>,
    /// Last day; for ever when absent.
    pub until: Option<Date>,
}

/// Where a rule is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The text, such as `Directive 2003/88/EC`.
    pub source: String,
    /// The place in it, such as `Art 3`.
    pub article: String,
}
