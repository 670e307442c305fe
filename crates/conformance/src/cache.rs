//! What every [`Cache`] must do. [`cache_conformance!`](crate::cache_conformance) makes one test of each case.
//!
//! The cases share one server, so each works in organizations of its own and begins by emptying them.
#![expect(clippy::missing_panics_doc, clippy::expect_used, reason = "a case fails by panicking")]

use std::num::NonZeroU32;
use std::time::Duration;

use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::{Cache, CacheFamily, CacheKey, CachePattern, DerivedKey, Found};

const HOUR: Duration = Duration::from_secs(3600);
const DEADLINE: Duration = Duration::from_secs(10);

/// Expands one `#[tokio::test]` per case of this module. `$factory` is called anew for each and answers a future of a
/// cache.
#[macro_export]
macro_rules! cache_conformance {
    ($factory:expr) => {
        $crate::cache_conformance! { @cases $factory;
            get_answers_what_was_set
            get_answers_nothing_for_an_unknown_key
            set_replaces_text_and_expiry
            an_entry_is_not_found_after_its_expiry
            an_expiry_of_zero_leaves_nothing
            delete_removes_one_entry_and_says_so
            exists_tells_what_get_would_find
            clear_removes_what_matches_and_counts_it
            clear_takes_other_characters_literally
            clear_keeps_to_its_organization
            clear_reaches_thousands_of_entries
            many_callers_share_one_cache
            ping_is_answered
            an_answer_is_found_until_one_of_its_kinds_is_raised
            an_answer_that_is_kept_late_is_not_found
            raising_leaves_other_kinds_and_organizations_alone
            an_answer_is_not_found_after_its_life
            one_caller_at_a_time_has_the_lease
            a_lease_that_somebody_else_holds_is_left_alone
            an_answer_near_its_end_is_found_and_lent
        }
    };
    (@cases $factory:expr; $($case:ident)+) => {$(
        #[tokio::test]
        async fn $case() {
            let cache = ($factory)().await;
            $crate::cache::$case(&cache).await;
        }
    )+};
}

/// The organizations of one case: numbers that no other case uses.
struct Case {
    ours: OrganizationId,
    theirs: OrganizationId,
}

impl Case {
    async fn begin(cache: &dyn Cache, number: u32) -> Self {
        let organization = |raw| OrganizationId::from(NonZeroU32::MIN.saturating_add(raw));
        let case = Self { ours: organization(number * 2), theirs: organization(number * 2 + 1) };
        cache.clear_pattern(&CachePattern::new(case.ours, "*")).await;
        cache.clear_pattern(&CachePattern::new(case.theirs, "*")).await;
        case
    }

    fn key(&self, name: &str) -> CacheKey {
        CacheKey::new(self.ours, name)
    }

    fn pattern(&self, pattern: &str) -> CachePattern {
        CachePattern::new(self.ours, pattern)
    }
}

/// `get` answers exactly what the last `set` stored, of any length and in any script.
pub async fn get_answers_what_was_set(cache: &dyn Cache) {
    let case = Case::begin(cache, 1).await;
    let key = case.key("texts:班次");
    for text in ["", "null", r#"{"name":"李娜","note":"a \"quoted\" word\r\n"}"#, &"长".repeat(100_000)] {
        cache.set(&key, text.to_owned(), HOUR).await;
        assert_eq!(cache.get(&key).await.as_deref(), Some(text));
    }
}

/// `get` answers `None` for a key that was never set.
pub async fn get_answers_nothing_for_an_unknown_key(cache: &dyn Cache) {
    let case = Case::begin(cache, 2).await;
    assert_eq!(cache.get(&case.key("unknown")).await, None);
    assert_eq!(cache.get_or(&case.key("unknown"), "otherwise").await, "otherwise");
}

/// `set` replaces an earlier text together with its expiry.
pub async fn set_replaces_text_and_expiry(cache: &dyn Cache) {
    let case = Case::begin(cache, 3).await;
    let (long, witness) = (case.key("long"), case.key("witness"));
    let short = Duration::from_millis(50);
    cache.set(&long, "1".to_owned(), short).await;
    cache.set(&long, "2".to_owned(), HOUR).await;
    // Once the witness is gone, the first expiry of the other has passed too.
    cache.set(&witness, "1".to_owned(), short * 2).await;
    until_gone(cache, &witness).await;
    assert_eq!(cache.get(&long).await.as_deref(), Some("2"), "a longer expiry replaces a shorter one");

    cache.set(&long, "3".to_owned(), short).await;
    until_gone(cache, &long).await;
}

/// No entry is found after its expiry.
pub async fn an_entry_is_not_found_after_its_expiry(cache: &dyn Cache) {
    let case = Case::begin(cache, 4).await;
    let (brief, lasting) = (case.key("brief"), case.key("lasting"));
    cache.set(&lasting, "1".to_owned(), HOUR).await;
    cache.set(&brief, "1".to_owned(), Duration::from_millis(50)).await;
    until_gone(cache, &brief).await;
    assert!(!cache.exists(&brief).await);
    assert!(!cache.delete(&brief).await, "an expired entry is none");
    assert!(cache.exists(&lasting).await);
}

/// An expiry of zero leaves nothing stored, not even what was there before.
pub async fn an_expiry_of_zero_leaves_nothing(cache: &dyn Cache) {
    let case = Case::begin(cache, 5).await;
    let key = case.key("zero");
    cache.set(&key, "1".to_owned(), HOUR).await;
    cache.set(&key, "2".to_owned(), Duration::ZERO).await;
    assert_eq!(cache.get(&key).await, None);
}

/// `delete` removes its entry, leaves other keys alone and says whether there was one.
pub async fn delete_removes_one_entry_and_says_so(cache: &dyn Cache) {
    let case = Case::begin(cache, 6).await;
    let (gone, kept) = (case.key("users:1"), case.key("users:10"));
    cache.set(&gone, "1".to_owned(), HOUR).await;
    cache.set(&kept, "1".to_owned(), HOUR).await;
    assert!(cache.delete(&gone).await);
    assert!(!cache.delete(&gone).await);
    assert_eq!(cache.get(&gone).await, None);
    assert!(cache.exists(&kept).await);
}

/// `exists` tells what `get` would find.
pub async fn exists_tells_what_get_would_find(cache: &dyn Cache) {
    let case = Case::begin(cache, 7).await;
    let key = case.key("users:1");
    assert!(!cache.exists(&key).await);
    cache.set(&key, String::new(), HOUR).await;
    assert!(cache.exists(&key).await, "an empty text is a text");
}

/// `clear` removes every entry that matches, no other, and counts them.
pub async fn clear_removes_what_matches_and_counts_it(cache: &dyn Cache) {
    let case = Case::begin(cache, 8).await;
    for name in ["users:1", "users:2", "users:2:teams", "teams:1"] {
        cache.set(&case.key(name), "1".to_owned(), HOUR).await;
    }
    assert_eq!(cache.clear_pattern(&case.pattern("users:*")).await, 3);
    assert_eq!(cache.clear_pattern(&case.pattern("users:*")).await, 0);
    assert!(!cache.exists(&case.key("users:2:teams")).await);
    assert!(cache.exists(&case.key("teams:1")).await);
}

/// `clear` takes every character but `*` literally.
pub async fn clear_takes_other_characters_literally(cache: &dyn Cache) {
    let case = Case::begin(cache, 9).await;
    for (pattern, meant, not_meant) in [
        ("a?:*", "a?:1", "ab:1"),
        ("[ab]:*", "[ab]:1", "a:1"),
        ("a\\*", "a\\b", "a*"),
        ("{x}:*", "{x}:1", "x:1"),
        ("[^a]:*", "[^a]:1", "b:1"),
    ] {
        cache.set(&case.key(meant), "1".to_owned(), HOUR).await;
        cache.set(&case.key(not_meant), "1".to_owned(), HOUR).await;
        assert_eq!(cache.clear_pattern(&case.pattern(pattern)).await, 1, "{pattern}");
        assert!(!cache.exists(&case.key(meant)).await, "{pattern} means {meant}");
        assert!(cache.exists(&case.key(not_meant)).await, "{pattern} does not mean {not_meant}");
    }
}

/// `clear` leaves the entries of other organizations alone.
pub async fn clear_keeps_to_its_organization(cache: &dyn Cache) {
    let case = Case::begin(cache, 10).await;
    let theirs = CacheKey::new(case.theirs, "users:1");
    cache.set(&case.key("users:1"), "ours".to_owned(), HOUR).await;
    cache.set(&theirs, "theirs".to_owned(), HOUR).await;
    assert_eq!(cache.clear_pattern(&case.pattern("*")).await, 1);
    assert_eq!(cache.get(&theirs).await.as_deref(), Some("theirs"));
}

/// `clear` reaches every entry of a pattern that matches thousands.
pub async fn clear_reaches_thousands_of_entries(cache: &dyn Cache) {
    let case = Case::begin(cache, 11).await;
    for number in 0..3_000 {
        cache.set(&case.key(&format!("many:{number}")), "1".to_owned(), HOUR).await;
    }
    cache.set(&case.key("one"), "1".to_owned(), HOUR).await;
    assert_eq!(cache.clear_pattern(&case.pattern("many:*")).await, 3_000);
    assert!(!cache.exists(&case.key("many:2999")).await);
    assert!(cache.exists(&case.key("one")).await);
}

/// Calls at the same time neither wait for nor disturb one another.
pub async fn many_callers_share_one_cache(cache: &dyn Cache) {
    let case = Case::begin(cache, 12).await;
    let case = &case;
    let calls = (0..200).map(|number| async move {
        let (key, text) = (case.key(&format!("caller:{number}")), number.to_string());
        cache.set(&key, text.clone(), HOUR).await;
        assert_eq!(cache.get(&key).await, Some(text));
    });
    futures_util::future::join_all(calls).await;
}

/// `ping` succeeds while the server answers.
pub async fn ping_is_answered(cache: &dyn Cache) {
    cache.ping().await.expect("the cache answers");
}

static SITES: CacheFamily = family("sites", &["site"], Duration::ZERO);
static ROSTERS: CacheFamily = family("rosters", &["schedule", "shift", "assignment"], Duration::ZERO);
static REPORTS: CacheFamily = family("reports", &["shift"], HOUR);

const fn family(name: &'static str, kinds: &'static [&'static str], stale: Duration) -> CacheFamily {
    CacheFamily { name, schema: 1, kinds, fresh: HOUR, stale }
}

async fn find(cache: &dyn Cache, key: &DerivedKey) -> Found {
    cache.find(key).await.expect("the cache answers")
}

/// Looks, and keeps `text` where it would be found.
async fn keep(cache: &dyn Cache, key: &DerivedKey, text: &str) {
    let found = find(cache, key).await;
    cache.keep(&found.entry, text, HOUR, found.lease.as_ref()).await.expect("the cache answers");
}

/// An answer is found as it was kept, until any one of the kinds it was made from is raised.
pub async fn an_answer_is_found_until_one_of_its_kinds_is_raised(cache: &dyn Cache) {
    let case = Case::begin(cache, 13).await;
    let key = DerivedKey::new(case.ours, &ROSTERS, 7);
    for kind in ROSTERS.kinds {
        keep(cache, &key, "李娜").await;
        assert_eq!(find(cache, &key).await.text.as_deref(), Some("李娜"));
        cache.raise(case.ours, &[kind]).await.expect("the cache answers");
        assert_eq!(find(cache, &key).await.text, None, "{kind} was raised");
    }
}

/// Whoever looked before a raise and keeps after it keeps nothing that is found.
pub async fn an_answer_that_is_kept_late_is_not_found(cache: &dyn Cache) {
    let case = Case::begin(cache, 14).await;
    let key = DerivedKey::new(case.ours, &SITES, 7);
    let slow = find(cache, &key).await;
    cache.raise(case.ours, &["site"]).await.expect("the cache answers");
    keep(cache, &key, "new").await;
    cache.keep(&slow.entry, "old", HOUR, None).await.expect("the cache answers");
    assert_eq!(find(cache, &key).await.text.as_deref(), Some("new"));
}

/// A raise touches its kinds in its organization.
pub async fn raising_leaves_other_kinds_and_organizations_alone(cache: &dyn Cache) {
    let case = Case::begin(cache, 15).await;
    let ours = DerivedKey::new(case.ours, &SITES, 7);
    let theirs = DerivedKey::new(case.theirs, &SITES, 7);
    keep(cache, &ours, "ours").await;
    keep(cache, &theirs, "theirs").await;
    cache.raise(case.ours, &["shift"]).await.expect("the cache answers");
    assert_eq!(find(cache, &ours).await.text.as_deref(), Some("ours"));
    cache.raise(case.ours, &["shift", "site"]).await.expect("the cache answers");
    assert_eq!(find(cache, &ours).await.text, None);
    assert_eq!(find(cache, &theirs).await.text.as_deref(), Some("theirs"));
}

/// An answer ends with its life.
pub async fn an_answer_is_not_found_after_its_life(cache: &dyn Cache) {
    let case = Case::begin(cache, 16).await;
    let key = DerivedKey::new(case.ours, &SITES, 7);
    let found = find(cache, &key).await;
    cache.keep(&found.entry, "1", Duration::from_millis(50), None).await.expect("the cache answers");
    until_gone(cache, &found.entry).await;
    assert_eq!(find(cache, &key).await.text, None);
}

/// The right to make an answer goes to one caller until it is given back, with an answer or without.
pub async fn one_caller_at_a_time_has_the_lease(cache: &dyn Cache) {
    let case = Case::begin(cache, 17).await;
    let key = DerivedKey::new(case.ours, &SITES, 7);
    let first = find(cache, &key).await;
    let lease = first.lease.expect("nobody has it");
    assert_eq!(find(cache, &key).await.lease, None);
    cache.give_back(&first.entry, &lease).await.expect("the cache answers");
    let second = find(cache, &key).await;
    let lease = second.lease.expect("it was given back");
    cache.keep(&second.entry, "1", HOUR, Some(&lease)).await.expect("the cache answers");
    assert_eq!(find(cache, &key).await.lease, None, "there is nothing to be made");
    cache.delete(&second.entry).await;
    assert!(find(cache, &key).await.lease.is_some());
}

/// Giving back what one no longer has takes nothing from whoever has it now.
pub async fn a_lease_that_somebody_else_holds_is_left_alone(cache: &dyn Cache) {
    let case = Case::begin(cache, 18).await;
    let key = DerivedKey::new(case.ours, &SITES, 7);
    let first = find(cache, &key).await;
    let lease = first.lease.expect("nobody has it");
    cache.give_back(&first.entry, &lease).await.expect("the cache answers");
    assert!(find(cache, &key).await.lease.is_some(), "somebody else has it now");
    cache.give_back(&first.entry, &lease).await.expect("the cache answers");
    assert_eq!(find(cache, &key).await.lease, None);
}

/// With less life left than its family's `stale`, an answer is still found, and one caller may make a new one.
pub async fn an_answer_near_its_end_is_found_and_lent(cache: &dyn Cache) {
    let case = Case::begin(cache, 19).await;
    let key = DerivedKey::new(case.ours, &REPORTS, 7);
    let found = find(cache, &key).await;
    cache.keep(&found.entry, "old", HOUR / 2, found.lease.as_ref()).await.expect("the cache answers");
    let first = find(cache, &key).await;
    assert_eq!((first.text.as_deref(), first.lease.is_some()), (Some("old"), true));
    assert_eq!(find(cache, &key).await.lease, None);
    cache.keep(&first.entry, "new", HOUR * 2, first.lease.as_ref()).await.expect("the cache answers");
    let second = find(cache, &key).await;
    assert_eq!((second.text.as_deref(), second.lease), (Some("new"), None));
}

async fn until_gone(cache: &dyn Cache, key: &CacheKey) {
    tokio::time::timeout(DEADLINE, async {
        while cache.get(key).await.is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("an entry expires soon after its time");
}
