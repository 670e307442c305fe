//! The cache on a real server, named by `TEST_REDIS_URL` (`scripts/with-services` brings one up).
#![expect(clippy::disallowed_methods, reason = "tests")]

mod common;

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use scheduling_domain::ports::{Cache, CacheFamily, CacheKey, CachePattern, DerivedKey};
use scheduling_redis::RedisCache;

use common::cache;

scheduling_conformance::cache_conformance!(async || cache());

static SITES: CacheFamily =
    CacheFamily { name: "sites", schema: 1, kinds: &["site"], fresh: Duration::from_secs(60), stale: Duration::ZERO };

#[tokio::test]
async fn a_generation_that_the_server_lost_never_comes_back() {
    let cache = cache();
    let organization = NonZeroU32::MIN.saturating_add(7_000).into();
    let key = DerivedKey::new(organization, &SITES, 1);
    let found = cache.find(&key).await.expect("Redis answers");
    cache.keep(&found.entry, "old", Duration::from_secs(60), None).await.expect("Redis answers");
    assert_eq!(cache.clear_pattern(&CachePattern::new(organization, "generation:*")).await, 1);
    let later = cache.find(&key).await.expect("Redis answers");
    assert_ne!(later.entry, found.entry);
    assert_eq!(later.text, None);
    assert!(cache.exists(&found.entry).await, "what was made under the lost one waits for its expiry, unreachable");
}

/// While one clears thousands of keys, another is answered again and again.
#[tokio::test(flavor = "multi_thread")]
async fn clearing_by_pattern_lets_others_in_between() {
    let (clearing, watching) = (cache(), cache());
    let organization = NonZeroU32::MIN.saturating_add(7_002).into();
    common::fill(organization, 20).await;
    let clear = tokio::spawn(async move { clearing.clear_pattern(&CachePattern::new(organization, "many:*")).await });
    let mut answers = 0;
    while !clear.is_finished() {
        watching.ping().await.expect("Redis answers");
        answers += 1;
    }
    assert_eq!(clear.await.expect("it clears"), 20_000);
    assert!(10 <= answers, "{answers}");
}

#[tokio::test]
async fn two_installations_on_one_server_never_find_one_anothers_answers() {
    let url = std::env::var("TEST_REDIS_URL").expect("a Redis to test on");
    let other = RedisCache::new(&url, "other").expect("TEST_REDIS_URL is a Redis address");
    let key = DerivedKey::new(NonZeroU32::MIN.saturating_add(7_001).into(), &SITES, 1);
    let ours = cache();
    let found = ours.find(&key).await.expect("Redis answers");
    ours.keep(&found.entry, "ours", Duration::from_secs(60), None).await.expect("Redis answers");
    assert_eq!(other.find(&key).await.expect("Redis answers").text, None);
}

#[tokio::test]
async fn without_a_server_every_call_is_a_quick_miss() {
    // Bound, so that nobody else takes the port, and closed to connections: it is never listened on.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let address = socket.local_addr().expect("its address");
    let cache = RedisCache::new(&format!("redis://{address}/0"), "tests").expect("an address");
    let organization = NonZeroU32::MIN.into();
    let key = CacheKey::new(organization, "users:1");

    let began = Instant::now();
    cache.set(&key, "1".to_owned(), Duration::from_secs(60)).await;
    assert_eq!(cache.get(&key).await, None);
    assert!(!cache.exists(&key).await);
    assert!(!cache.delete(&key).await);
    assert_eq!(cache.clear_pattern(&CachePattern::new(organization, "*")).await, 0);
    assert!(cache.ping().await.is_err());
    assert!(cache.find(&DerivedKey::new(organization, &SITES, 1)).await.is_err());
    assert!(cache.raise(organization, &["site"]).await.is_err());
    assert!(began.elapsed() < Duration::from_secs(5), "nobody waits out the connection time-out");
}

#[test]
fn an_address_of_something_else_is_refused() {
    assert!(RedisCache::new("postgres://localhost/hr", "tests").is_err());
}
