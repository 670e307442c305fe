//! The cache on a real server, named by `TEST_REDIS_URL` (`scripts/with-services` brings one up).
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use scheduling_domain::ports::{Cache, CacheFamily, CacheKey, CachePattern, DerivedKey};
use scheduling_redis::RedisCache;

fn cache() -> RedisCache {
    let url = std::env::var("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL names the Redis to test on: run `make test`, or `scripts/with-services cargo test`");
    RedisCache::new(&url, "tests").expect("TEST_REDIS_URL is a Redis address")
}

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

/// Fills an organization of its own with `keys` entries, clears them by pattern, and meanwhile asks the server for a sign of
/// life on another connection again and again; answers the longest wait for it.
async fn clear_under_watch(number: u32, keys: usize) -> Duration {
    let (clearing, watching) = (cache(), cache());
    let organization = NonZeroU32::MIN.saturating_add(number).into();
    for batch in 0..keys / 1_000 {
        let batch = (0..1_000).map(|index| CacheKey::new(organization, format_args!("many:{batch}:{index}")));
        let kept = batch.map(|key| {
            let cache = &clearing;
            async move { cache.set(&key, "1".to_owned(), Duration::from_secs(600)).await }
        });
        futures_util::future::join_all(kept).await;
    }
    let clear = tokio::spawn(async move { clearing.clear_pattern(&CachePattern::new(organization, "many:*")).await });
    let mut longest = Duration::ZERO;
    while !clear.is_finished() {
        let asked_at = Instant::now();
        watching.ping().await.expect("Redis answers");
        longest = longest.max(asked_at.elapsed());
    }
    assert_eq!(clear.await.expect("it clears"), u64::try_from(keys).expect("few"));
    longest
}

#[tokio::test(flavor = "multi_thread")]
async fn clearing_by_pattern_lets_others_in_between() {
    clear_under_watch(7_002, 20_000).await;
}

/// A measurement: `cargo test -p scheduling-redis --release -- --ignored --nocapture a_million`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes a while, and its number depends on the machine"]
async fn a_million_keys_are_cleared_without_a_reply_slower_than_5_ms() {
    let longest = clear_under_watch(7_003, 1_000_000).await;
    println!("the slowest reply took {longest:?}");
    assert!(longest <= Duration::from_millis(5), "{longest:?}");
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
