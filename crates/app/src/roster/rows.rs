//! Loading what a roster is made of.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling_domain::assignment::{Assignment, AssignmentFilter};
use scheduling_domain::availability::{Availability, AvailabilityFilter};
use scheduling_domain::contract::{Contract, ContractFilter};
use scheduling_domain::employee::{Employee, EmployeeFilter};
use scheduling_domain::id::{EmployeeId, RuleSetId, ShiftId, SiteId, TeamId};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::roster::Period;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::rules::Reach;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::{Shift, ShiftFilter};
use scheduling_domain::site::Site;
use scheduling_domain::skill::{SkillGrant, SkillGrantFilter};
use scheduling_domain::team::Team;

use crate::reader::Reader;

/// How much of a schedule is loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Extent<'a> {
    /// All of it, with everybody in its team.
    Whole,
    /// Only what decides about these people on this shift of it, or on what is to become of it: its crew, and what the
    /// people work as far around as the rules look.
    Around {
        /// The people.
        employees: &'a [EmployeeId],
        /// The shift as it is stored.
        shift: &'a Record<Shift>,
        /// The working day that it is to have.
        moved_to: Date,
    },
}

/// What a roster is made of, as stored. Lists are in order of id, shifts by start, then id.
pub(super) struct Rows {
    pub(super) team: Record<Team>,
    pub(super) teams: Vec<Record<Team>>,
    pub(super) sites: Vec<Record<Site>>,
    pub(super) rule_sets: Vec<Record<RuleSet>>,
    /// Whose rows are known.
    pub(super) employees: Vec<Record<Employee>>,
    pub(super) contracts: Vec<Record<Contract>>,
    pub(super) grants: Vec<Record<SkillGrant>>,
    pub(super) availabilities: Vec<Record<Availability>>,
    pub(super) shifts: Vec<Record<Shift>>,
    pub(super) assignments: Vec<Record<Assignment>>,
    /// The working days of which anything was loaded.
    pub(super) days: Period,
}

impl Rows {
    pub(super) fn rule_set(&self, id: Option<RuleSetId>) -> Option<&Record<RuleSet>> {
        self.rule_sets.iter().find(|set| Some(set.id) == id)
    }

    pub(super) fn team(&self, id: TeamId) -> Option<&Record<Team>> {
        self.teams.iter().find(|team| team.id == id)
    }

    pub(super) fn site(&self, id: SiteId) -> Option<&Record<Site>> {
        self.sites.iter().find(|site| site.id == id)
    }

    pub(super) async fn load(
        reader: &mut Reader<'_>,
        schedule: &Record<Schedule>,
        extent: Extent<'_>,
    ) -> Result<Self, StoreError> {
        let team = reader.find::<Team>(schedule.team_id).await?.ok_or_else(|| dangling("team"))?;
        let mut shifts = match extent {
            Extent::Whole => {
                let own = ShiftFilter { schedule_ids: Some(vec![schedule.id]), ..ShiftFilter::default() };
                reader.list_all::<Shift>(&own).await?
            }
            Extent::Around { shift, .. } => vec![shift.clone()],
        };
        let crew_filter = match extent {
            Extent::Whole => AssignmentFilter { schedule_ids: Some(vec![schedule.id]), ..AssignmentFilter::default() },
            Extent::Around { shift, .. } => {
                AssignmentFilter { shift_ids: Some(vec![shift.id]), ..AssignmentFilter::default() }
            }
        };
        let mut assignments = reader.list_all::<Assignment>(&crew_filter).await?;
        let employees = employees(reader, schedule, extent, &assignments).await?;
        let ids: Vec<EmployeeId> = employees.iter().map(|employee| employee.id).collect();
        let contracts = reader.list_all::<Contract>(&ContractFilter { employee_ids: Some(ids.clone()) }).await?;
        let teams = teams(reader, &team, &employees).await?;
        let sites = sites(reader, &teams).await?;
        let rule_sets = rule_sets(reader, &teams, &contracts).await?;
        let days = days(schedule.period, extent, &rule_sets);
        let around = AssignmentFilter {
            employee_ids: Some(ids.clone()),
            overlapping: Some(instants(days)),
            ..AssignmentFilter::default()
        };
        assignments.extend(reader.list_all::<Assignment>(&around).await?);
        assignments.sort_unstable_by_key(|assignment| assignment.id);
        assignments.dedup_by_key(|assignment| assignment.id);
        shifts.extend(other_shifts(reader, &shifts, &assignments).await?);
        shifts.sort_by_key(|shift| (shift.starts_at, shift.id));
        let grants = SkillGrantFilter { employee_ids: Some(ids.clone()), skill_id: None };
        let said = AvailabilityFilter { employee_ids: Some(ids), valid_after: Some(days.first) };
        Ok(Self {
            grants: reader.list_all::<SkillGrant>(&grants).await?,
            availabilities: reader.list_all::<Availability>(&said).await?,
            team,
            teams,
            sites,
            rule_sets,
            employees,
            contracts,
            shifts,
            assignments,
            days,
        })
    }
}

/// The people whose rows are wanted.
async fn employees(
    reader: &mut Reader<'_>,
    schedule: &Record<Schedule>,
    extent: Extent<'_>,
    crews: &[Record<Assignment>],
) -> Result<Vec<Record<Employee>>, StoreError> {
    let mut found = Vec::new();
    let mut wanted: Vec<EmployeeId> = match extent {
        Extent::Whole => {
            let team = EmployeeFilter { team_ids: Some(vec![schedule.team_id]), ..EmployeeFilter::default() };
            found = reader.list_all::<Employee>(&team).await?;
            let period = schedule.period;
            found.retain(|employee| {
                employee.hired_on < period.end && employee.left_on.is_none_or(|left| period.first <= left)
            });
            crews.iter().map(|assignment| assignment.employee_id).collect()
        }
        Extent::Around { employees, .. } => employees.to_vec(),
    };
    wanted.sort_unstable();
    wanted.dedup();
    wanted.retain(|id| !found.iter().any(|employee| employee.id == *id));
    for id in wanted {
        found.extend(reader.find::<Employee>(id).await?);
    }
    found.sort_by_key(|employee| employee.id);
    Ok(found)
}

async fn teams(
    reader: &mut Reader<'_>,
    own: &Record<Team>,
    employees: &[Record<Employee>],
) -> Result<Vec<Record<Team>>, StoreError> {
    let mut teams = vec![own.clone()];
    for employee in employees {
        if !teams.iter().any(|team| team.id == employee.team_id) {
            teams.extend(reader.find::<Team>(employee.team_id).await?);
        }
    }
    Ok(teams)
}

async fn sites(reader: &mut Reader<'_>, teams: &[Record<Team>]) -> Result<Vec<Record<Site>>, StoreError> {
    let mut sites: Vec<Record<Site>> = Vec::new();
    for team in teams {
        if !sites.iter().any(|site| site.id == team.site_id) {
            sites.extend(reader.find::<Site>(team.site_id).await?);
        }
    }
    Ok(sites)
}

async fn rule_sets(
    reader: &mut Reader<'_>,
    teams: &[Record<Team>],
    contracts: &[Record<Contract>],
) -> Result<Vec<Record<RuleSet>>, StoreError> {
    let named = teams.iter().filter_map(|team| team.rule_set_id);
    let mut ids: Vec<RuleSetId> = named.chain(contracts.iter().filter_map(|contract| contract.rule_set_id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut rule_sets = Vec::with_capacity(ids.len());
    for id in ids {
        rule_sets.extend(reader.find::<RuleSet>(id).await?);
    }
    Ok(rule_sets)
}

/// The shifts of assignments that are not among those loaded already: other schedules', or other days'.
async fn other_shifts(
    reader: &mut Reader<'_>,
    known: &[Record<Shift>],
    assignments: &[Record<Assignment>],
) -> Result<Vec<Record<Shift>>, StoreError> {
    let known: std::collections::HashSet<ShiftId> = known.iter().map(|shift| shift.id).collect();
    let mut ids: Vec<ShiftId> =
        assignments.iter().map(|assignment| assignment.shift_id).filter(|id| !known.contains(id)).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    reader.list_all::<Shift>(&ShiftFilter { ids: Some(ids), ..ShiftFilter::default() }).await
}

/// The working days that matter: the period, or the shifts' days, and as far around as the farthest rule looks.
fn days(period: Period, extent: Extent<'_>, rule_sets: &[Record<RuleSet>]) -> Period {
    let all_rules = rule_sets.iter().flat_map(|set| &set.rules).map(scheduling_domain::rules::Rule::reach);
    // A week is what a contract's weekly minutes look at.
    let (mut before, mut after, mut whole) = (6, 6, false);
    for reach in all_rules {
        match reach {
            Reach::Days { before: b, after: a } => (before, after) = (before.max(b), after.max(a)),
            Reach::Period => whole = true,
        }
    }
    let core = match extent {
        Extent::Around { shift, moved_to, .. } if !whole => {
            Period { first: shift.on.min(moved_to), end: shift.on.max(moved_to).saturating_add(1.day()) }
        }
        _ => period,
    };
    Period {
        first: core.first.saturating_sub(i64::from(before).days()),
        end: core.end.saturating_add(i64::from(after).days()),
    }
}

/// All instants that any zone could mean by these days.
fn instants(days: Period) -> (Timestamp, Timestamp) {
    let at = |on: Date, hours: i64| {
        let midnight = jiff::tz::Offset::UTC.to_timestamp(on.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX);
        midnight.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(midnight)
    };
    (at(days.first, -14), at(days.end, 36))
}

fn dangling(kind: &'static str) -> StoreError {
    StoreError::Backend(format!("a stored schedule names a {kind} that is not there").into())
}
