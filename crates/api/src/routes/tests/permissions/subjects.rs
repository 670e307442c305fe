//! A company, and what is asked about in it.

use scheduling_app::users::create_administrator;
use scheduling_domain::api_key::ApiKey;
use scheduling_domain::id::{OrganizationId, TypedId, UserId};
use scheduling_domain::organization::DEFAULT_SLUG;
use scheduling_domain::scope::Scope;
use serde_json::{Value, json};

use super::super::{Client, PASSWORD, Server, administrator};
use super::Case;

/// What the other organization's things are called.
pub(in super::super) const CANARY: &str = "canary";

/// The ids of one of everything.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Subject {
    pub(super) organization: i64,
    pub(super) site: i64,
    pub(super) team: i64,
    pub(super) position: i64,
    pub(super) skill: i64,
    pub(super) template: i64,
    pub(super) rule_set: i64,
    pub(super) account: i64,
    pub(super) api_key: i64,
    pub(super) employee: i64,
    /// Somebody whom the team's manager can put on a shift.
    pub(super) colleague: i64,
    pub(super) contract: i64,
    pub(super) grant: i64,
    pub(super) availability: i64,
    pub(super) demand: i64,
    pub(super) schedule: i64,
    pub(super) shift: i64,
    pub(super) assignment: i64,
    pub(super) optimization: i64,
    /// One to be ended.
    pub(super) session: i64,
}

impl Subject {
    /// Whatever has this id.
    pub(in super::super) fn of(id: i64) -> Self {
        Self {
            organization: id,
            site: id,
            team: id,
            position: id,
            skill: id,
            template: id,
            rule_set: id,
            account: id,
            api_key: id,
            employee: id,
            colleague: id,
            contract: id,
            grant: id,
            availability: id,
            demand: id,
            schedule: id,
            shift: id,
            assignment: id,
            optimization: id,
            session: id,
        }
    }

    /// The same person, and what another subject's team plans.
    fn with_plans_of(self, other: &Self) -> Self {
        let Self { account, api_key, employee, contract, grant, availability, .. } = self;
        Self { account, api_key, employee, contract, grant, availability, ..other.clone() }
    }

    /// The same with a key of the account's.
    async fn with_key(self, server: &Server, organization: OrganizationId) -> Self {
        let key = ApiKey {
            user_id: UserId::try_new(self.account).unwrap(),
            name: "Key".to_owned(),
            scopes: vec![Scope::SchedulesRead],
            token_hash: format!("hash of {}", self.account),
            expires_at: "2026-06-30T00:00:00Z".parse().unwrap(),
            last_used_at: None,
        };
        let mut uow = server.app.store.begin(organization).await.unwrap();
        let key = uow.api_keys().insert(&key, server.app.now()).await.unwrap();
        uow.commit().await.unwrap();
        Self { api_key: key.id.get(), ..self }
    }

    /// The id that a list of all would show.
    pub(super) fn listed(&self, action: &str) -> Value {
        let id = match action {
            "listSites" => self.site,
            "listTeams" => self.team,
            "listPositions" => self.position,
            "listSkills" => self.skill,
            "listShiftTemplates" => self.template,
            "listRuleSets" => self.rule_set,
            "listUsers" => self.account,
            "listApiKeys" => self.api_key,
            "listEmployees" => self.employee,
            "listDemands" => self.demand,
            "listSchedules" => self.schedule,
            "listShifts" => self.shift,
            "listOptimizations" => self.optimization,
            _ => 0,
        };
        id.into()
    }
}

/// A company with two teams, and one of another organization.
///
/// The manager runs the first team and works in the second; the employee works in the first, the administrator in the
/// second.
pub(in super::super) struct Company {
    admin: Subject,
    manager: Subject,
    employee: Subject,
    first: Subject,
    second: Subject,
    foreign: Subject,
}

impl Company {
    pub(in super::super) async fn found(server: &Server) -> Self {
        let ours = server.app.store.find_organization(DEFAULT_SLUG).await.unwrap().unwrap().id;
        let admin = server.admin().await;
        let shared = furnish(&admin, "Ours").await;
        let shared = Subject { organization: 1, ..shared };
        let first = staff(&admin, &shared, "A").await;
        let second = staff(&admin, &shared, "B").await;
        let manager = account(&admin, "manager", "manager", json!([first.team])).await;
        let employee = account(&admin, "employee", "employee", json!([])).await;
        let (admin, manager, employee) = (
            hire(&admin, &second, "admin", 1).await,
            hire(&admin, &second, "manager", manager).await.with_plans_of(&first),
            hire(&admin, &first, "employee", employee).await,
        );
        Self {
            admin: admin.with_key(server, ours).await,
            manager: manager.with_key(server, ours).await,
            employee: employee.with_key(server, ours).await,
            first: first.with_key(server, ours).await,
            second: second.with_key(server, ours).await,
            foreign: another_organization(server).await,
        }
    }

    pub(super) fn of_admin(&self) -> [(Case, &Subject); 4] {
        self.about(&self.admin)
    }

    pub(super) fn of_manager(&self) -> [(Case, &Subject); 4] {
        self.about(&self.manager)
    }

    pub(super) fn of_employee(&self) -> [(Case, &Subject); 4] {
        self.about(&self.employee)
    }

    fn about<'a>(&'a self, own: &'a Subject) -> [(Case, &'a Subject); 4] {
        [
            (Case::Own, own),
            (Case::SameTeam, &self.first),
            (Case::OtherTeam, &self.second),
            (Case::OtherOrganization, &self.foreign),
        ]
    }
}

/// What belongs to the whole organization.
async fn furnish(admin: &Client<'_>, name: &str) -> Subject {
    let site = admin.create("/api/sites/", json!({ "name": name, "time_zone": "UTC" })).await;
    let skill = admin.create("/api/skills/", json!({ "name": name })).await;
    let position = admin.create("/api/positions/", json!({ "name": name })).await;
    let rule_set = admin.create("/api/rule-sets/", json!({ "name": name })).await;
    let template = json!({
        "code": "D", "name": name, "site_id": site, "position_id": position, "starts": "08:00", "ends": "16:00",
    });
    let template = admin.create("/api/shift-templates/", template).await;
    Subject { site, position, skill, template, rule_set, ..Subject::default() }
}

/// A team with somebody on a shift of its draft, and a run of the optimiser.
async fn staff(admin: &Client<'_>, shared: &Subject, name: &str) -> Subject {
    let team = admin.create("/api/teams/", json!({ "name": name, "site_id": shared.site })).await;
    let demand = json!({
        "team_id": team, "template_id": shared.template, "valid_from": "2026-01-01", "heads": { "target": 1 },
    });
    let demand = admin.create("/api/demands/", demand).await;
    let schedule = json!({ "team_id": team, "starts_on": "2026-01-05", "ends_on": "2026-01-11" });
    let schedule = admin.create("/api/schedules/", schedule).await;
    let shift = json!({
        "schedule_id": schedule, "label": "D", "position_id": shared.position, "on": "2026-01-05",
        "starts": "08:00", "ends": "16:00",
    });
    let shift = admin.create("/api/shifts/", shift).await;
    let username = format!("colleague-{name}").to_lowercase();
    let account = account(admin, &username, "employee", json!([])).await;
    let hired = Subject { team, account, demand, schedule, shift, ..shared.clone() };
    let hired = hire(admin, &hired, name, account).await;
    let hired = Subject { colleague: hired.employee, ..hired };
    let crew = format!("/api/shifts/{shift}/assignments/");
    let assigned = admin.post(&crew, json!({ "employee_id": hired.employee })).await.expect(201);
    let assignment = assigned.data()["assignment"]["id"].as_i64().unwrap();
    let run = admin.post("/api/optimizations/", json!({ "schedule_id": schedule })).await.expect(202);
    Subject { assignment, optimization: run.data()["id"].as_i64().unwrap(), ..hired }
}

/// Somebody in the team of `at`, with everything that can be theirs.
async fn hire(admin: &Client<'_>, at: &Subject, number: &str, account: i64) -> Subject {
    let employee = json!({
        "number": number, "full_name": number, "team_id": at.team, "user_id": account, "hired_on": "2025-01-01",
        "email": "someone@example.com", "phone": "123",
    });
    let employee = admin.create("/api/employees/", employee).await;
    let of = |kind: &str| format!("/api/employees/{employee}/{kind}/");
    let contract = json!({
        "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "hourly_rate": { "minor_units": 4500, "currency": "CNY" },
    });
    let grant = json!({ "skill_id": at.skill, "valid_from": "2025-01-01" });
    let availability = json!({ "kind": "unavailable", "valid_from": "2025-01-01", "valid_until": "2025-01-02" });
    Subject {
        employee,
        account,
        contract: admin.create(&of("contracts"), contract).await,
        grant: admin.create(&of("skills"), grant).await,
        availability: admin.create(&of("availability"), availability).await,
        ..at.clone()
    }
}

async fn account(admin: &Client<'_>, username: &str, role: &str, team_ids: Value) -> i64 {
    let email = format!("{username}@example.com");
    let user = json!({
        "username": username, "email": email, "password": PASSWORD, "role": role, "team_ids": team_ids,
    });
    admin.create("/api/users/", user).await
}

/// One of everything where nobody of ours may look.
pub(super) async fn another_organization(server: &Server) -> Subject {
    let organization = server.app.store.create_organization("elsewhere", "Elsewhere").await.unwrap();
    create_administrator(&server.app, organization.id, &administrator("theirs")).await.unwrap();
    let admin = server.sign_in_to("elsewhere", "theirs").await;
    let shared = Subject { organization: organization.id.get(), ..furnish(&admin, CANARY).await };
    staff(&admin, &shared, CANARY).await.with_key(server, organization.id).await
}
