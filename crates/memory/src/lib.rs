//! The ports that can live inside the process, for the embedded default: one machine, no server beside it.
//!
//! What is kept here is lost at the end of the process, and each process has its own; several replicas need
//! `scheduling-redis`.

mod cache;
mod presence;
mod rate_limit;
mod throttle;

pub use cache::MemoryCache;
pub use presence::MemoryPresence;
pub use rate_limit::MemoryRateLimiter;
pub use throttle::MemoryThrottle;
