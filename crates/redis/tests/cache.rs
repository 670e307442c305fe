//! The cache on a real server, named by `TEST_REDIS_URL` (`scripts/with-services` brings one up).
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use scheduling_domain::ports::{Cache, CacheKey, CachePattern};
use scheduling_redis::RedisCache;

fn cache() -> RedisCache {
    let url = std::env::var("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL names the Redis to test on: run `make test`, or `scripts/with-services cargo test`");
    RedisCache::new(&url).expect("TEST_REDIS_URL is a Redis address")
}

scheduling_conformance::cache_conformance!(async || cache());

#[tokio::test]
async fn without_a_server_every_call_is_a_quick_miss() {
    // Bound, so that nobody else takes the port, and closed to connections: it is never listened on.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let address = socket.local_addr().expect("its address");
    let cache = RedisCache::new(&format!("redis://{address}/0")).expect("an address");
    let organization = NonZeroU32::MIN.into();
    let key = CacheKey::new(organization, "users:1");

    let began = Instant::now();
    cache.set(&key, "1".to_owned(), Duration::from_secs(60)).await;
    assert_eq!(cache.get(&key).await, None);
    assert!(!cache.exists(&key).await);
    assert!(!cache.delete(&key).await);
    assert_eq!(cache.clear(&CachePattern::new(organization, "*")).await, 0);
    assert!(cache.ping().await.is_err());
    assert!(began.elapsed() < Duration::from_secs(5), "nobody waits out the connection time-out");
}

#[test]
fn an_address_of_something_else_is_refused() {
    assert!(RedisCache::new("postgres://localhost/hr").is_err());
}
