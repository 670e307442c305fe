//! A small company.

use jiff::Timestamp;
use jiff::civil::date;
use scheduling_domain::assignment::{Assignment, AssignmentSource};
use scheduling_domain::demand::Heads;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::{EmployeeId, OrganizationId, PositionId, ScheduleId, SiteId, UserId};
use scheduling_domain::ports::{Store, UnitOfWork};
use scheduling_domain::position::Position;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::roster::Period;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use scheduling_domain::site::Site;
use scheduling_domain::team::Team;
use scheduling_domain::user::{Role, User};

use crate::store::PgStore;

/// Its rows, all of one organization.
#[derive(Debug, Clone, Copy)]
pub(super) struct World {
    pub(super) organization: OrganizationId,
    pub(super) site: SiteId,
    pub(super) position: PositionId,
    pub(super) employee: EmployeeId,
    pub(super) user: UserId,
    pub(super) schedule: ScheduleId,
}

pub(super) fn now() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) async fn insert<T: Entity>(uow: &mut dyn UnitOfWork, value: T) -> Record<T> {
    T::repository(uow).insert(&value, now()).await.unwrap()
}

pub(super) fn site(name: &str) -> Site {
    Site {
        name: name.into(),
        time_zone: "Asia/Shanghai".into(),
        jurisdictions: vec!["cn".into()],
        address: String::new(),
    }
}

impl World {
    pub(super) async fn create(store: &PgStore, slug: &str) -> Self {
        let organization = store.create_organization(slug, slug).await.unwrap().id;
        let mut uow = store.begin(organization).await.unwrap();
        let site = insert(uow.as_mut(), site("Main")).await.id;
        let team = Team { name: "Ward".into(), site_id: site, rule_set_id: None };
        let team = insert(uow.as_mut(), team).await.id;
        let position = Position { name: "Nurse".into(), skill_ids: vec![] };
        let position = insert(uow.as_mut(), position).await.id;
        let user = User {
            username: "Ada".into(),
            email: "ada@example.com".into(),
            full_name: "Ada".into(),
            role: Role::Admin,
            team_ids: vec![],
            is_active: true,
        };
        let user = insert(uow.as_mut(), user).await.id;
        let employee = Employee {
            number: "1".into(),
            full_name: "李雷".into(),
            email: None,
            phone: None,
            team_id: team,
            user_id: Some(user),
            hired_on: date(2020, 1, 1),
            left_on: None,
        };
        let employee = insert(uow.as_mut(), employee).await.id;
        let schedule = Schedule {
            team_id: team,
            period: Period { first: date(2026, 3, 2), end: date(2026, 3, 30) },
            published_number: None,
            note: String::new(),
        };
        let schedule = insert(uow.as_mut(), schedule).await.id;
        uow.commit().await.unwrap();
        Self { organization, site, position, employee, user, schedule }
    }

    pub(super) fn shift(&self, starts_at: &str, ends_at: &str) -> Shift {
        Shift {
            schedule_id: self.schedule,
            label: "D".into(),
            template_id: None,
            site_id: self.site,
            position_id: self.position,
            on: date(2026, 3, 2),
            starts_at: at(starts_at),
            ends_at: at(ends_at),
            break_minutes: 30,
            skill_ids: vec![],
            tags: vec!["day".into()],
            heads: Heads { min: 1, target: 2, max: None, under_weight: 100, over_weight: 10 },
        }
    }

    pub(super) fn assignment(&self, shift: &Record<Shift>) -> Assignment {
        Assignment {
            shift_id: shift.id,
            employee_id: self.employee,
            pinned: false,
            source: AssignmentSource::Manual,
            starts_at: shift.starts_at,
            ends_at: shift.ends_at,
        }
    }
}
