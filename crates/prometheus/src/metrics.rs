//! Every metric of the service.

use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    Gauge, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry, Result, TextEncoder,
};
use scheduling_domain::optimization::{Optimization, OptimizationState, Score};
use scheduling_domain::ports::{CacheOutcome, Load, PoolStatus, SchedulingMetrics, SharedPoolStatus, Waiting};
use scheduling_domain::rules::Verdict;

use crate::gauges::Gauges;
use crate::name;
use crate::shared_pools::SharedPools;
use crate::system::NewestBackup;

/// The bounds that OpenTelemetry's semantic conventions give `http.server.request.duration`.
const ANSWER_SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// From a run that only repairs to the longest that a budget allows.
const RUN_SECONDS: &[f64] = &[0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];

/// A cache on the same network answers within a millisecond, and is given up after a tenth of a second.
const CACHE_SECONDS: &[f64] = &[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0];

/// The registry and what is counted in it. Cloning shares both.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    http_requests: IntCounterVec,
    http_duration: HistogramVec,
    gauges: Gauges,
    shared_pools: SharedPools,
    schedules_published: IntCounter,
    unfilled_heads: IntCounter,
    assignments_made: IntCounter,
    rule_violations: IntCounterVec,
    cache_requests: IntCounterVec,
    cache_duration: HistogramVec,
    optimizer_runs: IntCounterVec,
    optimizer_duration: HistogramVec,
    optimizer_score: IntGaugeVec,
    optimizer_gap: Gauge,
}

impl Metrics {
    /// A registry of its own with every metric at zero, and the process's own metrics where the system offers them.
    pub fn new() -> Result<Self> {
        let registry = Registry::new();
        let build = IntGaugeVec::new(Opts::new(name::BUILD_INFO, "1, with the version that runs"), &["version"])?;
        keep(&registry, build)?.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        let counter = |name, help| keep(&registry, IntCounter::new(name, help)?);
        let counters =
            |name, help, labels: &[&str]| keep(&registry, IntCounterVec::new(Opts::new(name, help), labels)?);
        let histograms = |name, help, bounds: &[f64], labels: &[&str]| {
            keep(&registry, HistogramVec::new(HistogramOpts::new(name, help).buckets(bounds.to_vec()), labels)?)
        };
        let optimizer_gap =
            Gauge::new(name::OPTIMIZER_GAP, "What part of the last roster's cost could be saved at the most")?;
        // Nothing is known before the first run.
        optimizer_gap.set(f64::NAN);
        let optimizer_runs = counters(name::OPTIMIZER_RUNS, "Runs of the optimiser that ended", &["outcome"])?;
        // They are rare: Prometheus takes the first failure for a rise only where it has seen a zero before.
        for ending in [OptimizationState::Done, OptimizationState::Cancelled, OptimizationState::Failed] {
            optimizer_runs.with_label_values(&[ending.as_str()]).reset();
        }
        Ok(Self {
            http_requests: counters(name::HTTP_REQUESTS, "Requests answered", &["method", "endpoint", "status"])?,
            http_duration: histograms(
                name::HTTP_DURATION,
                "How long answers took",
                ANSWER_SECONDS,
                &["method", "endpoint"],
            )?,
            gauges: Gauges::new(&registry)?,
            shared_pools: SharedPools::new(&registry)?,
            schedules_published: counter(name::SCHEDULES_PUBLISHED, "Schedules published")?,
            unfilled_heads: counter(name::UNFILLED_HEADS, "Heads left unfilled by publications")?,
            assignments_made: counter(name::ASSIGNMENTS_MADE, "Assignments made")?,
            rule_violations: counters(name::RULE_VIOLATIONS, "Violations met", &["rule", "verdict"])?,
            cache_requests: counters(name::CACHE_REQUESTS, "Askings of the cache", &["operation", "outcome"])?,
            cache_duration: histograms(name::CACHE_DURATION, "How long the cache took", CACHE_SECONDS, &["operation"])?,
            optimizer_runs,
            optimizer_duration: histograms(
                name::OPTIMIZER_DURATION,
                "How long runs of the optimiser took",
                RUN_SECONDS,
                &["outcome"],
            )?,
            optimizer_score: keep(
                &registry,
                IntGaugeVec::new(Opts::new(name::OPTIMIZER_SCORE, "What the last roster found is worth"), &["part"])?,
            )?,
            optimizer_gap: keep(&registry, optimizer_gap)?,
            registry,
        })
    }

    /// Counts one answer. `endpoint` is the route's pattern, never the path, so that the labels stay few.
    pub fn answered(&self, method: &str, endpoint: &str, status: u16, took: Duration) {
        self.http_requests.with_label_values(&[method, endpoint, status.to_string().as_str()]).inc();
        self.http_duration.with_label_values(&[method, endpoint]).observe(took.as_secs_f64());
    }

    /// Shows how many people are active.
    pub fn set_active_users(&self, count: i64) {
        self.gauges.set_active_users(count);
    }

    /// Shows how busy the store's connections are.
    pub fn set_pool(&self, pool: PoolStatus) {
        self.gauges.set_pool(pool);
    }

    /// Shows how busy the connections to Redis are that serve one purpose.
    pub fn set_shared_pool(&self, name: &str, pool: SharedPoolStatus) {
        self.shared_pools.set(name, pool);
    }

    /// Shows what waits. `age` tells how long the oldest has.
    pub fn set_load(&self, load: &Load, age: impl Fn(Waiting) -> Duration) {
        self.gauges.set_load(load, age);
    }

    /// Shows how old backups are.
    pub fn set_newest_backup(&self, newest: NewestBackup) {
        self.gauges.set_newest_backup(newest);
    }

    /// Shows how much memory the machine uses.
    pub fn set_memory_used(&self, bytes: i64) {
        self.gauges.set_memory_used(bytes);
    }

    /// Everything in the Prometheus text format.
    pub fn render(&self) -> Result<String> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

/// Registers a metric and hands it back.
pub(crate) fn keep<M: Collector + Clone + 'static>(registry: &Registry, metric: M) -> Result<M> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

fn verdict_text(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Warn => "warn",
        Verdict::Cost => "cost",
        Verdict::Consent => "consent",
        Verdict::Block => "block",
    }
}

impl SchedulingMetrics for Metrics {
    fn schedule_published(&self, unfilled_heads: u64) {
        self.schedules_published.inc();
        self.unfilled_heads.inc_by(unfilled_heads);
    }

    fn assignments_made(&self, count: u64) {
        self.assignments_made.inc_by(count);
    }

    fn violation_found(&self, rule: &'static str, verdict: Verdict) {
        self.rule_violations.with_label_values(&[rule, verdict_text(verdict)]).inc();
    }

    #[expect(clippy::float_arithmetic, reason = "a share is shown, never decided by")]
    fn optimization_ended(&self, run: &Optimization, took: Duration) {
        let outcome = run.state.as_str();
        self.optimizer_runs.with_label_values(&[outcome]).inc();
        self.optimizer_duration.with_label_values(&[outcome]).observe(took.as_secs_f64());
        if let Some(Score { hard, soft }) = run.score {
            self.optimizer_score.with_label_values(&["hard"]).set(hard);
            self.optimizer_score.with_label_values(&["soft"]).set(soft);
        }
        self.optimizer_gap.set(run.gap_permille().map_or(f64::NAN, |gap| f64::from(gap) / 1000.0));
    }

    fn cache_asked(&self, operation: &'static str, outcome: CacheOutcome) {
        self.cache_requests.with_label_values(&[operation, outcome.as_str()]).inc();
    }

    fn cache_answered(&self, operation: &'static str, took: Duration) {
        self.cache_duration.with_label_values(&[operation]).observe(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use scheduling_conformance::build::an_optimization;
    use scheduling_domain::id::{ScheduleId, TypedId, UserId};

    use super::*;

    fn run(state: OptimizationState, cost: Option<i64>) -> Optimization {
        let run = an_optimization(ScheduleId::try_new(1).unwrap(), UserId::try_new(1).unwrap());
        Optimization { state, score: cost.map(|soft| Score { hard: 0, soft }), ..run }
    }

    /// The lines of one metric, without its histogram buckets.
    fn lines(metrics: &Metrics, wanted: &[&str]) -> String {
        let text = metrics.render().unwrap();
        let kept =
            text.lines().filter(|line| wanted.iter().any(|name| line.starts_with(name)) && !line.contains("_bucket"));
        kept.collect::<Vec<_>>().join("\n")
    }

    /// `docs/metrics.md`, from the registry and the catalogue's own words.
    fn page(metrics: &Metrics) -> String {
        let families = metrics.registry.gather();
        let row = |about: &str, name: &str| {
            let family = families.iter().find(|family| family.name() == name).unwrap();
            let labels = family.get_metric()[0].get_label().iter().map(|label| format!("`{}`", label.name()));
            let kind = format!("{:?}", family.get_field_type()).to_lowercase();
            format!("| `{name}` | {kind} | {} | {about} |\n", labels.collect::<Vec<_>>().join(", "))
        };
        let mut page = include_str!("metrics_head.md").to_owned();
        let mut about = String::new();
        for line in include_str!("name.rs").lines() {
            if let Some(words) = line.strip_prefix("/// ") {
                about = words.trim_end_matches('.').to_owned();
            } else if let Some((_, name)) = line.split_once("&str = \"") {
                page.push_str(&row(&about, name.trim_end_matches("\";")));
            }
        }
        page
    }

    #[test]
    fn every_metric_of_the_catalogue_is_kept_and_documented() {
        let metrics = Metrics::new().unwrap();
        metrics.answered("GET", "/api/sites/", 200, Duration::ZERO);
        metrics.violation_found("overlap", Verdict::Block);
        metrics.optimization_ended(&run(OptimizationState::Done, Some(7)), Duration::ZERO);
        metrics.cache_asked("find", CacheOutcome::Hit);
        metrics.cache_answered("find", Duration::ZERO);
        metrics.set_shared_pool("cache", SharedPoolStatus::default());
        let page = page(&metrics);
        let written = include_str!("../../../docs/metrics.md");
        assert!(page == written, "docs/metrics.md is made from the catalogue and has to read:\n{page}");
    }

    #[test]
    fn requests_are_counted_by_method_endpoint_and_status() {
        let metrics = Metrics::new().unwrap();
        metrics.answered("GET", "/api/users/{id}", 200, Duration::from_millis(250));
        metrics.answered("GET", "/api/users/{id}", 200, Duration::from_millis(250));
        metrics.answered("GET", "unknown", 404, Duration::ZERO);
        insta::assert_snapshot!(lines(&metrics, &["http_"]), @r#"
        http_request_duration_seconds_sum{endpoint="/api/users/{id}",method="GET"} 0.5
        http_request_duration_seconds_count{endpoint="/api/users/{id}",method="GET"} 2
        http_request_duration_seconds_sum{endpoint="unknown",method="GET"} 0
        http_request_duration_seconds_count{endpoint="unknown",method="GET"} 1
        http_requests_total{endpoint="/api/users/{id}",method="GET",status="200"} 2
        http_requests_total{endpoint="unknown",method="GET",status="404"} 1
        "#);
    }

    #[test]
    fn the_gauges_show_what_was_read_last() {
        let metrics = Metrics::new().unwrap();
        metrics.set_active_users(61);
        for waited in [750, 1_500] {
            let waited = Duration::from_millis(waited);
            metrics.set_pool(PoolStatus { active: 2, open: 5, max: 16, waiters: 1, waited });
        }
        metrics.set_memory_used(1024);
        metrics.set_newest_backup(NewestBackup::At(Duration::from_secs(1_800_000_000)));
        let waiting = |count| Waiting { count, oldest: None };
        let load = Load { queued_runs: waiting(3), outbox: waiting(0), mails: waiting(2), sessions: 70 };
        metrics.set_load(&load, |waiting| Duration::from_millis(500 * waiting.count));
        insta::assert_snapshot!(lines(&metrics, &["active_", "backup_", "database_", "mail", "optimizer_queue", "outbox", "sess", "system_"]), @r"
        active_users_total 61
        backup_newest_timestamp_seconds 1800000000
        database_connection_wait_seconds_total 1.5
        database_connection_waiters 1
        database_connections_active 2
        database_connections_idle 3
        database_connections_max 16
        database_connections_open 5
        mail_queue_age_seconds 1
        mail_queue_depth 2
        optimizer_queue_age_seconds 1.5
        optimizer_queue_depth 3
        outbox_age_seconds 0
        outbox_depth 0
        sessions_live 70
        system_memory_usage_bytes 1024
        ");
    }

    #[test]
    fn connections_to_redis_are_shown_by_their_purpose() {
        let metrics = Metrics::new().unwrap();
        for (name, waited) in [("cache", 250), ("sessions", 0), ("cache", 1_000)] {
            let waited = Duration::from_millis(waited);
            let is_available = name == "cache";
            let pool = SharedPoolStatus { is_available, open: 3, max: 4, in_flight: 7, waiters: 1, waited };
            metrics.set_shared_pool(name, pool);
        }
        insta::assert_snapshot!(lines(&metrics, &["redis_"]), @r#"
        redis_available{pool="cache"} 1
        redis_available{pool="sessions"} 0
        redis_commands_in_flight{pool="cache"} 7
        redis_commands_in_flight{pool="sessions"} 7
        redis_connection_wait_seconds_total{pool="cache"} 1
        redis_connection_wait_seconds_total{pool="sessions"} 0
        redis_connection_waiters{pool="cache"} 1
        redis_connection_waiters{pool="sessions"} 1
        redis_connections_max{pool="cache"} 4
        redis_connections_max{pool="sessions"} 4
        redis_connections_open{pool="cache"} 3
        redis_connections_open{pool="sessions"} 3
        "#);
    }

    #[test]
    fn scheduling_is_counted() {
        let metrics = Metrics::new().unwrap();
        metrics.schedule_published(3);
        metrics.assignments_made(40);
        metrics.violation_found("rest_between_shifts", Verdict::Block);
        let cheap = Optimization { bound: Some(315), ..run(OptimizationState::Done, Some(420)) };
        metrics.optimization_ended(&cheap, Duration::from_secs(10));
        insta::assert_snapshot!(lines(&metrics, &["optimizer_gap"]), @"optimizer_gap_ratio 0.25");
        metrics.optimization_ended(&run(OptimizationState::Failed, None), Duration::from_secs(1));
        insta::assert_snapshot!(lines(&metrics, &["optimizer_gap"]), @"optimizer_gap_ratio NaN");
        metrics.cache_asked("find", CacheOutcome::Miss);
        metrics.cache_answered("find", Duration::from_millis(2));
        insta::assert_snapshot!(lines(&metrics, &["schedule", "assign", "rule", "optimizer_run", "optimizer_score", "cache"]), @r#"
        assignments_made_total 40
        cache_request_duration_seconds_sum{operation="find"} 0.002
        cache_request_duration_seconds_count{operation="find"} 1
        cache_requests_total{operation="find",outcome="miss"} 1
        optimizer_run_duration_seconds_sum{outcome="done"} 10
        optimizer_run_duration_seconds_count{outcome="done"} 1
        optimizer_run_duration_seconds_sum{outcome="failed"} 1
        optimizer_run_duration_seconds_count{outcome="failed"} 1
        optimizer_runs_total{outcome="cancelled"} 0
        optimizer_runs_total{outcome="done"} 1
        optimizer_runs_total{outcome="failed"} 1
        optimizer_score{part="hard"} 0
        optimizer_score{part="soft"} 420
        rule_violations_total{rule="rest_between_shifts",verdict="block"} 1
        schedule_unfilled_heads_total 3
        schedules_published_total 1
        "#);
    }
}
