//! The problem form of a stored schedule, and the questions asked of it.

use std::collections::HashMap;

use scheduling_domain::assignment::Assignment;
use scheduling_domain::id::{EmployeeId, ShiftId};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::roster::{Calendar, Heads, PersonIndex, Placement, PlannedShift, Problem, ShiftIndex};
use scheduling_domain::rules::{self, Change, Phase, RuleKind, Unit, Verdict, Violation};
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;

use super::findings::{Assessment, Coverage, Finding, RosterCheck};
use super::people::{people, stranger};
use super::rows::{Extent, Rows};
use super::rules::rules as rules_of;
use crate::reader::Reader;

/// What another schedule's shift costs whoever would put more people on it: it is not ours to staff.
const NOT_OURS: i64 = 1_000_000;

/// A schedule in the problem form, and the stored rows it came from.
pub(crate) struct Roster {
    pub(crate) problem: Problem,
    pub(crate) placements: Vec<Placement>,
    /// The schedule's own shifts, by start, then id.
    pub(crate) shifts: Vec<Record<Shift>>,
    /// The assignments on them that were loaded, in order of id.
    pub(crate) assignments: Vec<Record<Assignment>>,
    people: HashMap<EmployeeId, PersonIndex>,
    places: HashMap<ShiftId, ShiftIndex>,
}

/// Loads a schedule and turns it into the problem form.
pub(crate) async fn assemble(
    reader: &mut Reader<'_>,
    schedule: &Record<Schedule>,
    extent: Extent<'_>,
) -> Result<Roster, StoreError> {
    Roster::new(schedule, &Rows::load(reader, schedule, extent).await?)
}

impl Roster {
    fn new(schedule: &Record<Schedule>, rows: &Rows) -> Result<Self, StoreError> {
        let set = rows.rule_set(rows.team.rule_set_id);
        let mut persons = people(rows)?;
        let mut indexes: HashMap<EmployeeId, PersonIndex> =
            persons.iter().enumerate().map(|(index, person)| (person.id, index)).collect();
        for assignment in &rows.assignments {
            indexes.entry(assignment.employee_id).or_insert_with(|| {
                persons.push(stranger(assignment.employee_id));
                persons.len() - 1
            });
        }
        let places: HashMap<ShiftId, ShiftIndex> =
            rows.shifts.iter().enumerate().map(|(index, shift)| (shift.id, index)).collect();
        let own = |assignment: &Record<Assignment>| {
            let shift = places.get(&assignment.shift_id).and_then(|index| rows.shifts.get(*index));
            shift.is_some_and(|shift| shift.schedule_id == schedule.id)
        };
        let placements = rows.assignments.iter().filter_map(|assignment| {
            Some(Placement {
                person: *indexes.get(&assignment.employee_id)?,
                shift: *places.get(&assignment.shift_id)?,
                pinned: assignment.pinned || !own(assignment),
            })
        });
        let crew_of = |shift: ShiftId| rows.assignments.iter().filter(|one| one.shift_id == shift).count();
        let shifts = rows.shifts.iter().map(|shift| {
            let is_own = shift.schedule_id == schedule.id;
            planned(shift, if is_own { shift.heads } else { taken_heads(crew_of(shift.id)) })
        });
        Ok(Self {
            placements: placements.collect(),
            problem: Problem {
                period: schedule.period,
                calendar: set.map_or_else(Calendar::default, |set| Calendar { week_start: set.week_start }),
                people: persons,
                shifts: shifts.collect(),
                rules: rules_of(rows),
            },
            shifts: rows.shifts.iter().filter(|shift| shift.schedule_id == schedule.id).cloned().collect(),
            assignments: rows.assignments.iter().filter(|assignment| own(assignment)).cloned().collect(),
            people: indexes,
            places,
        })
    }

    /// Where an employee stands in the problem.
    pub(crate) fn person(&self, id: EmployeeId) -> Option<PersonIndex> {
        self.people.get(&id).copied()
    }

    /// Where a shift stands in the problem.
    pub(crate) fn place(&self, id: ShiftId) -> Option<ShiftIndex> {
        self.places.get(&id).copied()
    }

    /// What the rules say of all that was loaded.
    pub(crate) fn check(&self) -> RosterCheck {
        RosterCheck::new(&self.problem, &rules::check(&self.problem, &self.placements), self.coverage())
    }

    /// What a change would do.
    pub(crate) fn assess(&self, change: &Change) -> Assessment {
        let judgement = rules::judge(&self.problem, &self.placements, change);
        Assessment::of_judgement(&self.problem, &judgement, self.coverage_delta(change))
    }

    /// What stands against putting somebody on a shift that they are on already: it would overlap itself.
    pub(crate) fn assess_repetition(&self, person: PersonIndex, place: ShiftIndex, minutes: i64) -> Assessment {
        let rules = self.problem.rules.iter();
        let twice = rules.enumerate().find(|(_, rule)| rule.kind == RuleKind::Overlap).and_then(|(rule, _)| {
            let on = self.problem.shifts.get(place)?.on;
            Some(Violation {
                first: on,
                last: on,
                person: Some(person),
                rule,
                code: "overlap",
                shifts: vec![place, place],
                subject: None,
                limit: 0,
                actual: minutes,
                unit: Unit::Minutes,
                verdict: Verdict::Block,
                phase: Phase::Always,
                cost: 0,
            })
        });
        Assessment::of_obstacles(Finding::all(&self.problem, twice.as_ref()))
    }

    /// What would become of the roster if a shift were as `moved` says, under the same crew. `self` was loaded around that
    /// crew and both spans.
    pub(crate) fn assess_move(mut self, moved: &Record<Shift>) -> Assessment {
        let (before, filled_before) = (self.findings(), self.filled());
        self.move_shift(moved);
        let coverage_delta = self.filled() - filled_before;
        Assessment::of_move(&before, &self.findings(), moved.id, coverage_delta)
    }

    fn findings(&self) -> Vec<Finding> {
        Finding::all(&self.problem, &rules::check(&self.problem, &self.placements).violations)
    }

    /// Puts another version of a shift in its place, and all shifts in order again.
    fn move_shift(&mut self, moved: &Record<Shift>) {
        if let Some(shift) = self.place(moved.id).and_then(|index| self.problem.shifts.get_mut(index)) {
            *shift = planned(moved, moved.heads);
        }
        let ids: Vec<ShiftId> = self.problem.shifts.iter().map(|shift| shift.id).collect();
        self.problem.shifts.sort_by_key(|shift| (shift.starts_at, shift.id));
        self.places = self.problem.shifts.iter().enumerate().map(|(index, shift)| (shift.id, index)).collect();
        for placement in &mut self.placements {
            let place = ids.get(placement.shift).and_then(|id| self.places.get(id));
            placement.shift = place.copied().unwrap_or(placement.shift);
        }
    }

    /// How far the schedule's own shifts are filled.
    pub(crate) fn coverage(&self) -> Coverage {
        let crews = self.crews();
        let own = self.shifts.iter().filter_map(|shift| self.place(shift.id));
        own.fold(Coverage::default(), |mut sum, index| {
            let heads = crews.get(&index).copied().unwrap_or(0);
            let wanted = self.problem.shifts.get(index).map(|shift| shift.heads);
            let (min, target) = wanted.map_or((0, 0), |wanted| (u64::from(wanted.min), u64::from(wanted.target)));
            sum.shifts += 1;
            sum.shifts_below_min += u64::from(heads < min);
            sum.target_heads += target;
            sum.filled_heads += heads.min(target);
            sum
        })
    }

    fn filled(&self) -> i64 {
        i64::try_from(self.coverage().filled_heads).unwrap_or(i64::MAX)
    }

    fn crews(&self) -> HashMap<ShiftIndex, u64> {
        let mut crews = HashMap::new();
        for placement in &self.placements {
            *crews.entry(placement.shift).or_insert(0) += 1;
        }
        crews
    }

    fn coverage_delta(&self, change: &Change) -> i64 {
        let before = self.crews();
        let mut after: HashMap<ShiftIndex, i64> = HashMap::new();
        for (_, shift) in &change.removals {
            *after.entry(*shift).or_insert(0) -= 1;
        }
        for (_, shift) in &change.additions {
            *after.entry(*shift).or_insert(0) += 1;
        }
        let filled = |shift: &ShiftIndex, heads: i64| {
            let target = self.problem.shifts.get(*shift).map_or(0, |shift| i64::from(shift.heads.target));
            heads.min(target)
        };
        after
            .iter()
            .map(|(shift, delta)| {
                let heads = before.get(shift).map_or(0, |heads| i64::try_from(*heads).unwrap_or(i64::MAX));
                filled(shift, heads.saturating_add(*delta)) - filled(shift, heads)
            })
            .sum()
    }
}

fn planned(shift: &Record<Shift>, heads: Heads) -> PlannedShift {
    PlannedShift {
        id: shift.id,
        label: shift.label.clone(),
        template: shift.template_id,
        on: shift.on,
        starts_at: shift.starts_at,
        ends_at: shift.ends_at,
        work_minutes: u32::try_from(shift.work_minutes()).unwrap_or(0),
        site: shift.site_id,
        position: shift.position_id,
        skills: shift.skill_ids.clone(),
        heads,
        tags: shift.tags.clone(),
    }
}

/// Exactly the people who are there already: another schedule's shift wants nobody from us and suffers nobody more.
fn taken_heads(crew: usize) -> Heads {
    let crew = u16::try_from(crew).unwrap_or(u16::MAX);
    Heads { min: 0, target: crew, max: Some(crew), under_weight: 0, over_weight: NOT_OURS }
}
