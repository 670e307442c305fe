use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use scheduling_domain::roster::AvailabilityKind;

use super::company::{POSITIONS, SHIFTS, SITES, SKILLS, TEAMS, skill};
use super::*;

const MONDAY: Date = date(2026, 3, 2);

#[test]
fn the_same_seed_makes_the_same_company_and_another_seed_another() {
    assert_eq!(Company::generate(1, MONDAY), Company::generate(1, MONDAY));
    assert_ne!(Company::generate(1, MONDAY), Company::generate(2, MONDAY));
}

#[test]
fn the_plan_refers_only_to_what_it_has() {
    assert!(TEAMS.iter().all(|team| team.site < SITES.len()));
    assert!(SHIFTS.iter().all(|shift| shift.team < TEAMS.len() && shift.position < POSITIONS.len()));
    assert!(POSITIONS.iter().all(|(_, skills)| skills.iter().all(|place| *place < SKILLS.len())));
}

#[test]
fn sixty_people_have_names_of_their_own_in_both_languages() {
    for seed in 0..50 {
        let people = Company::generate(seed, MONDAY).people;
        assert_eq!(people.len(), 60);
        let accounts: BTreeSet<_> = people.iter().map(|someone| &someone.name.account).collect();
        assert_eq!(accounts.len(), 60);
        let english = people.iter().filter(|someone| someone.name.full.is_ascii()).count();
        assert!((10..=40).contains(&english), "{english} of 60 in seed {seed}");
        assert_eq!(people.iter().filter(|someone| someone.is_manager).count(), TEAMS.len());
    }
}

#[test]
fn some_certificates_end_within_the_demand() {
    let people = Company::generate(1, MONDAY).people;
    let end = MONDAY.saturating_add(jiff::Span::new().days(28));
    let ending = people.iter().flat_map(|someone| &someone.grants).filter(|grant| {
        grant.valid_until.is_some_and(|until| MONDAY <= until && until < end) && grant.valid_from < MONDAY
    });
    assert_eq!(ending.count(), 4, "two in the emergency room, two on the line");
}

#[test]
fn every_team_has_more_hands_than_its_demand_wants() {
    for seed in 0..50 {
        let people = Company::generate(seed, MONDAY).people;
        for (team, plan) in TEAMS.iter().enumerate() {
            let wanted: i64 = SHIFTS
                .iter()
                .filter(|shift| shift.team == team)
                .map(|shift| i64::from(shift.heads[0]) * 5 + i64::from(shift.heads[1]) * 2)
                .sum();
            let a_week = |full_time| match (team, full_time) {
                (1, true) => 3,
                (1, false) => 2,
                (_, true) => 5,
                (_, false) => 3,
            };
            let hands: i64 =
                people.iter().filter(|someone| someone.team == team).map(|someone| a_week(someone.full_time)).sum();
            assert!(hands > wanted, "{}: {hands} for {wanted}", plan.name);
        }
        let skilled =
            |place| people.iter().filter(|someone| someone.grants.iter().any(|grant| grant.skill == place)).count();
        assert!(skilled(skill::CHARGE) >= 5 && skilled(skill::MANDARIN) >= 5);
    }
}

#[test]
fn wishes_have_a_weight_and_nothing_else_has() {
    let people = Company::generate(1, MONDAY).people;
    for statement in people.iter().flat_map(|someone| &someone.statements) {
        let is_wish = matches!(statement.kind, AvailabilityKind::Preferred | AvailabilityKind::Unpreferred);
        assert_eq!(statement.weight > 0, is_wish);
        assert!(is_wish || statement.shift.is_none());
    }
}
