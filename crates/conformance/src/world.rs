//! An organization with one of everything, for tests that need something to refer to.
#![expect(clippy::missing_panics_doc, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use jiff::Timestamp;
use scheduling_domain::assignment::Assignment;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::{
    EmployeeId, OrganizationId, PositionId, RuleSetId, ScheduleId, ShiftId, ShiftTemplateId, SiteId, SkillId, TeamId,
    TypedId, UserId,
};
use scheduling_domain::optimization::Optimization;
use scheduling_domain::ports::{Store, StoreError, UnitOfWork};
use scheduling_domain::position::Position;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use scheduling_domain::user::User;

use crate::build::{
    a_contract, a_demand, a_position, a_rule_set, a_schedule, a_shift, a_shift_template, a_site, a_skill,
    a_skill_grant, a_team, a_user, an_assignment, an_availability, an_employee, an_optimization, instant, nth_start,
};

/// An organization with one of everything, four employees and eight shifts that touch.
pub struct World {
    /// Where it is kept.
    pub store: Arc<dyn Store>,
    /// Whose it is.
    pub organization: OrganizationId,
    /// When it was made.
    pub now: Timestamp,
    /// The site.
    pub site: Record<Site>,
    /// The rule set, which the team is bound by.
    pub rule_set: Record<RuleSet>,
    /// The team.
    pub team: Record<Team>,
    /// The skill.
    pub skill: Record<Skill>,
    /// The position.
    pub position: Record<Position>,
    /// The account, which belongs to no employee.
    pub user: Record<User>,
    /// Four people.
    pub employees: Vec<Record<Employee>>,
    /// The first employee's skill.
    pub skill_grant: Record<SkillGrant>,
    /// The first employee's contract, which goes on.
    pub contract: Record<Contract>,
    /// What the first employee says.
    pub availability: Record<Availability>,
    /// The template.
    pub template: Record<ShiftTemplate>,
    /// The demand.
    pub demand: Record<Demand>,
    /// The draft.
    pub schedule: Record<Schedule>,
    /// Eight shifts of eight hours, each starting as the last one ends.
    pub shifts: Vec<Record<Shift>>,
    /// The first employee on the first shift.
    pub assignment: Record<Assignment>,
    /// A run that waits.
    pub optimization: Record<Optimization>,
}

/// What values can refer to.
#[derive(Debug, Clone, Copy)]
pub struct References {
    /// A site.
    pub site: SiteId,
    /// A rule set.
    pub rule_set: RuleSetId,
    /// A team.
    pub team: TeamId,
    /// A skill.
    pub skill: SkillId,
    /// A position.
    pub position: PositionId,
    /// An account.
    pub user: UserId,
    /// An employee.
    pub employee: EmployeeId,
    /// A shift template.
    pub template: ShiftTemplateId,
    /// A schedule.
    pub schedule: ScheduleId,
    /// A shift.
    pub shift: ShiftId,
}

impl References {
    /// Ids that no row has.
    pub fn missing() -> Self {
        fn id<Id: TypedId>() -> Id {
            Id::try_new(987_654_321).expect("a positive number is an id")
        }
        Self {
            site: id(),
            rule_set: id(),
            team: id(),
            skill: id(),
            position: id(),
            user: id(),
            employee: id(),
            template: id(),
            schedule: id(),
            shift: id(),
        }
    }
}

impl World {
    /// Makes an organization and everything in it.
    pub async fn build(store: &Arc<dyn Store>, slug: &str) -> Self {
        let organization = store.create_organization(slug, slug).await.expect("a new organization").id;
        let now = instant("2026-01-01T09:30:00.123456Z");
        let mut uow = store.begin(organization).await.expect("a unit of work");
        let u = uow.as_mut();
        let site = add(u, &a_site("Site"), now).await;
        let rule_set = add(u, &a_rule_set("Rules"), now).await;
        let team = add(u, &Team { rule_set_id: Some(rule_set.id), ..a_team("Team", site.id) }, now).await;
        let skill = add(u, &a_skill("Skill"), now).await;
        let position = add(u, &a_position("Position"), now).await;
        let user = add(u, &a_user("user"), now).await;
        let mut employees = Vec::new();
        for number in ["E1", "E2", "E3", "E4"] {
            employees.push(add(u, &an_employee(number, team.id), now).await);
        }
        let first = employees.first().expect("four employees").id;
        let skill_grant = add(u, &a_skill_grant(first, skill.id), now).await;
        let contract = add(u, &a_contract(first), now).await;
        let availability = add(u, &an_availability(first), now).await;
        let template = add(u, &a_shift_template("T", site.id, position.id), now).await;
        let demand = add(u, &a_demand(team.id, template.id), now).await;
        let schedule = add(u, &a_schedule(team.id), now).await;
        let mut shifts = Vec::new();
        for n in 0..8 {
            shifts.push(add(u, &a_shift(schedule.id, site.id, position.id, nth_start(n)), now).await);
        }
        let on = an_assignment(shifts.first().expect("eight shifts"), first);
        let assignment = add(u, &on, now).await;
        let optimization = add(u, &an_optimization(schedule.id, user.id), now).await;
        uow.commit().await.expect("a commit");
        Self {
            store: Arc::clone(store),
            organization,
            now,
            site,
            rule_set,
            team,
            skill,
            position,
            user,
            employees,
            skill_grant,
            contract,
            availability,
            template,
            demand,
            schedule,
            shifts,
            assignment,
            optimization,
        }
    }

    /// Opens a unit of work in this organization.
    pub async fn begin(&self) -> Box<dyn UnitOfWork> {
        self.store.begin(self.organization).await.expect("a unit of work")
    }

    /// Stores a value for good.
    pub async fn add<T: Entity>(&self, value: &T) -> Record<T> {
        self.try_add(value).await.expect("a value that can be stored")
    }

    /// Stores a value for good, or leaves nothing.
    pub async fn try_add<T: Entity>(&self, value: &T) -> Result<Record<T>, StoreError> {
        let mut uow = self.begin().await;
        match T::repository(uow.as_mut()).insert(value, self.now).await {
            Ok(record) => {
                uow.commit().await?;
                Ok(record)
            }
            Err(error) => {
                uow.rollback().await?;
                Err(error)
            }
        }
    }

    /// Replaces a value for good, or leaves all as it was.
    pub async fn try_replace<T: Entity>(&self, record: &Record<T>, value: &T) -> Result<Record<T>, StoreError> {
        let mut uow = self.begin().await;
        match T::repository(uow.as_mut()).update(record.id, record.version, value, self.now).await {
            Ok(record) => {
                uow.commit().await?;
                Ok(record)
            }
            Err(error) => {
                uow.rollback().await?;
                Err(error)
            }
        }
    }

    /// Removes a row for good, or leaves all as it was.
    pub async fn try_remove<T: Entity>(&self, record: &Record<T>) -> Result<(), StoreError> {
        let mut uow = self.begin().await;
        match T::repository(uow.as_mut()).delete(record.id, record.version).await {
            Ok(()) => uow.commit().await,
            Err(error) => {
                uow.rollback().await?;
                Err(error)
            }
        }
    }

    /// A row as the pool sees it.
    pub async fn find<T: Entity>(&self, id: T::Id) -> Option<Record<T>> {
        T::queries(self.store.as_ref()).find(self.organization, id).await.expect("an answer")
    }

    /// All matches as the pool sees them.
    pub async fn list_all<T: Entity>(&self, filter: &T::Filter) -> Vec<Record<T>> {
        T::queries(self.store.as_ref()).list_all(self.organization, filter).await.expect("an answer")
    }

    /// What this world's things are called.
    pub fn references(&self) -> References {
        References {
            site: self.site.id,
            rule_set: self.rule_set.id,
            team: self.team.id,
            skill: self.skill.id,
            position: self.position.id,
            user: self.user.id,
            employee: self.employee(0),
            template: self.template.id,
            schedule: self.schedule.id,
            shift: self.shift(0).id,
        }
    }

    /// The nth employee, from 0; begins again after the last.
    pub fn employee(&self, n: usize) -> EmployeeId {
        self.employees.iter().cycle().nth(n).expect("four employees").id
    }

    /// The nth shift, from 0; begins again after the last.
    pub fn shift(&self, n: usize) -> &Record<Shift> {
        self.shifts.iter().cycle().nth(n).expect("eight shifts")
    }
}

async fn add<T: Entity>(uow: &mut dyn UnitOfWork, value: &T, now: Timestamp) -> Record<T> {
    T::repository(uow).insert(value, now).await.expect("a value that can be stored")
}
