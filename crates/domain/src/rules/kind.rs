use crate::fault::Faults;
use crate::rules::availability::Availability;
use crate::rules::consecutive_days_off::ConsecutiveDaysOff;
use crate::rules::consecutive_working_days::ConsecutiveWorkingDays;
use crate::rules::days_off::DaysOff;
use crate::rules::findings::Findings;
use crate::rules::forbidden_succession::ForbiddenSuccession;
use crate::rules::frame::Frame;
use crate::rules::heads_per_shift::HeadsPerShift;
use crate::rules::minutes_per_period::MinutesPerPeriod;
use crate::rules::overlap::Overlap;
use crate::rules::requests::Requests;
use crate::rules::rest_between_shifts::RestBetweenShifts;
use crate::rules::row::{Crew, Row};
use crate::rules::shifts_per_template::ShiftsPerTemplate;
use crate::rules::skill_valid::SkillValid;
use crate::rules::weekends_worked::WeekendsWorked;
use crate::rules::{Reach, RuleKind, Scope};

/// What a kind of rule can do. A kind judges people's rows, shifts' crews, or both; it sees nothing else.
pub(super) trait Kind {
    /// Adds what is wrong with a person's row.
    fn judge_row(&self, _frame: &Frame<'_>, _row: &Row<'_>, _findings: &mut Findings<'_>) {}

    /// Adds what is wrong with a shift's crew.
    fn judge_crew(&self, _frame: &Frame<'_>, _crew: &Crew<'_>, _findings: &mut Findings<'_>) {}

    /// How far from a changed day its judgement can change.
    fn reach(&self) -> Reach;

    /// Adds what is wrong with its parameters; pointers start at the kind.
    fn validate(&self, _faults: &mut Faults) {}

    /// Adds what is wrong with whom it binds; pointers start at the scope.
    fn validate_scope(&self, _scope: &Scope, _faults: &mut Faults) {}
}

impl RuleKind {
    /// The stable name, as in the rule's document.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::RestBetweenShifts { .. } => "rest_between_shifts",
            Self::ForbiddenSuccession { .. } => "forbidden_succession",
            Self::MinutesPerPeriod { .. } => "minutes_per_period",
            Self::ShiftsPerTemplate { .. } => "shifts_per_template",
            Self::ConsecutiveWorkingDays { .. } => "consecutive_working_days",
            Self::ConsecutiveDaysOff { .. } => "consecutive_days_off",
            Self::WeekendsWorked { .. } => "weekends_worked",
            Self::DaysOff { .. } => "days_off",
            Self::SkillValid => "skill_valid",
            Self::Availability => "availability",
            Self::HeadsPerShift => "heads_per_shift",
            Self::Requests => "requests",
        }
    }

    /// The judge of this kind with these parameters.
    pub(super) fn logic(&self) -> Box<dyn Kind + '_> {
        match *self {
            Self::Overlap => Box::new(Overlap),
            Self::RestBetweenShifts { min_minutes } => Box::new(RestBetweenShifts { min_minutes }),
            Self::ForbiddenSuccession { before, ref after } => Box::new(ForbiddenSuccession { before, after }),
            Self::MinutesPerPeriod { per, min, max } => Box::new(MinutesPerPeriod { per, min, max }),
            Self::ShiftsPerTemplate { template, max } => Box::new(ShiftsPerTemplate { template, max }),
            Self::ConsecutiveWorkingDays { min, max } => Box::new(ConsecutiveWorkingDays { min, max }),
            Self::ConsecutiveDaysOff { min } => Box::new(ConsecutiveDaysOff { min }),
            Self::WeekendsWorked { weekend, max } => Box::new(WeekendsWorked { weekend, max }),
            Self::DaysOff { ref on } => Box::new(DaysOff { on }),
            Self::SkillValid => Box::new(SkillValid),
            Self::Availability => Box::new(Availability),
            Self::HeadsPerShift => Box::new(HeadsPerShift),
            Self::Requests => Box::new(Requests),
        }
    }
}
