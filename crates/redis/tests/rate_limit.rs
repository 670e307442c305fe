//! The limiter on a real server, named by `TEST_REDIS_URL` (`scripts/with-services` brings one up).
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

use scheduling_conformance::rate_limit::{a_key, quota};
use scheduling_domain::ports::RateLimiter;
use scheduling_redis::RedisRateLimiter;

fn limiter() -> RedisRateLimiter {
    let url = std::env::var("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL names the Redis to test on: run `make test`, or `scripts/with-services cargo test`");
    RedisRateLimiter::new(&url).expect("TEST_REDIS_URL is a Redis address")
}

scheduling_conformance::rate_limit_conformance!(limiter);

#[tokio::test]
async fn two_instances_share_a_quota() {
    let (one, other) = (limiter(), limiter());
    // A second to earn the next: what is granted here is the burst and little more.
    let (quota, key) = (quota(1, 60), a_key(10));
    let mut granted = 0;
    for _ in 0..60 {
        granted += one.take(&key, quota).await.granted + other.take(&key, quota).await.granted;
    }
    assert!((60..=75).contains(&granted), "{granted} of 60, and what was earned meanwhile");
}

#[tokio::test]
async fn most_requests_cost_no_round_trip_and_none_is_granted_twice() {
    let instances = [limiter(), limiter(), limiter()];
    let (quota, key) = (quota(100, 300), a_key(11));
    let began = std::time::Instant::now();
    let mut granted = 0_u128;
    for _ in 0..400 {
        for instance in &instances {
            granted += u128::from(instance.take(&key, quota).await.granted);
        }
    }
    assert!(granted <= 301 + began.elapsed().as_millis() / 10, "{granted}");
    assert!(300 - 3 * 10 <= granted, "{granted}");
}

#[tokio::test]
async fn without_a_server_each_instance_counts_by_itself() {
    // Bound, so that nobody else takes the port, and closed to connections: it is never listened on.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let address = socket.local_addr().expect("its address");
    let alone = RedisRateLimiter::new(&format!("redis://{address}/0")).expect("an address");
    scheduling_conformance::rate_limit::a_burst_is_granted(&alone).await;
    scheduling_conformance::rate_limit::keys_are_apart(&alone).await;
}
