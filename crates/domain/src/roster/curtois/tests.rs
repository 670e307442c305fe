use proptest::prelude::*;

use super::{Instance, ParseReason};
use crate::roster::Placement;

const SMALL: &str = "# two kinds of shift, two people\r
SECTION_HORIZON\r
7\r
SECTION_SHIFTS\r
D,480,\r
N,600,D\r
SECTION_STAFF\r
A,D=7|N=2,2400,960,5,2,2,1\r
B,D=7|N=7,2400,960,5,2,2,1\r
SECTION_DAYS_OFF\r
A,0,3\r
SECTION_SHIFT_ON_REQUESTS\r
A,1,D,5\r
SECTION_SHIFT_OFF_REQUESTS\r
B,2,N,3\r
SECTION_COVER\r
0,D,1,100,1\r
";

#[test]
fn an_instance_becomes_a_problem_with_a_shift_for_each_day_and_kind() {
    let instance = Instance::parse(SMALL).unwrap();
    let problem = instance.to_problem();
    assert_eq!((instance.days(), problem.period.days()), (7, 7));
    assert_eq!(problem.shifts.len(), 14);
    assert_eq!(problem.people.len(), 2);
    assert_eq!(problem.shifts[0].heads.target, 1);
    assert_eq!(problem.shifts[1].heads.target, 0);
    assert!(problem.shifts.is_sorted_by_key(|shift| (shift.starts_at, shift.id)));
}

#[test]
fn people_with_the_same_limit_share_a_rule() {
    let problem = Instance::parse(SMALL).unwrap().to_problem();
    let scope = |key: &str| problem.rules.iter().find(|rule| rule.key == key).map(|rule| rule.scope.people.len());
    assert_eq!(scope("minutes-1"), Some(0), "everyone shares it");
    assert_eq!(scope("shifts-N-1"), Some(1));
    assert_eq!(scope("shifts-N-2"), Some(1));
    assert_eq!(scope("days-off-1"), Some(1));
    assert_eq!(scope("days-off-2"), None, "B has no days off");
}

#[test]
fn a_roster_survives_writing_and_reading() {
    let instance = Instance::parse(SMALL).unwrap();
    let text = "employee,day,shift\nA,1,D\nA,2,N\nB,0,D\n";
    let placements = instance.parse_roster(text).unwrap();
    assert_eq!(placements[1], Placement { person: 0, shift: 5, pinned: false });
    assert_eq!(instance.write_roster(&placements), text);
}

#[test]
fn bad_lines_are_named() {
    let cases: [(&str, &str, &str); 9] = [
        ("A,D=7|N=2", "A,D=7|X=2", "line 8: unknown shift \"X\""),
        (
            "A,D=7|N=2,2400",
            "A,D=7|N=2,-1",
            "line 8: most minutes must be a whole number from 0 to 10000000, not \"-1\"",
        ),
        ("B,D=7", "A,D=7", "line 9: \"A\" is blank or given twice"),
        ("N,600,D", "N,600,E", "line 6: unknown shift \"E\""),
        ("N,600,D", "N,1441,D", "line 6: minutes must be a whole number from 1 to 1440, not \"1441\""),
        ("A,1,D,5", "C,1,D,5", "line 13: unknown employee \"C\""),
        ("0,D,1,100,1", "7,D,1,100,1", "line 17: day must be a whole number from 0 to 6, not \"7\""),
        ("0,D,1,100,1", "0,D,1,100", "line 17: expected 5 fields, found 4"),
        ("SECTION_COVER", "SECTION_COVERS", "line 16: unknown or repeated section \"SECTION_COVERS\""),
    ];
    for (good, bad, message) in cases {
        let error = Instance::parse(&SMALL.replacen(good, bad, 1)).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    assert_eq!(Instance::parse("").unwrap_err().reason, ParseReason::MissingSection("SECTION_HORIZON"));
}

#[test]
fn bad_roster_lines_are_named() {
    let instance = Instance::parse(SMALL).unwrap();
    for (text, message) in [
        ("employee,day,shift\nC,0,D\n", "line 2: unknown employee \"C\""),
        ("A,0,X\n", "line 1: unknown shift \"X\""),
        ("A,7,D\n", "line 1: day must be a whole number from 0 to 6, not \"7\""),
        ("A,0,D\nA,0,D\n", "line 2: \"A,0,D\" is blank or given twice"),
        ("A,0\n", "line 1: expected 3 fields, found 2"),
    ] {
        assert_eq!(instance.parse_roster(text).unwrap_err().to_string(), message);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(
        line in 0..17_usize, field in "[A-Z0-9|=,#-]{0,12}|SECTION_[A-Z_]{0,20}|\\PC{0,20}",
    ) {
        let lines: Vec<&str> = SMALL.lines().enumerate().map(|(at, text)| if at == line { &field } else { text }).collect();
        let text = lines.join("\n");
        if let Ok(instance) = Instance::parse(&text) {
            let problem = instance.to_problem();
            prop_assert_eq!(problem.shifts.len(), usize::from(instance.days()) * instance.shift_kind_count());
            if let Ok(placements) = instance.parse_roster(&field) {
                prop_assert_eq!(instance.parse_roster(&instance.write_roster(&placements)).map(|read| read.len()), Ok(placements.len()));
            }
        }
    }
}
