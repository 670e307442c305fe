use std::collections::BTreeSet;

use crate::roster::{PersonIndex, Placement, Problem, ShiftIndex};
use crate::rules::engine::Engine;
use crate::rules::placed::Placed;
use crate::rules::{Outcome, Phase, Verdict, Violation};

/// Removals, then additions, that happen at once; so a swap or a bulk edit is judged by what it leads to.
///
/// Removing what is not there and adding what is there already change nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Who leaves which shift.
    pub removals: Vec<(PersonIndex, ShiftIndex)>,
    /// Who joins which shift.
    pub additions: Vec<(PersonIndex, ShiftIndex)>,
}

impl Change {
    /// Puts a person on a shift.
    pub fn assign(person: PersonIndex, shift: ShiftIndex) -> Self {
        Self { removals: Vec::new(), additions: vec![(person, shift)] }
    }

    /// Takes a person off a shift.
    pub fn unassign(person: PersonIndex, shift: ShiftIndex) -> Self {
        Self { removals: vec![(person, shift)], additions: Vec::new() }
    }

    /// Moves a person from one shift to another.
    pub fn reassign(person: PersonIndex, from: ShiftIndex, to: ShiftIndex) -> Self {
        Self::unassign(person, from).and(Self::assign(person, to))
    }

    /// Puts one person in the place of another.
    pub fn replace(shift: ShiftIndex, from: PersonIndex, to: PersonIndex) -> Self {
        Self::unassign(from, shift).and(Self::assign(to, shift))
    }

    /// Two people exchange a shift each.
    pub fn swap(one: (PersonIndex, ShiftIndex), other: (PersonIndex, ShiftIndex)) -> Self {
        Self { removals: vec![one, other], additions: vec![(one.0, other.1), (other.0, one.1)] }
    }

    /// Both changes at once.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.removals.extend(other.removals);
        self.additions.extend(other.additions);
        self
    }
}

/// What one change would break and mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Violations that the roster has only after the change, ordered.
    pub introduced: Vec<Violation>,
    /// Violations that it has only before, ordered.
    pub resolved: Vec<Violation>,
    /// What follows for the change; see [`Judge::judge`].
    pub outcome: Outcome,
    /// Points after less points before.
    pub cost_delta: i64,
    added: Vec<(PersonIndex, ShiftIndex)>,
}

impl Judgement {
    /// The introduced violations that stand against the change: not those that only more work can mend, nor those that
    /// concern no placement which the change adds.
    pub fn obstacles(&self) -> impl Iterator<Item = &Violation> {
        self.introduced.iter().filter(|violation| is_obstacle(violation, &self.added))
    }
}

fn is_obstacle(violation: &Violation, added: &[(PersonIndex, ShiftIndex)]) -> bool {
    violation.phase == Phase::Always && added.iter().any(|(person, shift)| violation.concerns(*person, *shift))
}

/// Judges many changes of one roster.
pub struct Judge<'a> {
    engine: Engine<'a>,
    placed: Placed,
}

impl<'a> Judge<'a> {
    /// A judge of changes to the roster that `placements` make.
    pub fn new(problem: &'a Problem, placements: &[Placement]) -> Self {
        Self { engine: Engine::new(problem), placed: Placed::new(problem, placements) }
    }

    /// What a change would break and mend. Only the rows and crews that it touches are looked at.
    ///
    /// The outcome follows from the gravest introduced violation that concerns a placement which the change adds. Taking
    /// work away is never refused, since someone who falls ill must be taken off: what it leaves behind is noted.
    pub fn judge(&self, change: &Change) -> Judgement {
        let exists = |cell: &&(PersonIndex, ShiftIndex)| self.placed.holds(cell.0, cell.1);
        let touched = || change.removals.iter().chain(&change.additions).filter(exists);
        let people: BTreeSet<PersonIndex> = touched().map(|(person, _)| *person).collect();
        let shifts: BTreeSet<ShiftIndex> = touched().map(|(_, shift)| *shift).collect();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut added = Vec::new();
        for person in people {
            let row = self.placed.row(person);
            let changed = apply(row, change, |cell| (cell.0 == person).then_some(cell.1));
            added.extend(changed.iter().filter(|shift| !row.contains(shift)).map(|shift| (person, *shift)));
            if changed != row {
                self.engine.judge_row(person, row, &mut before);
                self.engine.judge_row(person, &changed, &mut after);
            }
        }
        for shift in shifts {
            let crew = self.placed.crew(shift);
            let changed = apply(crew, change, |cell| (cell.1 == shift).then_some(cell.0));
            if changed != crew {
                self.engine.judge_crew(shift, crew, &mut before);
                self.engine.judge_crew(shift, &changed, &mut after);
            }
        }
        conclude(before, after, added)
    }
}

/// Judges one change; see [`Judge`] for many.
pub fn judge(problem: &Problem, placements: &[Placement], change: &Change) -> Judgement {
    Judge::new(problem, placements).judge(change)
}

/// A sorted row or crew after the change; `pick` names the part of a placement that belongs to it.
fn apply(list: &[usize], change: &Change, pick: impl Fn(&(PersonIndex, ShiftIndex)) -> Option<usize>) -> Vec<usize> {
    let mut changed: BTreeSet<usize> = list.iter().copied().collect();
    for removed in change.removals.iter().filter_map(&pick) {
        changed.remove(&removed);
    }
    changed.extend(change.additions.iter().filter_map(&pick));
    changed.into_iter().collect()
}

fn conclude(mut before: Vec<Violation>, mut after: Vec<Violation>, added: Vec<(PersonIndex, ShiftIndex)>) -> Judgement {
    before.sort_unstable();
    after.sort_unstable();
    let cost = |violations: &[Violation]| violations.iter().fold(0_i64, |sum, one| sum.saturating_add(one.cost));
    let cost_delta = cost(&after).saturating_sub(cost(&before));
    let introduced = without(after.clone(), &before);
    let resolved = without(before, &after);
    let outcome = introduced.iter().map(|violation| match (is_obstacle(violation, &added), violation.verdict) {
        (true, Verdict::Block) => Outcome::Blocked,
        (true, Verdict::Consent) => Outcome::NeedsConsent,
        (_, Verdict::Warn | Verdict::Cost) => Outcome::Noted,
        (false, Verdict::Block | Verdict::Consent) if violation.phase == Phase::Always => Outcome::Noted,
        (false, Verdict::Block | Verdict::Consent) => Outcome::Allowed,
    });
    let outcome = outcome.max().unwrap_or(Outcome::Allowed);
    Judgement { introduced, resolved, outcome, cost_delta, added }
}

/// What `these` has beyond `others`, counted; both sorted.
fn without(mut these: Vec<Violation>, others: &[Violation]) -> Vec<Violation> {
    let mut others = others.iter().peekable();
    these.retain(|violation| {
        while others.next_if(|other| *other < violation).is_some() {}
        others.next_if(|other| *other == violation).is_none()
    });
    these
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleKind;
    use crate::rules::cases::{id, problem, rule};

    fn place(cells: &[(PersonIndex, ShiftIndex)]) -> Vec<Placement> {
        cells.iter().map(|(person, shift)| Placement { person: *person, shift: *shift, pinned: false }).collect()
    }

    fn codes<'a>(violations: impl IntoIterator<Item = &'a Violation>) -> Vec<&'static str> {
        violations.into_iter().map(|violation| violation.code).collect()
    }

    /// Monday to Friday, `0..5`, and a second shift on Monday; two people.
    fn week(kind: RuleKind) -> Problem {
        let shifts = [1, 2, 3, 4, 5].map(|day| format!("D 01-0{day} 08:00 480"));
        let texts: Vec<&str> = shifts.iter().map(String::as_str).chain(["L 01-01 12:00 480"]).collect();
        let mut problem = problem(kind, &texts);
        let late = problem.shifts.remove(1);
        problem.shifts.push(late);
        let mut other = problem.people[0].clone();
        other.id = id(2);
        problem.people.push(other);
        problem
    }

    #[test]
    fn an_overlap_is_refused_and_named() {
        let problem = week(RuleKind::Overlap);
        let judgement = judge(&problem, &place(&[(0, 0)]), &Change::assign(0, 5));
        assert_eq!(judgement.outcome, Outcome::Blocked);
        assert_eq!(codes(judgement.obstacles()), ["overlap"]);
        assert_eq!(judgement.introduced[0].shifts, [0, 5]);
        assert_eq!(judge(&problem, &place(&[(1, 0)]), &Change::assign(0, 5)).outcome, Outcome::Allowed);
    }

    #[test]
    fn a_move_is_judged_by_what_it_leads_to() {
        let problem = week(RuleKind::Overlap);
        let judgement = judge(&problem, &place(&[(0, 0)]), &Change::reassign(0, 0, 5));
        assert_eq!((judgement.outcome, judgement.introduced.len()), (Outcome::Allowed, 0));
        let swap = Change::swap((0, 0), (1, 5));
        assert_eq!(judge(&problem, &place(&[(0, 0), (1, 5)]), &swap).outcome, Outcome::Allowed);
        let onto = Change::swap((0, 0), (1, 1));
        assert_eq!(judge(&problem, &place(&[(0, 0), (0, 5), (1, 1)]), &onto).outcome, Outcome::Allowed);
    }

    #[test]
    fn replacing_someone_on_a_full_shift_is_no_overstaffing() {
        let mut problem = week(RuleKind::HeadsPerShift);
        problem.shifts[0].heads.max = Some(1);
        assert_eq!(judge(&problem, &place(&[(0, 0)]), &Change::assign(1, 0)).outcome, Outcome::Blocked);
        assert_eq!(judge(&problem, &place(&[(0, 0)]), &Change::replace(0, 0, 1)).outcome, Outcome::Allowed);
    }

    #[test]
    fn a_roster_in_the_making_may_be_too_thin() {
        let problem = week(RuleKind::ConsecutiveWorkingDays { min: Some(3), max: None });
        let judgement = judge(&problem, &[], &Change::assign(0, 2));
        assert_eq!(codes(&judgement.introduced), ["work_run_too_short"]);
        assert_eq!((judgement.outcome, judgement.obstacles().count()), (Outcome::Allowed, 0));
    }

    #[test]
    fn what_taking_work_away_leaves_behind_is_noted() {
        let problem = week(RuleKind::ConsecutiveDaysOff { min: 2 });
        let judgement = judge(&problem, &place(&[(0, 0), (0, 1), (0, 2)]), &Change::unassign(0, 1));
        assert_eq!(codes(&judgement.introduced), ["days_off_run_too_short"]);
        assert_eq!(judgement.outcome, Outcome::Noted);
    }

    #[test]
    fn what_was_wrong_before_and_has_nothing_to_do_with_the_change_does_not_count() {
        let mut problem = week(RuleKind::Overlap);
        problem.rules.push(rule("days-off", RuleKind::DaysOff { on: vec![problem.shifts[4].on] }));
        let judgement = judge(&problem, &place(&[(0, 0), (0, 5), (0, 4)]), &Change::assign(0, 2));
        assert_eq!((judgement.outcome, judgement.introduced.len()), (Outcome::Allowed, 0));
    }

    #[test]
    fn the_gravest_verdict_decides_and_costs_add_up() {
        let max = RuleKind::MinutesPerPeriod { per: crate::rules::Window::Period, min: None, max: Some(480) };
        let mut problem = week(max.clone());
        problem.rules[0].verdict = Verdict::Cost;
        problem.rules[0].weight = 2;
        let roster = place(&[(0, 0)]);
        let judgement = judge(&problem, &roster, &Change::assign(0, 1));
        assert_eq!((judgement.outcome, judgement.cost_delta), (Outcome::Noted, 960));
        problem.rules.push(crate::rules::Rule { verdict: Verdict::Consent, weight: 1, ..rule("consent", max) });
        let judgement = judge(&problem, &roster, &Change::assign(0, 1));
        assert_eq!((judgement.outcome, judgement.cost_delta), (Outcome::NeedsConsent, 960 + 480));
        let back = judge(&problem, &place(&[(0, 0), (0, 1)]), &Change::unassign(0, 1));
        assert_eq!((back.outcome, back.cost_delta, back.resolved.len()), (Outcome::Allowed, -1440, 2));
    }

    #[test]
    fn nothing_follows_from_a_change_that_changes_nothing_or_points_nowhere() {
        let problem = week(RuleKind::HeadsPerShift);
        let roster = place(&[(0, 0)]);
        for change in [
            Change::default(),
            Change::assign(0, 0),
            Change::unassign(1, 0),
            Change::reassign(0, 0, 0),
            Change::assign(9, 0),
            Change::assign(0, 99),
        ] {
            let judgement = judge(&problem, &roster, &change);
            assert_eq!((judgement.outcome, judgement.introduced.len()), (Outcome::Allowed, 0), "{change:?}");
        }
    }
}
