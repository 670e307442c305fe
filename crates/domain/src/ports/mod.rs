//! What the use cases need from the outside. Adapters implement these; `scheduling-conformance` holds a case for every
//! MUST below, and an adapter that cannot pass a case does not exist.

mod cache;
mod clock;
mod idempotency;
mod metrics;
mod store;

pub use cache::{Cache, CacheKey, CachePattern, CacheUnavailable, DEFAULT_CACHE_EXPIRY};
pub use clock::Clock;
pub use idempotency::{IdempotencyKey, IdempotencyRepository, KeyState, StoredResponse};
pub use metrics::{NoMetrics, SchedulingMetrics};
pub use store::{
    AssignmentRepository, OptimizationRepository, PoolStatus, PublicationQueries, PublicationRepository, Queries,
    RefreshTokenRepository, Repository, ScheduleRepository, ShiftRepository, Store, StoreError, UnitOfWork,
    UserQueries, UserRepository,
};
