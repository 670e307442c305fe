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
