//! Everyone on a shift holds its skills, valid on its working day. Each skill is one violation, which says whether it
//! was never held or is held for other days.

use crate::rules::findings::{Breach, Findings};
use crate::rules::frame::Frame;
use crate::rules::kind::Kind;
use crate::rules::row::Row;
use crate::rules::violation::code;
use crate::rules::{Reach, Subject, Unit};

pub(super) struct SkillValid;

impl Kind for SkillValid {
    fn judge_row(&self, _: &Frame<'_>, row: &Row<'_>, findings: &mut Findings<'_>) {
        for worked in row.by_start() {
            for skill in &worked.shift.skills {
                let mut held = row.person.skills.iter().filter(|span| span.skill == *skill).peekable();
                let code = if held.peek().is_some() { code::SKILL_NOT_VALID } else { code::SKILL_MISSING };
                if !held.any(|span| span.covers(worked.shift.on)) {
                    let days = (worked.day, worked.day);
                    let breach = Breach::new(code, Unit::Skills, (1, 0), days, vec![worked.index]);
                    findings.add(breach.about(Subject::Skill(*skill)));
                }
            }
        }
    }

    fn reach(&self) -> Reach {
        Reach::SAME_DAY
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::roster::SkillSpan;
    use crate::rules::RuleKind;
    use crate::rules::cases::{found, id, problem};

    #[test]
    fn each_skill_is_asked_for_on_the_working_day() {
        let (forklift, first_aid) = (id(1), id(2));
        let held = |from, until| SkillSpan { skill: forklift, from, until };
        for (name, skills, finds) in [
            ("first and last day are valid", vec![held(date(2024, 1, 2), Some(date(2024, 1, 2)))], vec![]),
            ("for ever", vec![held(date(2020, 1, 1), None)], vec![]),
            (
                "expired the day before, though the night shift begins after",
                vec![held(date(2020, 1, 1), Some(date(2024, 1, 1)))],
                vec!["skill_not_valid 01-02..01-02 limit 1 actual 0 of N01-02"],
            ),
            (
                "renewed after a gap",
                vec![held(date(2020, 1, 1), Some(date(2023, 12, 1))), held(date(2024, 1, 2), None)],
                vec![],
            ),
            ("never held", vec![], vec!["skill_missing 01-02..01-02 limit 1 actual 0 of N01-02"]),
        ] {
            let mut problem = problem(RuleKind::SkillValid, &["N 01-02 22:00 480"]);
            problem.shifts[0].skills = vec![forklift];
            problem.people[0].skills = skills;
            assert_eq!(found(&problem), finds, "{name}");
        }
        let mut problem = problem(RuleKind::SkillValid, &["N 01-02 22:00 480"]);
        problem.shifts[0].skills = vec![forklift, first_aid];
        assert_eq!(found(&problem).len(), 2, "each skill is one violation");
    }
}
