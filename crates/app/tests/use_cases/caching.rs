//! What is kept in front of the store is never older than the last write, whoever wrote and whatever failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use scheduling_app::assignments::assign_employee;
use scheduling_app::auth::{AuthenticateError, authenticate};
use scheduling_app::caching::{Caching, families, relay_forever};
use scheduling_app::schedules::{RosterView, WhichRoster, check_schedule, get_roster, publish_schedule};
use scheduling_app::users::{UserPatch, update_user};
use scheduling_app::{App, Call, catalogue};
use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::{
    Cache, CacheFamily, CacheKey, CachePattern, CacheUnavailable, DerivedKey, Found, Lease, NoMetrics,
};
use scheduling_domain::record::Record;
use scheduling_domain::site::Site;
use scheduling_memory::MemoryCache;
use tokio::task::JoinSet;

use crate::house::{House, bearer, nth, unproved};

/// A cache that can be cut off.
#[derive(Clone)]
struct Line {
    cache: MemoryCache,
    is_cut: Arc<AtomicBool>,
}

impl Line {
    fn to(cache: &MemoryCache) -> Self {
        Self { cache: cache.clone(), is_cut: Arc::default() }
    }

    fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }

    fn check(&self) -> Result<(), CacheUnavailable> {
        if self.is_cut.load(Ordering::SeqCst) { Err(CacheUnavailable("cut".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl Cache for Line {
    async fn get(&self, key: &CacheKey) -> Option<String> {
        self.check().ok()?;
        self.cache.get(key).await
    }
    async fn set(&self, key: &CacheKey, text: String, expiry: Duration) {
        if self.check().is_ok() {
            self.cache.set(key, text, expiry).await;
        }
    }
    async fn delete(&self, key: &CacheKey) -> bool {
        self.check().is_ok() && self.cache.delete(key).await
    }
    async fn exists(&self, key: &CacheKey) -> bool {
        self.check().is_ok() && self.cache.exists(key).await
    }
    async fn clear_pattern(&self, pattern: &CachePattern) -> u64 {
        if self.check().is_ok() { self.cache.clear_pattern(pattern).await } else { 0 }
    }
    async fn ping(&self) -> Result<(), CacheUnavailable> {
        self.check()
    }
    async fn find(&self, key: &DerivedKey) -> Result<Found, CacheUnavailable> {
        self.check()?;
        self.cache.find(key).await
    }
    async fn keep(
        &self,
        entry: &CacheKey,
        text: &str,
        life: Duration,
        lease: Option<&Lease>,
    ) -> Result<(), CacheUnavailable> {
        self.check()?;
        self.cache.keep(entry, text, life, lease).await
    }
    async fn give_back(&self, entry: &CacheKey, lease: &Lease) -> Result<(), CacheUnavailable> {
        self.check()?;
        self.cache.give_back(entry, lease).await
    }
    async fn raise(&self, organization: OrganizationId, kinds: &[&str]) -> Result<(), CacheUnavailable> {
        self.check()?;
        self.cache.raise(organization, kinds).await
    }
}

/// A process of its own on the house's store and on a cache.
fn process(house: &House, cache: impl Cache + 'static) -> App {
    let caching = Caching::new(Some(Arc::new(cache)), Arc::new(NoMetrics));
    let store = caching.store(Arc::clone(&house.app.store), house.clock.clone());
    App { store, caching, ..house.app.clone() }
}

async fn address(app: &App, house: &House) -> String {
    catalogue::get::<Site>(app, &house.admin, house.site.id).await.unwrap().value.address
}

async fn move_to(app: &App, house: &House, address: &str) -> Record<Site> {
    let edit = |site: &mut Site| address.clone_into(&mut site.address);
    let call = Call::new(&house.admin);
    catalogue::update::<Site>(app, &call, house.site.id, None, &edit).await.unwrap().fresh().unwrap()
}

async fn until(condition: impl AsyncFn() -> bool) {
    let held = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), held).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_in_one_process_is_seen_by_the_next_read_of_another() {
    let house = House::build().await;
    let cache = MemoryCache::new();
    let (one, other) = (process(&house, cache.clone()), process(&house, cache));
    for round in 0..200 {
        let (writer, reader) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let written = round.to_string();
        move_to(writer, &house, &written).await;
        assert_eq!(address(reader, &house).await, written);
        assert_eq!(address(writer, &house).await, written);
    }
}

#[tokio::test]
async fn what_is_kept_is_not_read_again() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let before = address(&app, &house).await;
    // Behind the back of the process, and so unknown to its cache.
    move_to(&house.app, &house, "elsewhere").await;
    assert_eq!(address(&app, &house).await, before);
}

#[tokio::test]
async fn a_dry_run_and_a_write_of_another_kind_end_nothing() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let before = address(&app, &house).await;
    move_to(&house.app, &house, "elsewhere").await;
    let edit = |site: &mut Site| "nowhere".clone_into(&mut site.address);
    let call = Call::new(&house.admin).dry_run(true);
    catalogue::update::<Site>(&app, &call, house.site.id, None, &edit).await.unwrap();
    catalogue::create(&app, &Call::new(&house.admin), &scheduling_conformance::build::a_skill("ICU")).await.unwrap();
    assert_eq!(address(&app, &house).await, before);
}

#[tokio::test]
async fn an_answer_that_a_write_overtook_is_never_served() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let key = DerivedKey::new(house.organization, &families::SITES, "slow");
    let slow = async {
        move_to(&app, &house, "new").await;
        Ok::<_, ()>("old".to_owned())
    };
    assert_eq!(app.caching.cached(&key, slow).await.unwrap(), "old");
    let next = app.caching.cached(&key, async { Ok::<_, ()>("new".to_owned()) }).await;
    assert_eq!(next.unwrap(), "new");
}

#[tokio::test]
async fn what_is_not_there_is_not_kept() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let key = DerivedKey::new(house.organization, &families::SITES, "none");
    assert_eq!(app.caching.cached(&key, async { Ok::<Option<i32>, ()>(None) }).await, Ok(None));
    assert_eq!(app.caching.cached(&key, async { Ok::<Option<i32>, ()>(Some(1)) }).await, Ok(Some(1)));
}

#[tokio::test]
async fn a_failure_is_not_kept() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let key = DerivedKey::new(house.organization, &families::SITES, "failing");
    assert_eq!(app.caching.cached(&key, async { Err::<i32, _>("no") }).await, Err("no"));
    assert_eq!(app.caching.cached(&key, async { Ok::<_, &str>(3) }).await, Ok(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_misses_at_once_compute_once_over_two_processes() {
    let house = House::build().await;
    let cache = MemoryCache::new();
    let processes = [process(&house, cache.clone()), process(&house, cache)];
    let computed = Arc::new(AtomicUsize::new(0));
    let mut readers = JoinSet::new();
    for reader in 0..100 {
        let caching = processes[reader % 2].caching.clone();
        let (computed, organization) = (Arc::clone(&computed), house.organization);
        readers.spawn(async move {
            let key = DerivedKey::new(organization, &families::SITES, "hot");
            let compute = async {
                tokio::time::sleep(Duration::from_millis(30)).await;
                Ok::<_, ()>(computed.fetch_add(1, Ordering::SeqCst))
            };
            caching.cached(&key, compute).await
        });
    }
    assert!(readers.join_all().await.into_iter().all(|answer| answer == Ok(0)));
    assert_eq!(computed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn who_computes_may_go_away_and_another_goes_on() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let key = DerivedKey::new(house.organization, &families::SITES, "left");
    let caching = app.caching.clone();
    let left = {
        let key = key.clone();
        tokio::spawn(async move { caching.cached(&key, std::future::pending::<Result<i32, ()>>()).await })
    };
    tokio::task::yield_now().await;
    let waits = async { app.caching.cached(&key, async { Ok::<_, ()>(2) }).await };
    let (answer, ()) = tokio::join!(waits, async {
        tokio::task::yield_now().await;
        left.abort();
    });
    assert_eq!(answer, Ok(2));
}

static QUICKLY_STALE: CacheFamily = CacheFamily {
    name: "quickly_stale",
    schema: 1,
    kinds: &["site"],
    fresh: Duration::ZERO,
    stale: Duration::from_secs(60),
};

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_answer_is_served_while_a_new_one_is_made_but_never_across_a_write() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let key = || DerivedKey::new(house.organization, &QUICKLY_STALE, "report");
    let ask = async |value: i32| app.caching.cached_or_stale(key(), async move { Ok::<_, ()>(value) }).await.unwrap();
    assert_eq!(ask(1).await, 1);
    assert_eq!(ask(2).await, 1, "the old one is served");
    until(async || ask(2).await == 2).await;
    move_to(&app, &house, "new").await;
    assert_eq!(ask(3).await, 3, "a write ends it at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_cut_off_answers_from_the_store_and_catches_up_before_it_trusts() {
    let house = House::build().await;
    let cache = MemoryCache::new();
    let line = Line::to(&cache);
    let (near, far) = (process(&house, cache), process(&house, line.clone()));
    assert_eq!(address(&near, &house).await, address(&far, &house).await);

    line.cut(true);
    move_to(&far, &house, "written while cut off").await;
    assert!(!far.caching.is_trusted());
    assert_eq!(address(&far, &house).await, "written while cut off");

    line.cut(false);
    assert_eq!(address(&far, &house).await, "written while cut off", "what was kept before is not trusted yet");
    let relay = tokio::spawn(relay_forever(far.clone()));
    until(async || far.caching.is_trusted()).await;
    assert_eq!(address(&far, &house).await, "written while cut off");
    assert_eq!(address(&near, &house).await, "written while cut off");
    relay.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raise_that_nobody_made_is_made_good_by_any_process() {
    let house = House::build().await;
    let cache = MemoryCache::new();
    let line = Line::to(&cache);
    let (near, crashed) = (process(&house, cache), process(&house, line.clone()));
    let before = address(&near, &house).await;
    line.cut(true);
    move_to(&crashed, &house, "committed and never raised").await;
    drop(crashed);
    assert_eq!(address(&near, &house).await, before);
    house.wait(jiff::SignedDuration::from_secs(10));
    let relay = tokio::spawn(relay_forever(near.clone()));
    until(async || address(&near, &house).await == "committed and never raised").await;
    let waiting = async || near.store.outbox().waiting(house.organization, "cache").await.unwrap();
    until(async || waiting().await.is_empty()).await;
    relay.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_raised_at_once_leaves_the_outbox() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    move_to(&app, &house, "new").await;
    let waiting = async || app.store.outbox().waiting(house.organization, "cache").await.unwrap();
    assert_eq!(waiting().await.len(), 1);
    let relay = tokio::spawn(relay_forever(app.clone()));
    until(async || waiting().await.is_empty()).await;
    relay.abort();
}

#[tokio::test]
async fn a_publication_ends_the_roster_that_was_published_before() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let (draft, _) = house.draft().await;
    let number = async || match get_roster(&app, &house.employee, draft.id, WhichRoster::Published).await {
        Ok(RosterView::Published(_, publication)) => Some(publication.content.number),
        _ => None,
    };
    assert_eq!(number().await, None);
    for expected in [1, 2] {
        publish_schedule(&app, &Call::new(&house.manager), draft.id).await.unwrap();
        assert_eq!(number().await, Some(expected));
    }
}

#[tokio::test]
async fn a_check_is_kept_whole_until_the_roster_changes() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let (draft, shifts) = house.draft().await;
    let check = async |app: &App| check_schedule(app, &house.manager, draft.id).await.unwrap();
    let first = check(&app).await;
    assert!(!first.findings.is_empty());
    assert_eq!(check(&app).await, first, "as it comes out of the cache");
    let day = nth(&shifts, "D", 0);
    assign_employee(&app, &Call::new(&house.manager), &house.on(0, day.id)).await.unwrap();
    assert_eq!(check(&app).await, check(&house.app).await);
    assert_eq!(check(&app).await.coverage.filled_heads, first.coverage.filled_heads + 1);
}

#[tokio::test]
async fn a_deactivated_account_is_nobody_at_once_where_it_was_written() {
    let house = House::build().await;
    let app = process(&house, MemoryCache::new());
    let tokens = house.sign_in("nurse").await;
    let who = async || authenticate(&app, &bearer(&tokens), unproved()).await;
    assert_eq!(who().await.unwrap().user_id, house.employee.user_id);
    let patch = UserPatch { is_active: Some(false), ..UserPatch::default() };
    update_user(&app, &Call::new(&house.admin), house.employee.user_id, None, &patch).await.unwrap();
    assert!(matches!(who().await, Err(AuthenticateError::Invalid)));
}

/// The table of `docs/caching.md` names what is cached, and nothing else.
#[test]
fn the_page_on_caching_lists_every_family() {
    let page = include_str!("../../../../docs/caching.md");
    let rows: Vec<String> =
        page.lines().filter(|line| line.starts_with("| `")).map(|line| line.replace(' ', "")).collect();
    let expected: Vec<String> = families::ALL
        .iter()
        .map(|family| {
            let kinds: Vec<String> = family.kinds.iter().map(|kind| format!("`{kind}`")).collect();
            let (fresh, stale) = (family.fresh.as_secs(), family.stale.as_secs());
            format!("|`{}`|{}|{fresh}s|{stale}s|", family.name, kinds.join(","))
        })
        .collect();
    assert_eq!(rows.len(), expected.len(), "one row for each family");
    for (row, expected) in rows.iter().zip(expected) {
        assert!(row.starts_with(&expected), "{row} should begin with {expected}");
    }
}
