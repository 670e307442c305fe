//! Entities that are valid as they are. Tests change what they are about:
//!
//! ```
//! use scheduling_conformance::build::a_site;
//! use scheduling_domain::site::Site;
//!
//! let site = Site { address: "1 Main Street".to_owned(), ..a_site("Pudong") };
//! ```
#![expect(clippy::missing_panics_doc, clippy::expect_used, reason = "a builder is given literals")]

use std::net::IpAddr;

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling_domain::api_key::ApiKey;
use scheduling_domain::assignment::{Assignment, AssignmentSource};
use scheduling_domain::availability::{Availability, AvailabilityKind};
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::{Demand, Heads};
use scheduling_domain::employee::Employee;
use scheduling_domain::id::{EmployeeId, PositionId, ScheduleId, ShiftTemplateId, SiteId, SkillId, TeamId, UserId};
use scheduling_domain::optimization::{Optimization, OptimizationState};
use scheduling_domain::position::Position;
use scheduling_domain::record::Record;
use scheduling_domain::roster::Period;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::rules::{self, Effective, Rule, RuleKind, Verdict};
use scheduling_domain::schedule::{PublishedContent, Schedule};
use scheduling_domain::scope::Scope;
use scheduling_domain::session::{SessionGrant, SessionKind, SessionSpan};
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use scheduling_domain::time::{DstPolicy, Weekdays};
use scheduling_domain::user::{Role, User};

/// An instant such as `2026-01-05T08:00:00Z`.
pub fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant in RFC 3339")
}

/// A day such as `2026-01-05`.
pub fn day(text: &str) -> Date {
    text.parse().expect("a day as YYYY-MM-DD")
}

/// A time of day such as `08:00`.
pub fn time(text: &str) -> Time {
    text.parse().expect("a time of day as HH:MM")
}

/// The four weeks from Monday 2026-01-05.
pub fn a_period() -> Period {
    Period { first: day("2026-01-05"), end: day("2026-02-02") }
}

/// A site in Shanghai.
pub fn a_site(name: &str) -> Site {
    Site {
        name: name.to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        jurisdictions: Vec::new(),
        address: String::new(),
    }
}

/// A team without rules of its own.
pub fn a_team(name: &str, site_id: SiteId) -> Team {
    Team { name: name.to_owned(), site_id, rule_set_id: None }
}

/// A position that needs no skill.
pub fn a_position(name: &str) -> Position {
    Position { name: name.to_owned(), skill_ids: Vec::new() }
}

/// A skill.
pub fn a_skill(name: &str) -> Skill {
    Skill { name: name.to_owned(), description: String::new() }
}

/// A skill held since 2025 and for ever.
pub fn a_skill_grant(employee_id: EmployeeId, skill_id: SkillId) -> SkillGrant {
    SkillGrant { employee_id, skill_id, valid_from: day("2025-01-01"), valid_until: None, evidence: String::new() }
}

/// An employee since 2025, without an account.
pub fn an_employee(number: &str, team_id: TeamId) -> Employee {
    Employee {
        number: number.to_owned(),
        full_name: format!("Employee {number}"),
        email: None,
        phone: None,
        team_id,
        user_id: None,
        hired_on: day("2025-01-01"),
        left_on: None,
    }
}

/// A contract since 2025 without limits.
pub fn a_contract(employee_id: EmployeeId) -> Contract {
    Contract {
        employee_id,
        starts_on: day("2025-01-01"),
        ends_on: None,
        min_weekly_minutes: None,
        max_weekly_minutes: None,
        hourly_rate: None,
        rule_set_id: None,
    }
}

/// Not available, any day, since 2025.
pub fn an_availability(employee_id: EmployeeId) -> Availability {
    Availability {
        employee_id,
        kind: AvailabilityKind::Unavailable,
        weekdays: Weekdays::ALL,
        hours: None,
        valid_from: day("2025-01-01"),
        valid_until: None,
        except_on: Vec::new(),
        weight: 0,
        template_id: None,
        note: String::new(),
    }
}

/// From 08:00 until 16:00 by the wall clock.
pub fn a_shift_template(code: &str, site_id: SiteId, position_id: PositionId) -> ShiftTemplate {
    ShiftTemplate {
        code: code.to_owned(),
        name: format!("Template {code}"),
        site_id,
        position_id,
        starts: time("08:00"),
        ends: time("16:00"),
        dst_policy: DstPolicy::KeepWallEnd,
        break_minutes: 0,
        skill_ids: Vec::new(),
        tags: Vec::new(),
    }
}

/// One person wanted, exactly.
pub fn one_head() -> Heads {
    Heads { min: 1, target: 1, max: Some(1), under_weight: 100, over_weight: 10 }
}

/// One person on a template's shift, every day since 2025.
pub fn a_demand(team_id: TeamId, template_id: ShiftTemplateId) -> Demand {
    Demand {
        team_id,
        template_id,
        weekdays: Weekdays::ALL,
        valid_from: day("2025-01-01"),
        valid_until: None,
        except_on: Vec::new(),
        heads: one_head(),
    }
}

/// A rule that blocks and binds everybody.
pub fn a_rule(key: &str, kind: RuleKind) -> Rule {
    Rule {
        key: key.to_owned(),
        kind,
        scope: rules::Scope::default(),
        effective: Effective::default(),
        verdict: Verdict::Block,
        weight: 0,
        citation: None,
    }
}

/// A rule set whose one rule is that nobody is in two places at once.
pub fn a_rule_set(name: &str) -> RuleSet {
    RuleSet {
        name: name.to_owned(),
        week_start: Weekday::Monday,
        day_boundary: Time::midnight(),
        rules: vec![a_rule("overlap", RuleKind::Overlap)],
    }
}

/// An active account of an employee.
pub fn a_user(username: &str) -> User {
    User {
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        full_name: String::new(),
        role: Role::Employee,
        team_ids: Vec::new(),
        is_active: true,
    }
}

/// A sign-in of bearer tokens that lasts until 2027.
pub fn a_session(user_id: UserId) -> SessionGrant {
    SessionGrant {
        user_id,
        kind: SessionKind::Bearer,
        token_epoch: 0,
        address: Some(IpAddr::from([192, 0, 2, 7])),
        user_agent: Some("curl/8.5.0".to_owned()),
        span: SessionSpan::fixed(instant("2026-01-01T00:00:00Z"), instant("2027-01-01T00:00:00Z")),
    }
}

/// A key that may read schedules, until 2027.
pub fn an_api_key(user_id: UserId, token_hash: &str) -> ApiKey {
    ApiKey {
        user_id,
        name: "Payroll".to_owned(),
        scopes: vec![Scope::SchedulesRead],
        token_hash: token_hash.to_owned(),
        expires_at: instant("2027-01-01T00:00:00Z"),
        last_used_at: None,
    }
}

/// A draft over [`a_period`].
pub fn a_schedule(team_id: TeamId) -> Schedule {
    Schedule { team_id, period: a_period(), published_number: None, note: String::new() }
}

/// A shift of eight hours for one person, without a template. Its working day is the UTC date it starts on.
pub fn a_shift(schedule_id: ScheduleId, site_id: SiteId, position_id: PositionId, starts_at: Timestamp) -> Shift {
    Shift {
        schedule_id,
        label: "D".to_owned(),
        template_id: None,
        site_id,
        position_id,
        on: starts_at.to_zoned(jiff::tz::TimeZone::UTC).date(),
        starts_at,
        ends_at: starts_at + 8.hours(),
        break_minutes: 0,
        skill_ids: Vec::new(),
        tags: Vec::new(),
        heads: one_head(),
    }
}

/// An employee on a shift, put there by a person.
pub fn an_assignment(shift: &Record<Shift>, employee_id: EmployeeId) -> Assignment {
    Assignment {
        shift_id: shift.id,
        employee_id,
        pinned: false,
        source: AssignmentSource::Manual,
        starts_at: shift.starts_at,
        ends_at: shift.ends_at,
    }
}

/// A run that waits for a worker.
pub fn an_optimization(schedule_id: ScheduleId, requested_by: UserId) -> Optimization {
    Optimization {
        schedule_id,
        requested_by,
        state: OptimizationState::Queued,
        seed: 1,
        max_steps: 1_000_000,
        max_ms: 10_000,
        steps: 0,
        score: None,
        bound: None,
        proposal: Vec::new(),
        cancel_requested: false,
        failure: None,
        generation: 0,
        workers_lost: 0,
        leased_until: None,
        request_id: None,
        traceparent: None,
        started_at: None,
        finished_at: None,
        applied_at: None,
    }
}

/// A snapshot without shifts.
pub fn a_publication(schedule_id: ScheduleId, number: u32, published_by: UserId) -> PublishedContent {
    PublishedContent {
        schedule_id,
        number,
        published_at: instant("2026-01-01T12:00:00.000001Z"),
        published_by,
        audience: Vec::new(),
        shifts: Vec::new(),
    }
}

/// `n` times eight hours after the start of [`a_period`]: starts of shifts that touch and do not overlap.
pub fn nth_start(n: u32) -> Timestamp {
    instant("2026-01-05T00:00:00Z") + SignedDuration::from_hours(8) * i32::try_from(n).expect("a small number")
}
