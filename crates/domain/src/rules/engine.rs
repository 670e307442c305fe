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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::rules::RuleKind;
    use crate::rules::cases::{found, id, problem};
    use crate::rules::{Effective, Scope};

    fn succession() -> RuleKind {
        RuleKind::RestBetweenShifts { min_minutes: 660 }
    }

    #[test]
    fn a_rule_binds_the_people_in_its_scope() {
        let mut problem = problem(RuleKind::Overlap, &["A 01-01 08:00 480", "B 01-01 12:00 480"]);
        problem.people[0].tags = vec!["apprentice".into()];
        let (ada, other) = (id(1), id(2));
        let tag = |name: &str| vec![name.to_owned()];
        for (people, person_tags, count) in [
            (vec![], vec![], 1),
            (vec![ada], vec![], 1),
            (vec![other], vec![], 0),
            (vec![], tag("apprentice"), 1),
            (vec![], tag("night-worker"), 0),
            (vec![ada], tag("night-worker"), 0),
        ] {
            problem.rules[0].scope = Scope { people, person_tags, ..Scope::default() };
            assert_eq!(found(&problem).len(), count, "{:?}", problem.rules[0].scope);
        }
    }

    #[test]
    fn a_rule_does_not_see_shifts_outside_its_scope() {
        let mut problem = problem(succession(), &["A 01-01 08:00 480", "B 01-01 18:00 60", "C 01-02 00:00 480"]);
        assert_eq!(found(&problem).len(), 2);
        problem.shifts[1].site = id(2);
        problem.rules[0].scope = Scope { sites: vec![id(1)], ..Scope::default() };
        assert_eq!(found(&problem), ["rest_too_short 01-01..01-02 limit 660 actual 480 of A01-01 C01-02"]);
        problem.shifts[0].tags = vec!["night".into()];
        problem.rules[0].scope = Scope { shift_tags: vec!["night".into()], ..Scope::default() };
        assert_eq!(found(&problem).len(), 0);
    }

    #[test]
    fn of_successive_versions_exactly_one_judges_a_breach() {
        let mut problem = problem(succession(), &["A 01-01 20:00 180", "B 01-02 08:00 480"]);
        let mut newer = problem.rules[0].clone();
        problem.rules[0].effective = Effective { from: None, until: Some(date(2024, 1, 1)) };
        newer.effective = Effective { from: Some(date(2024, 1, 2)), until: None };
        newer.kind = RuleKind::RestBetweenShifts { min_minutes: 600 };
        problem.rules.push(newer);
        assert_eq!(found(&problem), ["rest_too_short 01-01..01-02 limit 600 actual 540 of A01-01 B01-02"]);
    }
}
