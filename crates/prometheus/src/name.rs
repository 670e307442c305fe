//! The names of all metrics.

/// 1, with the `version` that runs.
pub const BUILD_INFO: &str = "hr_scheduling_build_info";
/// Requests answered, by `method`, `endpoint` (the route's pattern) and `status`.
pub const HTTP_REQUESTS: &str = "http_requests_total";
/// How long answers took, by `method` and `endpoint`.
pub const HTTP_DURATION: &str = "http_request_duration_seconds";
/// People active in the last five minutes, over all instances.
pub const ACTIVE_USERS: &str = "active_users_total";
/// Sessions that are good, over all instances.
pub const SESSIONS: &str = "sessions_live";
/// Database connections in use.
pub const CONNECTIONS_ACTIVE: &str = "database_connections_active";
/// Database connections open and not in use.
pub const CONNECTIONS_IDLE: &str = "database_connections_idle";
/// Database connections open.
pub const CONNECTIONS_OPEN: &str = "database_connections_open";
/// Most database connections that may be open.
pub const CONNECTIONS_MAX: &str = "database_connections_max";
/// Who waits for a database connection at this moment.
pub const CONNECTION_WAITERS: &str = "database_connection_waiters";
/// How long all have waited for a database connection, together; its rate is how many wait on average.
pub const CONNECTION_WAIT: &str = "database_connection_wait_seconds_total";
/// 1 while Redis answered whoever asked last, by `pool` (`cache`, `sessions`, `presence`, `sign_ins`, `rates`); else 0.
pub const REDIS_AVAILABLE: &str = "redis_available";
/// Connections to Redis open, by `pool`; each carries many commands at once.
pub const REDIS_CONNECTIONS_OPEN: &str = "redis_connections_open";
/// Most connections to Redis that may be open, by `pool`.
pub const REDIS_CONNECTIONS_MAX: &str = "redis_connections_max";
/// Commands sent to Redis and not answered yet, by `pool`.
pub const REDIS_IN_FLIGHT: &str = "redis_commands_in_flight";
/// Who waits for a connection to Redis to be opened at this moment, by `pool`.
pub const REDIS_WAITERS: &str = "redis_connection_waiters";
/// How long all have waited for a connection to Redis, together, by `pool`.
pub const REDIS_WAIT: &str = "redis_connection_wait_seconds_total";
/// Memory in use on the machine.
pub const MEMORY_USED: &str = "system_memory_usage_bytes";
/// Schedules published.
pub const SCHEDULES_PUBLISHED: &str = "schedules_published_total";
/// Heads left unfilled by publications.
pub const UNFILLED_HEADS: &str = "schedule_unfilled_heads_total";
/// Assignments made.
pub const ASSIGNMENTS_MADE: &str = "assignments_made_total";
/// Violations met, by `rule` and `verdict`.
pub const RULE_VIOLATIONS: &str = "rule_violations_total";
/// Runs of the optimiser that ended, by `outcome`.
pub const OPTIMIZER_RUNS: &str = "optimizer_runs_total";
/// Askings of the cache, by `operation` (`find`, `keep`, `raise`, `ping`) and `outcome` (`hit`, `miss`, `error`).
pub const CACHE_REQUESTS: &str = "cache_requests_total";
/// How long the cache took, by `operation`.
pub const CACHE_DURATION: &str = "cache_request_duration_seconds";
/// How long runs of the optimiser took, by `outcome`.
pub const OPTIMIZER_DURATION: &str = "optimizer_run_duration_seconds";
/// What the roster of the run that this worker ended last is worth, by `part` (`hard`, `soft`); less is better.
pub const OPTIMIZER_SCORE: &str = "optimizer_score";
/// Which part of that roster's cost a better one could save at the most; NaN where that is not known.
pub const OPTIMIZER_GAP: &str = "optimizer_gap_ratio";
/// Runs of the optimiser that no worker has taken, over all instances.
pub const OPTIMIZER_QUEUE: &str = "optimizer_queue_depth";
/// How long the oldest run that no worker has taken has waited.
pub const OPTIMIZER_QUEUE_AGE: &str = "optimizer_queue_age_seconds";
/// Events of the outbox that are not yet told, over all instances.
pub const OUTBOX: &str = "outbox_depth";
/// How long the oldest event that is not yet told has waited.
pub const OUTBOX_AGE: &str = "outbox_age_seconds";
/// Mails that are not yet sent, over all instances.
pub const MAILS: &str = "mail_queue_depth";
/// How long the oldest mail that is not yet sent has waited.
pub const MAILS_AGE: &str = "mail_queue_age_seconds";
/// When the newest backup was made, as seconds since 1970; 0 while the folder has none, NaN where there is no folder.
pub const BACKUP_NEWEST: &str = "backup_newest_timestamp_seconds";
