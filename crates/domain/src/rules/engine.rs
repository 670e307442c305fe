use std::collections::HashSet;

use crate::id::EmployeeId;
use crate::roster::{Person, PersonIndex, PlannedShift, Problem, ShiftIndex};
use crate::rules::findings::Findings;
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::{Crew, Row};
use crate::rules::{Rule, Violation};

/// The rules of a problem, ready to judge rows and crews.
pub(super) struct Engine<'a> {
    pub(super) frame: Frame<'a>,
    rules: Vec<Bound<'a>>,
}

struct Bound<'a> {
    index: usize,
    rule: &'a Rule,
    kind: Box<dyn Kind + 'a>,
    people: HashSet<EmployeeId>,
    sees_all_shifts: bool,
}

impl<'a> Engine<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        let rules = problem.rules.iter().enumerate().map(|(index, rule)| Bound {
            index,
            rule,
            kind: rule.kind.logic(),
            people: rule.scope.people.iter().copied().collect(),
            sees_all_shifts: rule.scope.sites.is_empty() && rule.scope.shift_tags.is_empty(),
        });
        Self { frame: Frame::new(problem), rules: rules.collect() }
    }

    /// Adds every violation in the row of a person who works `shifts`.
    pub(super) fn judge_row(&self, person: PersonIndex, shifts: &[ShiftIndex], out: &mut Vec<Violation>) {
        let Some(row) = Row::new(&self.frame, person, shifts) else {
            return;
        };
        for bound in self.rules.iter().filter(|bound| bound.binds(row.person)) {
            let mut findings = self.findings(bound, Some(person), out);
            if bound.sees_all_shifts {
                bound.kind.judge_row(&self.frame, &row, &mut findings);
            } else {
                bound.kind.judge_row(&self.frame, &row.only(|shift| bound.sees(shift)), &mut findings);
            }
        }
    }

    /// Adds every violation in the crew of a shift.
    pub(super) fn judge_crew(&self, shift: ShiftIndex, people: &[PersonIndex], out: &mut Vec<Violation>) {
        let Some(crew) = Crew::new(&self.frame, shift, people) else {
            return;
        };
        for bound in self.rules.iter().filter(|bound| bound.sees(crew.shift)) {
            bound.kind.judge_crew(&self.frame, &crew, &mut self.findings(bound, None, out));
        }
    }

    fn findings<'b>(
        &'b self,
        bound: &'b Bound<'a>,
        person: Option<PersonIndex>,
        out: &'b mut Vec<Violation>,
    ) -> Findings<'b> {
        Findings { frame: &self.frame, rule: bound.rule, rule_index: bound.index, person, out }
    }
}

impl Bound<'_> {
    fn binds(&self, person: &Person) -> bool {
        (self.people.is_empty() || self.people.contains(&person.id))
            && any_of(&self.rule.scope.person_tags, &person.tags)
    }

    fn sees(&self, shift: &PlannedShift) -> bool {
        let scope = &self.rule.scope;
        self.sees_all_shifts
            || (scope.sites.is_empty() || scope.sites.contains(&shift.site)) && any_of(&scope.shift_tags, &shift.tags)
    }
}

/// Whether `tags` has one of `wanted`, or nothing is wanted.
fn any_of(wanted: &[String], tags: &[String]) -> bool {
    wanted.is_empty() || wanted.iter().any(|tag| tags.contains(tag))
}
