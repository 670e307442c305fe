//! Values of every kind, so that what holds for all kinds is tested for all of them.

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, ToSpan};
use scheduling_domain::api_key::ApiKey;
use scheduling_domain::assignment::{Assignment, AssignmentSource};
use scheduling_domain::availability::{Availability, AvailabilityKind};
use scheduling_domain::contract::{Contract, Money};
use scheduling_domain::demand::{Demand, Heads};
use scheduling_domain::employee::Employee;
use scheduling_domain::optimization::{Optimization, OptimizationState, ProposedAssignment, Score};
use scheduling_domain::personal::Personal;
use scheduling_domain::position::Position;
use scheduling_domain::record::Entity;
use scheduling_domain::roster::Period;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::rules::{self, Citation, Effective, Rule, RuleKind, Verdict};
use scheduling_domain::schedule::Schedule;
use scheduling_domain::scope::Scope;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use scheduling_domain::time::{DstPolicy, Weekdays};
use scheduling_domain::user::{Role, User};

use crate::build::{
    a_contract, a_demand, a_position, a_rule, a_rule_set, a_schedule, a_shift, a_shift_template, a_site, a_skill,
    a_skill_grant, a_team, a_user, an_api_key, an_assignment, an_availability, an_employee, an_optimization, day,
    instant, nth_start, time,
};
use crate::world::{References, World};

/// A kind of entity that the suite can make values of.
pub trait Sample: Entity {
    /// The nth value, from 0 to 7. All of them can be stored beside the world and beside one another. The plain ones are
    /// even; the odd ones fill every field, each with something else.
    fn sample(world: &World, n: usize) -> Self;

    /// Values that are fine but for one reference, which `elsewhere` gives: one for each reference there is.
    fn referring(world: &World, elsewhere: &References) -> Vec<Self>;
}

fn is_full(n: usize) -> bool {
    n % 2 == 1
}

impl Sample for Site {
    fn sample(_: &World, n: usize) -> Self {
        let plain = a_site(&format!("Site {n}"));
        if !is_full(n) {
            return plain;
        }
        Self {
            name: format!("上海 {n}"),
            time_zone: "America/Los_Angeles".to_owned(),
            jurisdictions: vec!["us".to_owned(), "us-ca".to_owned()],
            address: "O'Farrell St \"12\" \\ 二楼".to_owned(),
        }
    }
    fn referring(_: &World, _: &References) -> Vec<Self> {
        Vec::new()
    }
}

impl Sample for Team {
    fn sample(world: &World, n: usize) -> Self {
        let rule_set_id = is_full(n).then_some(world.rule_set.id);
        Self { rule_set_id, ..a_team(&format!("Team {n}"), world.site.id) }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 7);
        vec![Self { site_id: elsewhere.site, ..fine.clone() }, Self { rule_set_id: Some(elsewhere.rule_set), ..fine }]
    }
}

impl Sample for Position {
    fn sample(world: &World, n: usize) -> Self {
        let skill_ids = if is_full(n) { vec![world.skill.id] } else { Vec::new() };
        Self { skill_ids, ..a_position(&format!("Position {n}")) }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        vec![Self { skill_ids: vec![world.skill.id, elsewhere.skill], ..Self::sample(world, 7) }]
    }
}

impl Sample for Skill {
    fn sample(_: &World, n: usize) -> Self {
        let description = if is_full(n) { "重症监护, two years".to_owned() } else { String::new() };
        Self { description, ..a_skill(&format!("Skill {n}")) }
    }
    fn referring(_: &World, _: &References) -> Vec<Self> {
        Vec::new()
    }
}

impl Sample for SkillGrant {
    fn sample(world: &World, n: usize) -> Self {
        let plain = a_skill_grant(world.employee(n), world.skill.id);
        if !is_full(n) {
            return plain;
        }
        Self {
            valid_from: day("2024-02-29"),
            valid_until: Some(day("2028-02-29")),
            evidence: "No. 7".to_owned(),
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 7);
        vec![Self { employee_id: elsewhere.employee, ..fine.clone() }, Self { skill_id: elsewhere.skill, ..fine }]
    }
}

impl Sample for Employee {
    fn sample(world: &World, n: usize) -> Self {
        let plain = an_employee(&format!("N{n}"), world.team.id);
        if !is_full(n) {
            return plain;
        }
        Self {
            full_name: "李娜 O'Neill".to_owned(),
            email: Some(Personal::new("li.na@example.com")),
            phone: Some(Personal::new("+86 10 1234 5678")),
            // One account for one employee: the others do without.
            user_id: (n == 1).then_some(world.user.id),
            hired_on: day("2020-02-29"),
            left_on: Some(day("2026-06-30")),
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 7);
        vec![Self { team_id: elsewhere.team, ..fine.clone() }, Self { user_id: Some(elsewhere.user), ..fine }]
    }
}

impl Sample for Contract {
    fn sample(world: &World, n: usize) -> Self {
        // The first employee has one that goes on for ever.
        let year = 2030 + i16::try_from(n).unwrap_or(0);
        let plain = Self {
            starts_on: jiff::civil::date(year, 1, 1),
            ends_on: Some(jiff::civil::date(year, 12, 31)),
            ..a_contract(world.employee(1 + n % 3))
        };
        if !is_full(n) {
            return plain;
        }
        Self {
            min_weekly_minutes: Some(600),
            max_weekly_minutes: Some(2400),
            hourly_rate: Some(Money { minor_units: 100_000_000, currency: "CNY".to_owned() }),
            rule_set_id: Some(world.rule_set.id),
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 7);
        vec![
            Self { employee_id: elsewhere.employee, ..fine.clone() },
            Self { rule_set_id: Some(elsewhere.rule_set), ..fine },
        ]
    }
}

impl Sample for Availability {
    fn sample(world: &World, n: usize) -> Self {
        let plain = an_availability(world.employee(n));
        if !is_full(n) {
            return plain;
        }
        Self {
            kind: AvailabilityKind::Preferred,
            weekdays: Weekdays::SATURDAY_SUNDAY,
            hours: Some((time("22:30"), time("06:15"))),
            valid_from: day("2026-01-01"),
            valid_until: Some(day("2026-12-31")),
            except_on: vec![day("2026-02-17"), day("2026-10-01")],
            weight: 1_000_000,
            template_id: Some(world.template.id),
            note: "after the ferry 渡轮".to_owned(),
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 7);
        vec![
            Self { employee_id: elsewhere.employee, ..fine.clone() },
            Self { template_id: Some(elsewhere.template), ..fine },
        ]
    }
}

impl Sample for ShiftTemplate {
    fn sample(world: &World, n: usize) -> Self {
        let plain = a_shift_template(&format!("C{n}"), world.site.id, world.position.id);
        if !is_full(n) {
            return plain;
        }
        Self {
            name: "夜班".to_owned(),
            starts: time("22:00"),
            ends: time("06:30"),
            dst_policy: DstPolicy::RejectGap,
            break_minutes: 45,
            skill_ids: vec![world.skill.id],
            tags: vec!["night".to_owned(), "夜".to_owned()],
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 7);
        vec![
            Self { site_id: elsewhere.site, ..fine.clone() },
            Self { position_id: elsewhere.position, ..fine.clone() },
            Self { skill_ids: vec![elsewhere.skill], ..fine },
        ]
    }
}

fn full_heads() -> Heads {
    Heads { min: 2, target: 1000, max: None, under_weight: 1_000_000, over_weight: 0 }
}

impl Sample for Demand {
    fn sample(world: &World, n: usize) -> Self {
        let plain = a_demand(world.team.id, world.template.id);
        if !is_full(n) {
            return plain;
        }
        Self {
            weekdays: [Weekday::Monday, Weekday::Sunday].into_iter().collect(),
            valid_from: day("2026-01-05"),
            valid_until: Some(day("2026-12-31")),
            except_on: vec![day("2026-05-01")],
            heads: full_heads(),
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 7);
        vec![Self { team_id: elsewhere.team, ..fine.clone() }, Self { template_id: elsewhere.template, ..fine }]
    }
}

impl Sample for RuleSet {
    fn sample(world: &World, n: usize) -> Self {
        let plain = a_rule_set(&format!("Rules {n}"));
        if !is_full(n) {
            return plain;
        }
        let rest = Rule {
            scope: rules::Scope {
                people: vec![world.employee(0)],
                person_tags: vec!["part-time".to_owned()],
                sites: vec![world.site.id],
                shift_tags: vec!["night".to_owned()],
            },
            effective: Effective { from: Some(day("2026-01-01")), until: Some(day("2026-12-31")) },
            verdict: Verdict::Cost,
            weight: 25,
            citation: Some(Citation { source: "Directive 2003/88/EC".to_owned(), article: "Art 3".to_owned() }),
            ..a_rule("daily-rest", RuleKind::RestBetweenShifts { min_minutes: 660 })
        };
        Self {
            week_start: Weekday::Sunday,
            day_boundary: Time::constant(4, 30, 0, 0),
            rules: vec![rest, a_rule("days-off", RuleKind::DaysOff { on: vec![day("2026-01-01")] })],
            ..plain
        }
    }
    fn referring(_: &World, _: &References) -> Vec<Self> {
        Vec::new()
    }
}

impl Sample for User {
    fn sample(world: &World, n: usize) -> Self {
        let plain = a_user(&format!("user{n}"));
        if !is_full(n) {
            return plain;
        }
        Self {
            full_name: "王芳".to_owned(),
            role: Role::Manager,
            team_ids: vec![world.team.id],
            is_active: false,
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        vec![Self { team_ids: vec![world.team.id, elsewhere.team], ..Self::sample(world, 7) }]
    }
}

impl Sample for Schedule {
    fn sample(world: &World, n: usize) -> Self {
        let first = day("2027-01-04") + i64::try_from(n).unwrap_or(0).weeks();
        let plain = Self { period: Period { first, end: first + 1.week() }, ..a_schedule(world.team.id) };
        if !is_full(n) {
            return plain;
        }
        Self { published_number: Some(3), note: "春节".to_owned(), ..plain }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        vec![Self { team_id: elsewhere.team, ..Self::sample(world, 7) }]
    }
}

impl Sample for Shift {
    fn sample(world: &World, n: usize) -> Self {
        // The later ones start earlier, so that order by start and order by id differ.
        let start = nth_start(8 - u32::try_from(n % 8).unwrap_or(0));
        let plain = a_shift(world.schedule.id, world.site.id, world.position.id, start);
        if !is_full(n) {
            return plain;
        }
        Self {
            label: "夜".to_owned(),
            template_id: Some(world.template.id),
            on: day("2026-01-31"),
            ends_at: start + SignedDuration::from_mins(Self::MAX_MINUTES),
            break_minutes: 30,
            skill_ids: vec![world.skill.id],
            tags: vec!["night".to_owned()],
            heads: full_heads(),
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 7);
        vec![
            Self { schedule_id: elsewhere.schedule, ..fine.clone() },
            Self { template_id: Some(elsewhere.template), ..fine.clone() },
            Self { site_id: elsewhere.site, ..fine.clone() },
            Self { position_id: elsewhere.position, ..fine.clone() },
            Self { skill_ids: vec![elsewhere.skill], ..fine },
        ]
    }
}

impl Sample for Assignment {
    fn sample(world: &World, n: usize) -> Self {
        let source = if is_full(n) { AssignmentSource::Optimization } else { AssignmentSource::Import };
        let employee = world.employee(1 + n % 3);
        Self { pinned: is_full(n), source, ..an_assignment(world.shift(n), employee) }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 7);
        vec![Self { shift_id: elsewhere.shift, ..fine.clone() }, Self { employee_id: elsewhere.employee, ..fine }]
    }
}

impl Sample for ApiKey {
    fn sample(world: &World, n: usize) -> Self {
        let plain = an_api_key(world.user.id, &format!("hash {n}"));
        if !is_full(n) {
            return plain;
        }
        Self {
            name: "工资系统 \"7\"".to_owned(),
            scopes: Scope::ALL.to_vec(),
            last_used_at: Some(instant("2026-01-01T10:00:00.000001Z")),
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        vec![Self { user_id: elsewhere.user, ..Self::sample(world, 7) }]
    }
}

impl Sample for Optimization {
    fn sample(world: &World, n: usize) -> Self {
        let plain = an_optimization(world.schedule.id, world.user.id);
        if !is_full(n) {
            return plain;
        }
        Self {
            state: OptimizationState::Failed,
            seed: u64::MAX,
            max_steps: u64::MAX,
            max_ms: 3_600_000,
            steps: 1 << 40,
            score: Some(Score { hard: 0, soft: -7 }),
            bound: Some(-9),
            proposal: vec![ProposedAssignment { shift_id: world.shift(0).id, employee_id: world.employee(0) }],
            cancel_requested: true,
            failure: Some("the worker died 三次".to_owned()),
            generation: 3,
            workers_lost: 2,
            leased_until: Some(instant("2026-01-01T10:00:00.000001Z")),
            request_id: Some("0190c2f4-7c1e-7d1a-9a51-5f0f6f1d2c3b".to_owned()),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
            started_at: Some(instant("2026-01-01T10:00:00.000002Z")),
            finished_at: Some(instant("2026-01-01T10:00:00.000003Z")),
            applied_at: Some(instant("2026-01-01T10:00:00.000004Z")),
            ..plain
        }
    }
    fn referring(world: &World, elsewhere: &References) -> Vec<Self> {
        let fine = Self::sample(world, 6);
        vec![Self { schedule_id: elsewhere.schedule, ..fine.clone() }, Self { requested_by: elsewhere.user, ..fine }]
    }
}
