//! What tests and the benchmark share.
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

use bb8_redis::redis::{Client, pipe};
use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::CacheKey;
use scheduling_redis::RedisCache;

fn url() -> String {
    std::env::var("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL names the Redis to test on: run `make test`, or `scripts/with-services cargo test`")
}

pub(crate) fn cache() -> RedisCache {
    RedisCache::new(&url(), "tests").expect("TEST_REDIS_URL is a Redis address")
}

/// Gives an organization so many thousand keys that begin with `many:`, past the cache, which may drop what takes too long.
pub(crate) async fn fill(organization: OrganizationId, thousands: usize) {
    let client = Client::open(url()).expect("TEST_REDIS_URL is a Redis address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("Redis answers");
    for thousand in 0..thousands {
        let mut batch = pipe();
        for index in 0..1_000 {
            let key = CacheKey::new(organization, format_args!("many:{thousand}:{index}"));
            batch.set(key.as_str(), "1").ignore();
        }
        batch.exec_async(&mut connection).await.expect("Redis answers");
    }
}
