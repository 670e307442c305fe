//! Writing the company: one unit of work, so that it is there whole or not at all.

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::{Contract, Money};
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::{OrganizationId, PositionId, RuleSetId, ShiftTemplateId, SiteId, SkillId, TeamId};
use scheduling_domain::origin::Origin;
use scheduling_domain::page::PageRequest;
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::{Store, StoreError, UnitOfWork};
use scheduling_domain::position::Position;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::rules::{Effective, Rule, RuleKind, Scope, Verdict, Window};
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::{Site, SiteFilter};
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use scheduling_domain::time::DstPolicy;
use scheduling_domain::user::{Role, User};
use serde::Serialize;
use thiserror::Error;

use super::company::{Company, POSITIONS, SHIFTS, SITES, SKILLS, TEAMS, day_kinds, heads};
use super::people::{Hire, Statement};
use crate::audit::Entry;
use crate::unit::conclude;

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DemoReport {
    /// Sites.
    pub sites: usize,
    /// Teams.
    pub teams: usize,
    /// People.
    pub employees: usize,
    /// Lines of demand.
    pub demands: usize,
}

/// Why the company was not written.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The organization has sites already.
    #[error("the organization is not empty")]
    NotEmpty,
    /// The store failed.
    #[error("the demonstration company could not be written")]
    Store(#[from] StoreError),
}

/// Writes the company into an organization that has no sites yet.
pub async fn seed_demo(
    store: &dyn Store,
    organization: OrganizationId,
    company: &Company,
    now: Timestamp,
) -> Result<DemoReport, DemoError> {
    let mut uow = store.begin(organization).await?;
    let outcome = seed_in(uow.as_mut(), company, now).await;
    conclude(uow, outcome).await
}

async fn seed_in(uow: &mut dyn UnitOfWork, company: &Company, now: Timestamp) -> Result<DemoReport, DemoError> {
    if uow.sites().list(&SiteFilter::default(), PageRequest::default()).await?.total > 0 {
        return Err(DemoError::NotEmpty);
    }
    let mut writer = Writer { uow, company, now, places: Places::default() };
    writer.places().await?;
    writer.people().await?;
    let demands = writer.demand().await?;
    let report = DemoReport { sites: SITES.len(), teams: TEAMS.len(), employees: company.people.len(), demands };
    Entry::by(now, None, &Origin::COMMAND_LINE, "demo", "seed").after(&report).record(uow);
    Ok(report)
}

/// The ids that the lists of the plan were given.
#[derive(Default)]
struct Places {
    sites: Vec<SiteId>,
    skills: Vec<SkillId>,
    positions: Vec<PositionId>,
    teams: Vec<TeamId>,
    templates: Vec<ShiftTemplateId>,
    full_time: Option<RuleSetId>,
    part_time: Option<RuleSetId>,
}

struct Writer<'a> {
    uow: &'a mut dyn UnitOfWork,
    company: &'a Company,
    now: Timestamp,
    places: Places,
}

/// The ids at those places of a list.
fn at<T: Copy>(ids: &[T], places: &[usize]) -> Vec<T> {
    places.iter().filter_map(|place| ids.get(*place).copied()).collect()
}

impl Writer<'_> {
    async fn places(&mut self) -> Result<(), StoreError> {
        let now = self.now;
        for plan in &SITES {
            let site = Site {
                name: plan.name.to_owned(),
                time_zone: plan.time_zone.to_owned(),
                jurisdictions: plan.jurisdictions.iter().map(|tag| (*tag).to_owned()).collect(),
                address: plan.address.to_owned(),
            };
            self.places.sites.push(self.uow.sites().insert(&site, now).await?.id);
        }
        for (name, description) in SKILLS {
            let skill = Skill { name: name.to_owned(), description: description.to_owned() };
            self.places.skills.push(self.uow.skills().insert(&skill, now).await?.id);
        }
        for (name, skills) in POSITIONS {
            let position = Position { name: name.to_owned(), skill_ids: at(&self.places.skills, skills) };
            self.places.positions.push(self.uow.positions().insert(&position, now).await?.id);
        }
        let house = self.rule_set("院规 House rules", house_rules()).await?;
        self.places.full_time = Some(self.rule_set("全职 Full time", vec![weekly_minutes(2_400)]).await?);
        self.places.part_time = Some(self.rule_set("兼职 Part time", vec![weekly_minutes(1_440)]).await?);
        for plan in &TEAMS {
            let site_id = self.site(plan.site)?;
            let team = Team { name: plan.name.to_owned(), site_id, rule_set_id: Some(house) };
            self.places.teams.push(self.uow.teams().insert(&team, now).await?.id);
        }
        for plan in &SHIFTS {
            let site = TEAMS.get(plan.team).map_or(0, |team| team.site);
            let template = ShiftTemplate {
                code: plan.code.to_owned(),
                name: plan.name.to_owned(),
                site_id: self.site(site)?,
                position_id: one(&self.places.positions, plan.position)?,
                starts: plan.starts,
                ends: plan.ends,
                dst_policy: DstPolicy::KeepWallEnd,
                break_minutes: plan.break_minutes,
                skill_ids: Vec::new(),
                tags: plan.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            };
            self.places.templates.push(self.uow.shift_templates().insert(&template, now).await?.id);
        }
        Ok(())
    }

    async fn rule_set(&mut self, name: &str, rules: Vec<Rule>) -> Result<RuleSetId, StoreError> {
        let rules =
            RuleSet { name: name.to_owned(), week_start: Weekday::Monday, day_boundary: Time::midnight(), rules };
        Ok(self.uow.rule_sets().insert(&rules, self.now).await?.id)
    }

    async fn people(&mut self) -> Result<(), StoreError> {
        for (place, someone) in self.company.people.iter().enumerate() {
            self.person(place + 1, someone).await?;
        }
        Ok(())
    }

    async fn person(&mut self, number: usize, someone: &Hire) -> Result<(), StoreError> {
        let (now, team_id) = (self.now, one(&self.places.teams, someone.team)?);
        let email = format!("{}@lanhai.example", someone.name.account);
        let account = User {
            username: someone.name.account.clone(),
            email: email.clone(),
            full_name: someone.name.full.clone(),
            role: if someone.is_manager { Role::Manager } else { Role::Employee },
            team_ids: if someone.is_manager { vec![team_id] } else { Vec::new() },
            is_active: true,
        };
        let user_id = self.uow.users().insert(&account, now).await?.id;
        let employee = Employee {
            number: format!("E{number:04}"),
            full_name: someone.name.full.clone(),
            email: Some(Personal::new(email)),
            phone: Some(Personal::new(&someone.phone)),
            team_id,
            user_id: Some(user_id),
            hired_on: someone.hired_on,
            left_on: None,
        };
        let employee_id = self.uow.employees().insert(&employee, now).await?.id;
        let currency =
            TEAMS.get(someone.team).and_then(|team| SITES.get(team.site)).map_or("CNY", |site| site.currency);
        let contract = Contract {
            employee_id,
            starts_on: someone.hired_on,
            ends_on: None,
            min_weekly_minutes: None,
            max_weekly_minutes: Some(if someone.full_time { 2_400 } else { 1_440 }),
            hourly_rate: Some(Money { minor_units: someone.hourly_rate, currency: currency.to_owned() }),
            rule_set_id: if someone.full_time { self.places.full_time } else { self.places.part_time },
        };
        self.uow.contracts().insert(&contract, now).await?;
        for held in &someone.grants {
            let grant = SkillGrant {
                employee_id,
                skill_id: one(&self.places.skills, held.skill)?,
                valid_from: held.valid_from,
                valid_until: held.valid_until,
                evidence: held.evidence.clone(),
            };
            self.uow.skill_grants().insert(&grant, now).await?;
        }
        for Statement { kind, weekdays, hours, valid_from, valid_until, weight, shift, note } in &someone.statements {
            let statement = Availability {
                employee_id,
                kind: *kind,
                weekdays: *weekdays,
                hours: *hours,
                valid_from: *valid_from,
                valid_until: *valid_until,
                except_on: Vec::new(),
                weight: *weight,
                template_id: shift.and_then(|place| self.places.templates.get(place).copied()),
                note: (*note).to_owned(),
            };
            self.uow.availabilities().insert(&statement, now).await?;
        }
        Ok(())
    }

    async fn demand(&mut self) -> Result<usize, StoreError> {
        let first = self.company.first;
        let last: Date = first.saturating_add((Company::WEEKS * 7 - 1).days());
        let mut written = 0;
        for (place, plan) in SHIFTS.iter().enumerate() {
            for (weekdays, target) in day_kinds().into_iter().zip(plan.heads) {
                let demand = Demand {
                    team_id: one(&self.places.teams, plan.team)?,
                    template_id: one(&self.places.templates, place)?,
                    weekdays,
                    valid_from: first,
                    valid_until: Some(last),
                    except_on: Vec::new(),
                    heads: heads(target),
                };
                self.uow.demands().insert(&demand, self.now).await?;
                written += 1;
            }
        }
        Ok(written)
    }

    fn site(&self, place: usize) -> Result<SiteId, StoreError> {
        one(&self.places.sites, place)
    }
}

/// The id at that place; the plan's lists refer to one another, which a test holds.
fn one<T: Copy>(ids: &[T], place: usize) -> Result<T, StoreError> {
    ids.get(place).copied().ok_or_else(|| StoreError::Reference(format!("place {place} of the plan")))
}

fn rule(key: &str, kind: RuleKind, verdict: Verdict, weight: i64) -> Rule {
    let scope = Scope::default();
    Rule { key: key.to_owned(), kind, scope, effective: Effective::default(), verdict, weight, citation: None }
}

fn weekly_minutes(max: u32) -> Rule {
    let kind = RuleKind::MinutesPerPeriod { per: Window::Week, min: None, max: Some(max) };
    rule("weekly-minutes", kind, Verdict::Block, 0)
}

fn house_rules() -> Vec<Rule> {
    vec![
        rule("daily-rest", RuleKind::RestBetweenShifts { min_minutes: 11 * 60 }, Verdict::Block, 0),
        rule("consecutive-days", RuleKind::ConsecutiveWorkingDays { min: None, max: Some(6) }, Verdict::Block, 0),
        rule(
            "weekends",
            RuleKind::WeekendsWorked { weekend: scheduling_domain::time::Weekdays::SATURDAY_SUNDAY, max: 3 },
            Verdict::Cost,
            20,
        ),
    ]
}
