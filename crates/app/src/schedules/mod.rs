//! A team's roster for a period: made, filled with shifts, checked, published, read.

mod access;
mod check_schedule;
mod create_schedule;
mod delete_schedule;
mod generate_shifts;
mod get_roster;
mod get_schedule;
mod list_schedules;
mod pattern;
mod publish_schedule;
mod update_schedule;

pub(crate) use access::{PlanRefusal, may_plan, may_plan_within, may_read_draft, visible_drafts};
pub use check_schedule::{CheckScheduleError, check_schedule};
pub use create_schedule::{CreateScheduleError, create_schedule};
pub use delete_schedule::{DeleteScheduleError, delete_schedule};
pub use generate_shifts::{GenerateError, Generated, Skipped, generate_shifts};
pub use get_roster::{CrewMember, DraftRoster, DraftShift, GetRosterError, RosterView, WhichRoster, get_roster};
pub use get_schedule::{GetScheduleError, get_schedule};
pub use list_schedules::list_schedules;
pub(crate) use pattern::{Pattern, day_boundary};
pub use publish_schedule::{PublishError, Published, publish_schedule};
pub use update_schedule::{UpdateScheduleError, update_schedule};
