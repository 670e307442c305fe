//! The names of all metrics.

/// 1, with the `version` that runs.
pub const BUILD_INFO: &str = "hr_scheduling_build_info";
/// Requests answered, by `method`, `endpoint` (the route's pattern) and `status`.
pub const HTTP_REQUESTS: &str = "http_requests_total";
/// How long answers took, by `method` and `endpoint`.
pub const HTTP_DURATION: &str = "http_request_duration_seconds";
/// People active in the last five minutes, over all instances.
pub const ACTIVE_USERS: &str = "active_users_total";
/// Database connections in use.
pub const CONNECTIONS_ACTIVE: &str = "database_connections_active";
/// Database connections open.
pub const CONNECTIONS_OPEN: &str = "database_connections_open";
/// Most database connections that may be open.
pub const CONNECTIONS_MAX: &str = "database_connections_max";
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
/// How long runs of the optimiser took, by `outcome`.
pub const OPTIMIZER_DURATION: &str = "optimizer_run_duration_seconds";
