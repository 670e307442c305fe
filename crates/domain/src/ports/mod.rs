//! What the use cases need from the outside. Adapters implement these; `scheduling-conformance` holds a case for every
//! MUST below, and an adapter that cannot pass a case does not exist.

mod accounts;
mod api_keys;
mod audit;
mod cache;
mod clock;
mod idempotency;
mod load;
mod mails;
mod metrics;
mod outbox;
mod pool;
mod presence;
mod rate_limit;
mod repository;
mod rosters;
mod second_factors;
mod sessions;
mod sign_in_throttle;
mod store;

pub use accounts::{UserQueries, UserRepository};
pub use api_keys::{ApiKeyQueries, ApiKeyRepository};
pub use audit::{AuditQueries, AuditRepository};
pub use cache::{
    Cache, CacheFamily, CacheKey, CachePattern, CacheUnavailable, DEFAULT_CACHE_EXPIRY, DerivedKey, Found, Lease,
};
pub use clock::Clock;
pub use idempotency::{IdempotencyKey, IdempotencyRepository, KeyState, StoredResponse};
pub use load::{Load, LoadQueries, Waiting};
pub use mails::{MailError, Mailer, PasswordTokenRepository, PendingMailRepository};
pub use metrics::{CacheOutcome, NoMetrics, SchedulingMetrics};
pub use outbox::{OutboxEvent, OutboxQueries, OutboxRepository};
pub use pool::{PoolStatus, PoolWait, PoolWaits, SharedPoolStatus};
pub use presence::{PRESENCE_WINDOW, Presence, PresenceUnavailable};
pub use rate_limit::{RateKey, RateLimiter};
pub use repository::{Queries, Repository};
pub use rosters::{
    AssignmentRepository, OptimizationRepository, PublicationQueries, PublicationRepository, ScheduleRepository,
    ShiftRepository,
};
pub use second_factors::SecondFactorRepository;
pub use sessions::{RefreshTokenRepository, SessionQueries, SessionRepository, SessionStore, SessionsUnavailable};
pub use sign_in_throttle::{SignInThrottle, ThrottleUnavailable};
pub use store::{Store, StoreError, UnitOfWork};
