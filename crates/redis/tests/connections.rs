//! How busy the connections are said to be.
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

use std::future::Future;
use std::net::TcpListener;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use scheduling_domain::ports::{Cache, SharedPoolStatus};
use scheduling_redis::RedisCache;

fn cache(url: &str) -> RedisCache {
    RedisCache::new(url, "tests").expect("a Redis address")
}

fn status(cache: &RedisCache) -> SharedPoolStatus {
    cache.shared_pool_status().expect("a cache on Redis has connections")
}

#[tokio::test]
async fn a_connection_is_opened_when_it_is_needed_and_stays() {
    let url = std::env::var("TEST_REDIS_URL").expect("TEST_REDIS_URL names the Redis to test on");
    let cache = cache(&url);
    assert_eq!(status(&cache), SharedPoolStatus { is_available: true, max: 4, ..SharedPoolStatus::default() });
    for _ in 0..3 {
        cache.ping().await.expect("Redis answers");
    }
    let status = status(&cache);
    assert_eq!((status.is_available, status.open, status.in_flight, status.waiters), (true, 1, 0, 0));
    assert!(!status.waited.is_zero(), "opening it took its time");
}

#[tokio::test]
async fn a_server_that_is_away_is_said_to_be() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let cache = cache(&format!("redis://127.0.0.1:{free}"));
    cache.ping().await.expect_err("nobody listens there");
    let status = status(&cache);
    assert_eq!((status.is_available, status.open, status.waiters), (false, 0, 0));
}

#[tokio::test]
async fn whoever_waits_for_a_connection_is_counted_until_they_give_up() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let cache = cache(&format!("redis://{}", silent.local_addr().expect("an address")));
    {
        let mut ping = pin!(cache.ping());
        assert!(matches!(ping.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
        assert_eq!(status(&cache).waiters, 1);
    }
    assert_eq!(status(&cache).waiters, 0);
}
