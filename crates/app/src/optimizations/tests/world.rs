use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling_domain::id::{OptimizationId, OrganizationId, ScheduleId, TeamId};
use scheduling_domain::optimization::{Optimization, OptimizationState};
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{Clock, NoMetrics};
use scheduling_domain::record::Record;
use scheduling_domain::roster::Period;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::team::{Team, TeamFilter};
use scheduling_domain::user::{Role, User, UserFilter};
use scheduling_memory::MemoryPresence;
use scheduling_memory::MemoryThrottle;
use scheduling_sqlite::SqliteStore;
use tokio::sync::watch;

use crate::auth::{DerivedKeys, PasswordHasher, Throttle, TokenKeys};
use crate::caching::Caching;
use crate::demo::{Company, seed_demo};
use crate::optimizations::*;
use crate::schedules::{create_schedule, generate_shifts};
use crate::second_factor::RequiredOf;
use crate::{ActiveAccounts, Actor, App, Call, Limits};

/// The Monday with which the demonstration company's demand begins; in the week after it, clocks change in San Francisco.
pub(super) const MONDAY: Date = date(2026, 3, 2);

/// A clock that stands still until it is moved.
pub(super) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub(super) fn advance(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The demonstration company in a store of its own.
pub(super) struct World {
    pub(super) app: App,
    pub(super) clock: Arc<TestClock>,
    pub(super) admin: Actor,
    pub(super) teams: Vec<Record<Team>>,
}

impl World {
    pub(super) async fn new() -> Self {
        let store = SqliteStore::in_memory().await.unwrap();
        let clock = Arc::new(TestClock(Mutex::new("2026-02-20T08:00:00Z".parse().unwrap())));
        let shared_clock: Arc<dyn Clock> = clock.clone();
        let app = App {
            store: Arc::new(store.clone()),
            caching: Caching::off(),
            sessions: Arc::new(store),
            active: Arc::new(ActiveAccounts::new(Arc::new(MemoryPresence::new()))),
            clock: shared_clock,
            tokens: Arc::new(TokenKeys::try_new(&[7; 32]).unwrap()),
            passwords: PasswordHasher::try_new(NonZeroUsize::MIN).unwrap(),
            keys: Arc::new(DerivedKeys::try_new(&[7; 32]).unwrap()),
            post: None,
            second_factor_required_of: RequiredOf::Nobody,
            throttle: Throttle::new(Arc::new(MemoryThrottle::new()), Arc::new(MemoryThrottle::new())),
            metrics: Arc::new(NoMetrics),
            wake: Wake::default(),
            limits: Limits::default(),
        };
        let organization = found(&app, "default").await;
        let teams = app.store.teams().list_all(organization, &TeamFilter::default()).await.unwrap();
        let admin = actor(&app, organization, Role::Admin).await;
        Self { app, clock, admin, teams }
    }

    /// The manager of a team.
    pub(super) async fn manager(&self, team: usize) -> Actor {
        let filter = UserFilter { role: Some(Role::Manager), ..UserFilter::default() };
        let users = self.app.store.users().list_all(self.admin.organization, &filter).await.unwrap();
        let user = users.into_iter().find(|user| user.team_ids == [self.team(team)]).unwrap();
        Actor {
            organization: self.admin.organization,
            user_id: user.id,
            role: Role::Manager,
            team_ids: user.team_ids.clone(),
            is_enrolling: false,
            origin: Origin::COMMAND_LINE,
            scopes: None,
        }
    }

    pub(super) fn team(&self, team: usize) -> TeamId {
        self.teams[team].id
    }

    /// A week's draft of a team, filled with shifts.
    pub(super) async fn week(&self, team: usize) -> Record<Schedule> {
        self.draft(team, 7).await
    }

    /// A draft of a team, filled with shifts.
    pub(super) async fn draft(&self, team: usize, days: i64) -> Record<Schedule> {
        let period = Period { first: MONDAY, end: MONDAY.checked_add(days.days()).unwrap() };
        let schedule = Schedule { team_id: self.team(team), period, published_number: None, note: String::new() };
        let made = create_schedule(&self.app, &Call::new(&self.admin), &schedule).await.unwrap().fresh().unwrap();
        let generated = generate_shifts(&self.app, &Call::new(&self.admin), made.id).await.unwrap().fresh().unwrap();
        assert_eq!(generated.skipped, []);
        made
    }

    /// A queued run of so many steps.
    pub(super) async fn request(&self, schedule: ScheduleId, max_steps: Option<u64>) -> Record<Optimization> {
        let new = NewOptimization { schedule_id: schedule, seed: 1, max_ms: 60_000, max_steps };
        request_optimization(&self.app, &Call::new(&self.admin), &new).await.unwrap().fresh().unwrap()
    }

    /// Takes the next run and sees it to its end.
    pub(super) async fn work(&self) -> Option<Ran> {
        let (_stop, mut stopped) = watch::channel(false);
        run_next(&self.app, self.admin.organization, &quick(), &mut stopped).await.unwrap()
    }

    /// A run of so many steps that has ended.
    pub(super) async fn ran(&self, schedule: ScheduleId, max_steps: u64) -> Record<Optimization> {
        self.request(schedule, Some(max_steps)).await;
        match self.work().await {
            Some(Ran::Ended(run)) => run,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn run(&self, id: OptimizationId) -> Record<Optimization> {
        get_optimization(&self.app, &self.admin, id).await.unwrap()
    }

    /// Waits until a run is in that state.
    pub(super) async fn until(&self, id: OptimizationId, state: OptimizationState) {
        self.until_run(id, |run| run.state == state).await;
    }

    /// Waits until the worker that has a run has left what it found.
    pub(super) async fn until_found(&self, id: OptimizationId) {
        let is_found = |run: &Optimization| run.score.is_some() && !run.proposal.is_empty();
        self.until_run(id, |run| run.state == OptimizationState::Running && is_found(run)).await;
    }

    async fn until_run(&self, id: OptimizationId, is_so: impl Fn(&Optimization) -> bool) {
        let reached = async {
            while !is_so(&self.run(id).await.value) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), reached).await.unwrap();
    }
}

/// Says often how it fares.
pub(super) fn quick() -> Pace {
    Pace { heartbeat: Duration::from_millis(10), idle: Duration::from_millis(20), ..Pace::default() }
}

/// Another organization with the demonstration company.
pub(super) async fn found(app: &App, slug: &str) -> OrganizationId {
    let organization = app.store.create_organization(slug, slug).await.unwrap().id;
    seed_demo(app.store.as_ref(), organization, &Company::generate(1, MONDAY), app.now()).await.unwrap();
    organization
}

/// A new account of that role.
pub(super) async fn actor(app: &App, organization: OrganizationId, role: Role) -> Actor {
    let user = User {
        username: role.as_str().to_owned(),
        email: format!("{}@example.com", role.as_str()),
        full_name: String::new(),
        role,
        team_ids: Vec::new(),
        is_active: true,
    };
    let mut uow = app.store.begin(organization).await.unwrap();
    let user_id = uow.users().insert(&user, app.now()).await.unwrap().id;
    uow.commit().await.unwrap();
    Actor {
        organization,
        user_id,
        role,
        team_ids: Vec::new(),
        is_enrolling: false,
        origin: Origin::COMMAND_LINE,
        scopes: None,
    }
}
