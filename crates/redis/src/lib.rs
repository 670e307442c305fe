//! The ports that several replicas share, on Redis 7 or Valkey.
//!
//! [`RedisCache`] is built without touching the network, so that the service starts, and answers from the store, while
//! Redis is away. An outage is logged once when it begins and once when it ends. It costs callers of the cache a miss without
//! a wait; [`RedisSessionStore`] and [`RedisPresence`] say that they do not know.
//!
//! To add a port: give it a file, talk to the server through [`connections::Connections::run`], and run its suite from
//! `scheduling_conformance` against `TEST_REDIS_URL`.

mod cache;
mod connections;
mod presence;
mod rate_limit;
mod scripts;
mod sessions;
mod throttle;

pub use cache::RedisCache;
pub use connections::InvalidRedisUrl;
pub use presence::RedisPresence;
pub use rate_limit::RedisRateLimiter;
pub use sessions::RedisSessionStore;
pub use throttle::RedisThrottle;
