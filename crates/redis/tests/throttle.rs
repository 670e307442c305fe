//! The sign-in throttle on a real server, named by `TEST_REDIS_URL` (`scripts/with-services` brings one up).
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

use scheduling_redis::RedisThrottle;

fn throttle() -> RedisThrottle {
    let url = std::env::var("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL names the Redis to test on: run `make test`, or `scripts/with-services cargo test`");
    RedisThrottle::new(&url).expect("TEST_REDIS_URL is a Redis address")
}

scheduling_conformance::throttle_conformance!(async || throttle());
