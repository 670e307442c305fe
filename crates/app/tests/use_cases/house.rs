//! A small company to try use cases on: a site in Shanghai, a team of four with a manager, and rules.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Timestamp};
use scheduling_app::assignments::NewAssignment;
use scheduling_app::auth::{
    AuthenticateError, Credential, DerivedKeys, Password, PasswordHasher, SignIn, Throttle, TokenKeys, Tokens,
    authenticate, sign_in,
};
use scheduling_app::caching::Caching;
use scheduling_app::optimizations::Wake;
use scheduling_app::second_factor::RequiredOf;
use scheduling_app::users::{NewUser, create_administrator};
use scheduling_app::{ActiveAccounts, Actor, App, Call, Limits, Settled, catalogue, schedules, users};
use scheduling_conformance::build::{
    a_demand, a_position, a_rule, a_schedule, a_shift_template, a_site, a_team, a_user, an_employee, instant,
};
use scheduling_domain::assignment::AssignmentSource;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::{EmployeeId, OrganizationId, ShiftId};
use scheduling_domain::origin::{Origin, Via};
use scheduling_domain::ports::{Clock, NoMetrics};
use scheduling_domain::position::Position;
use scheduling_domain::record::Record;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::rules::{RuleKind, Verdict};
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::team::Team;
use scheduling_domain::user::{Role, User};
use scheduling_memory::MemoryPresence;
use scheduling_memory::MemoryThrottle;
use scheduling_sqlite::SqliteStore;

/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// What signs tokens.
pub(crate) const SECRET: [u8; 32] = [7; 32];

/// A clock that stands until it is moved.
pub(crate) struct StandingClock(Mutex<Timestamp>);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

pub(crate) struct House {
    pub(crate) app: App,
    pub(crate) clock: Arc<StandingClock>,
    pub(crate) organization: OrganizationId,
    pub(crate) admin: Actor,
    pub(crate) manager: Actor,
    /// The account of the first employee.
    pub(crate) employee: Actor,
    pub(crate) site: Record<Site>,
    pub(crate) team: Record<Team>,
    pub(crate) position: Record<Position>,
    /// From 08:00 to 16:00.
    pub(crate) day: Record<ShiftTemplate>,
    /// From 22:00 to 06:00.
    pub(crate) night: Record<ShiftTemplate>,
    pub(crate) employees: Vec<Record<Employee>>,
}

impl House {
    pub(crate) async fn build() -> Self {
        static PASSWORDS: OnceLock<PasswordHasher> = OnceLock::new();
        let passwords = PASSWORDS.get_or_init(|| PasswordHasher::try_new(NonZeroUsize::MIN).unwrap()).clone();
        let clock = Arc::new(StandingClock(Mutex::new(instant("2026-01-01T00:00:00Z"))));
        let store = SqliteStore::in_memory().await.unwrap();
        let app = App {
            store: Arc::new(store.clone()),
            caching: Caching::off(),
            sessions: Arc::new(store),
            active: Arc::new(ActiveAccounts::new(Arc::new(MemoryPresence::new()))),
            clock: clock.clone(),
            tokens: Arc::new(TokenKeys::try_new(&SECRET).unwrap()),
            passwords,
            keys: Arc::new(DerivedKeys::try_new(&[7; 32]).unwrap()),
            post: None,
            second_factor_required_of: RequiredOf::Nobody,
            throttle: Throttle::new(Arc::new(MemoryThrottle::new()), Arc::new(MemoryThrottle::new())),
            metrics: Arc::new(NoMetrics),
            wake: Wake::default(),
            limits: Limits::default(),
        };
        let organization = match app.store.find_organization("default").await.unwrap() {
            Some(organization) => organization.id,
            None => app.store.create_organization("default", "Default").await.unwrap().id,
        };
        let new = NewUser { user: a_user("admin"), password: Password::new(PASSWORD) };
        let admin = actor(organization, &create_administrator(&app, organization, &new).await.unwrap());
        Self::furnish(app, clock, organization, admin).await
    }

    async fn furnish(app: App, clock: Arc<StandingClock>, organization: OrganizationId, admin: Actor) -> Self {
        let site = add(&app, &admin, &a_site("Shanghai")).await;
        let rules = RuleSet {
            name: "House".to_owned(),
            week_start: Weekday::Monday,
            day_boundary: Time::midnight(),
            rules: vec![
                a_rule("daily-rest", RuleKind::RestBetweenShifts { min_minutes: 660 }),
                a_rule("no-long-runs", RuleKind::ConsecutiveWorkingDays { min: None, max: Some(5) }),
                scheduling_domain::rules::Rule {
                    verdict: Verdict::Consent,
                    ..a_rule(
                        "one-weekend",
                        RuleKind::WeekendsWorked {
                            weekend: scheduling_domain::time::Weekdays::SATURDAY_SUNDAY,
                            max: 1,
                        },
                    )
                },
            ],
        };
        let rules = add(&app, &admin, &rules).await;
        let team = Team { rule_set_id: Some(rules.id), ..a_team("Ward", site.id) };
        let team = add(&app, &admin, &team).await;
        let position = add(&app, &admin, &a_position("Nurse")).await;
        let day = add(&app, &admin, &a_shift_template("D", site.id, position.id)).await;
        let night = ShiftTemplate {
            starts: Time::constant(22, 0, 0, 0),
            ends: Time::constant(6, 0, 0, 0),
            ..a_shift_template("N", site.id, position.id)
        };
        let night = add(&app, &admin, &night).await;
        let manager = User { role: Role::Manager, team_ids: vec![team.id], ..a_user("manager") };
        let manager = actor(organization, &add_user(&app, &admin, manager).await);
        let account = add_user(&app, &admin, a_user("nurse")).await;
        let mut employees = Vec::new();
        for number in ["E1", "E2", "E3", "E4"] {
            let user_id = (number == "E1").then_some(account.id);
            employees.push(add(&app, &admin, &Employee { user_id, ..an_employee(number, team.id) }).await);
        }
        let employee = actor(organization, &account);
        Self { app, clock, organization, admin, manager, employee, site, team, position, day, night, employees }
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, duration: SignedDuration) {
        *self.clock.0.lock().unwrap() += duration;
    }

    pub(crate) async fn add<T: catalogue::Catalogued>(&self, value: &T) -> Record<T> {
        add(&self.app, &self.admin, value).await
    }

    pub(crate) async fn sign_in(&self, identifier: &str) -> Tokens {
        sign_in(&self.app, &asked(identifier, PASSWORD)).await.unwrap().tokens
    }

    pub(crate) async fn who(&self, tokens: &Tokens) -> Actor {
        authenticate(&self.app, &bearer(tokens), unproved()).await.unwrap()
    }

    /// Whether an access token is good no more.
    pub(crate) async fn is_refused(&self, tokens: &Tokens) -> bool {
        let who = authenticate(&self.app, &bearer(tokens), unproved()).await;
        matches!(who, Err(AuthenticateError::Invalid))
    }

    /// A draft over four weeks from Monday 2026-01-05, with a day and a night shift on each day.
    pub(crate) async fn draft(&self) -> (Record<Schedule>, Vec<Record<Shift>>) {
        self.add(&a_demand(self.team.id, self.day.id)).await;
        self.add(&a_demand(self.team.id, self.night.id)).await;
        let call = Call::new(&self.manager);
        let draft = fresh(schedules::create_schedule(&self.app, &call, &a_schedule(self.team.id)).await.unwrap());
        let generated = schedules::generate_shifts(&self.app, &Call::new(&self.manager), draft.id).await.unwrap();
        (draft, fresh(generated).made)
    }

    pub(crate) fn on(&self, employee: usize, shift: ShiftId) -> NewAssignment {
        NewAssignment {
            shift_id: shift,
            employee_id: self.person(employee),
            pinned: false,
            source: AssignmentSource::Manual,
            consent_note: None,
        }
    }

    pub(crate) fn person(&self, employee: usize) -> EmployeeId {
        self.employees[employee].id
    }
}

/// The draft's shift of that label on the n-th day.
pub(crate) fn nth<'a>(shifts: &'a [Record<Shift>], label: &str, day: usize) -> &'a Record<Shift> {
    shifts.iter().filter(|shift| shift.label == label).nth(day).unwrap()
}

pub(crate) fn asked(identifier: &str, password: &str) -> SignIn {
    SignIn {
        organization: "default".to_owned(),
        identifier: identifier.to_owned(),
        password: Password::new(password),
        code: None,
        remember_me: false,
        device: None,
        origin: unproved(),
        user_agent: Some("curl/8.5.0".to_owned()),
    }
}

/// Somebody's access token as a request brings it.
pub(crate) fn bearer(tokens: &Tokens) -> Credential {
    Credential::Bearer(tokens.access_token.clone())
}

/// Somebody who has yet to prove who they are.
pub(crate) fn unproved() -> Origin {
    Origin { address: Some(IpAddr::from([192, 0, 2, 1])), request_id: None, traceparent: None, via: Via::Credentials }
}

pub(crate) fn actor(organization: OrganizationId, user: &Record<User>) -> Actor {
    Actor {
        organization,
        user_id: user.id,
        role: user.role,
        team_ids: user.team_ids.clone(),
        is_enrolling: false,
        origin: Origin::COMMAND_LINE,
        scopes: None,
    }
}

pub(crate) fn fresh<T>(settled: Settled<T>) -> T {
    settled.fresh().unwrap()
}

pub(crate) async fn add<T: catalogue::Catalogued>(app: &App, admin: &Actor, value: &T) -> Record<T> {
    fresh(catalogue::create(app, &Call::new(admin), value).await.unwrap())
}

pub(crate) async fn add_user(app: &App, admin: &Actor, user: User) -> Record<User> {
    let new = NewUser { user, password: Password::new(PASSWORD) };
    fresh(users::create_user(app, &Call::new(admin), &new).await.unwrap())
}
