//! Whoever guesses ids of another organization, or of another team, reads nothing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroUsize;
use std::sync::Arc;

use scheduling_api::clock::SystemClock;
use scheduling_app::assignments::{GetAssignmentError, get_assignment};
use scheduling_app::auth::{DerivedKeys, PasswordHasher, Throttle, TokenKeys};
use scheduling_app::caching::Caching;
use scheduling_app::catalogue::{Catalogued, GetError, get};
use scheduling_app::optimizations::{GetOptimizationError, Wake, get_optimization};
use scheduling_app::schedules::{
    CheckScheduleError, GetRosterError, GetScheduleError, WhichRoster, check_schedule, get_roster, get_schedule,
};
use scheduling_app::second_factor::RequiredOf;
use scheduling_app::shifts::{GetShiftError, get_shift};
use scheduling_app::users::{GetUserError, get_user};
use scheduling_app::{ActiveAccounts, Actor, App, Limits};
use scheduling_conformance::build::{a_team, a_user};
use scheduling_conformance::world::World;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::TypedId;
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{NoMetrics, SessionStore, Store};
use scheduling_domain::position::Position;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;
use scheduling_domain::user::{Role, User};
use scheduling_memory::{MemoryPresence, MemoryThrottle};
use scheduling_postgres::testing::TestDatabase;
use scheduling_sqlite::SqliteStore;

/// What can be asked for by an id.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Site,
    Team,
    Position,
    Skill,
    ShiftTemplate,
    Demand,
    RuleSet,
    User,
    Employee,
    Contract,
    SkillGrant,
    Availability,
    Schedule,
    Roster,
    Check,
    Shift,
    Assignment,
    Optimization,
}

/// What belongs to an organization as a whole.
const SHARED: [Kind; 8] =
    [Kind::Site, Kind::Team, Kind::Position, Kind::Skill, Kind::ShiftTemplate, Kind::Demand, Kind::RuleSet, Kind::User];

/// What belongs to a team and its people.
const THEIRS: [Kind; 10] = [
    Kind::Employee,
    Kind::Contract,
    Kind::SkillGrant,
    Kind::Availability,
    Kind::Schedule,
    Kind::Roster,
    Kind::Check,
    Kind::Shift,
    Kind::Assignment,
    Kind::Optimization,
];

/// Whether a guess was answered as what is not there is.
async fn is_absent(app: &App, actor: &Actor, kind: Kind, id: i64) -> bool {
    async fn catalogued<T: Catalogued>(app: &App, actor: &Actor, id: i64) -> bool {
        matches!(get::<T>(app, actor, T::Id::try_new(id).unwrap()).await, Err(GetError::NotFound))
    }
    fn typed<T: TypedId>(id: i64) -> T {
        T::try_new(id).unwrap()
    }
    match kind {
        Kind::Site => catalogued::<Site>(app, actor, id).await,
        Kind::Team => catalogued::<Team>(app, actor, id).await,
        Kind::Position => catalogued::<Position>(app, actor, id).await,
        Kind::Skill => catalogued::<Skill>(app, actor, id).await,
        Kind::ShiftTemplate => catalogued::<ShiftTemplate>(app, actor, id).await,
        Kind::Demand => catalogued::<Demand>(app, actor, id).await,
        Kind::RuleSet => catalogued::<RuleSet>(app, actor, id).await,
        Kind::Employee => catalogued::<Employee>(app, actor, id).await,
        Kind::Contract => catalogued::<Contract>(app, actor, id).await,
        Kind::SkillGrant => catalogued::<SkillGrant>(app, actor, id).await,
        Kind::Availability => catalogued::<Availability>(app, actor, id).await,
        Kind::User => matches!(get_user(app, actor, typed(id)).await, Err(GetUserError::NotFound)),
        Kind::Schedule => matches!(get_schedule(app, actor, typed(id)).await, Err(GetScheduleError::NotFound)),
        Kind::Roster => {
            let roster = get_roster(app, actor, typed(id), WhichRoster::Best).await;
            matches!(roster, Err(GetRosterError::NotFound))
        }
        Kind::Check => matches!(check_schedule(app, actor, typed(id)).await, Err(CheckScheduleError::NotFound)),
        Kind::Shift => matches!(get_shift(app, actor, typed(id)).await, Err(GetShiftError::NotFound)),
        Kind::Assignment => matches!(get_assignment(app, actor, typed(id)).await, Err(GetAssignmentError::NotFound)),
        Kind::Optimization => {
            matches!(get_optimization(app, actor, typed(id)).await, Err(GetOptimizationError::NotFound))
        }
    }
}

fn app(store: &Arc<dyn Store>, sessions: Arc<dyn SessionStore>) -> App {
    App {
        store: Arc::clone(store),
        clock: Arc::new(SystemClock),
        tokens: Arc::new(TokenKeys::try_new(&[7; 32]).unwrap()),
        passwords: PasswordHasher::try_new(NonZeroUsize::MIN).unwrap(),
        keys: Arc::new(DerivedKeys::try_new(&[7; 32]).unwrap()),
        post: None,
        second_factor_required_of: RequiredOf::Nobody,
        throttle: Throttle::new(Arc::new(MemoryThrottle::new()), Arc::new(MemoryThrottle::new())),
        metrics: Arc::new(NoMetrics),
        wake: Wake::default(),
        caching: Caching::off(),
        sessions,
        active: Arc::new(ActiveAccounts::new(Arc::new(MemoryPresence::new()))),
        limits: Limits::default(),
    }
}

/// Who guesses, and what all they guess at is foreign to them: the administrator of an empty organization; a manager whose
/// team has nobody; an employee who is nobody's colleague.
async fn guessers(store: &Arc<dyn Store>, ours: &World) -> Vec<(Actor, Vec<Kind>)> {
    let empty = store.create_organization("empty", "Empty").await.unwrap().id;
    let mut uow = store.begin(empty).await.unwrap();
    let outsider = uow.users().insert(&User { role: Role::Admin, ..a_user("outsider") }, ours.now).await.unwrap();
    uow.commit().await.unwrap();
    let team = ours.add(&a_team("Nobody's", ours.site.id)).await.id;
    let manager = ours.add(&User { role: Role::Manager, team_ids: vec![team], ..a_user("manager") }).await;
    let employee = ours.add(&a_user("employee")).await;
    let actor = |organization, user: &scheduling_domain::record::Record<User>| Actor {
        organization,
        user_id: user.id,
        role: user.role,
        team_ids: user.team_ids.clone(),
        origin: Origin::COMMAND_LINE,
        scopes: None,
        is_enrolling: false,
    };
    // The outsider's own account is not foreign to them.
    let all = SHARED.into_iter().filter(|kind| !matches!(kind, Kind::User)).chain(THEIRS).collect();
    vec![
        (actor(empty, &outsider), all),
        (actor(ours.organization, &manager), THEIRS.to_vec()),
        (actor(ours.organization, &employee), THEIRS.into_iter().chain([Kind::Demand, Kind::RuleSet]).collect()),
    ]
}

/// Guesses `count` ids: all that are there, many times over, and their neighbours.
async fn guess<S: Store + SessionStore + 'static>(store: S, count: usize) {
    let sessions = Arc::new(store);
    let store: Arc<dyn Store> = sessions.clone();
    let ours = World::build(&store, "ours").await;
    World::build(&store, "theirs").await;
    let app = app(&store, sessions);
    let guessers = guessers(&store, &ours).await;
    let aims: Vec<(&Actor, Kind)> =
        guessers.iter().flat_map(|(actor, kinds)| kinds.iter().map(move |kind| (actor, *kind))).collect();
    let mut read = Vec::new();
    for (nth, (actor, kind)) in aims.iter().cycle().take(count).enumerate() {
        let id = i64::try_from(nth / aims.len() % 64).unwrap() + 1;
        if !is_absent(&app, actor, *kind, id).await {
            read.push(format!("{kind:?} {id} by {:?}", actor.role));
        }
    }
    assert!(read.is_empty(), "{} of {count} guesses were answered: {:?}", read.len(), read.first());
}

#[tokio::test]
async fn fifty_thousand_guesses_of_foreign_ids_read_nothing() {
    guess(SqliteStore::in_memory().await.unwrap(), 50_000).await;
}

#[tokio::test]
async fn guesses_of_foreign_ids_read_nothing_on_postgres() {
    let database = TestDatabase::create().await;
    guess(database.store().await, 5_000).await;
}
