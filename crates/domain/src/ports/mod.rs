//! What the use cases need from the outside. Adapters implement these; `scheduling-conformance` holds a case for every
//! MUST below, and an adapter that cannot pass a case does not exist.

mod accounts;
mod cache;
mod clock;
mod idempotency;
mod metrics;
mod repository;
mod rosters;
mod store;

pub use accounts::{RefreshTokenRepository, UserQueries, UserRepository};
pub use cache::{Cache, CacheKey, CachePattern, CacheUnavailable, DEFAULT_CACHE_EXPIRY};
pub use clock::Clock;
pub use idempotency::{IdempotencyKey, IdempotencyRepository, KeyState, StoredResponse};
pub use metrics::{NoMetrics, SchedulingMetrics};
pub use repository::{Queries, Repository};
pub use rosters::{
    AssignmentRepository, OptimizationRepository, PublicationQueries, PublicationRepository, ScheduleRepository,
    ShiftRepository,
};
pub use store::{PoolStatus, Store, StoreError, UnitOfWork};
