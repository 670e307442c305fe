//! Whether the service lives, whether it can work, and what it has measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, http::header};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use super::code::Code;
use super::edge::RequestMetrics;
use super::problem::Problem;
use super::resource::undocumented;

/// How long one probe may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something the service cannot work without, such as its store.
#[async_trait]
pub trait Probe: Send + Sync {
    /// What it is called in the answer.
    fn name(&self) -> &'static str;
    /// Whether it answers; the cause is logged, not shown.
    async fn check(&self) -> Result<(), String>;
}

/// The state behind `/health`.
#[derive(Default)]
pub struct Health {
    probes: Vec<Arc<dyn Probe>>,
    draining: AtomicBool,
    drains: Notify,
    in_flight: AtomicUsize,
    ended: Notify,
}

impl Health {
    /// Ready when all `probes` are.
    pub fn new(probes: Vec<Arc<dyn Probe>>) -> Self {
        Self { probes, ..Self::default() }
    }

    /// From now on the service finishes what it has and asks for no more.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
        self.drains.notify_waiters();
    }

    /// Waits until it is about to stop: whatever could go on for long ends then.
    pub async fn draining(&self) {
        let drains = self.drains.notified();
        if !self.is_draining() {
            drains.await;
        }
    }

    /// Whether it is about to stop.
    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// A request is worked on until what this answers is dropped.
    pub(super) fn begin(self: Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        InFlight(self)
    }

    /// Waits until no request is worked on.
    pub async fn idle(&self) {
        loop {
            let ended = self.ended.notified();
            if self.in_flight.load(Ordering::Acquire) == 0 {
                return;
            }
            ended.await;
        }
    }

    /// Asks every probe.
    async fn checks(&self) -> (bool, Map<String, Value>) {
        let mut ready = !self.is_draining();
        let mut checks = Map::new();
        for probe in &self.probes {
            let outcome = match tokio::time::timeout(PATIENCE, probe.check()).await {
                Ok(outcome) => outcome,
                Err(_) => Err("no answer in time".to_owned()),
            };
            if let Err(cause) = &outcome {
                ready = false;
                tracing::warn!(probe = probe.name(), cause, "a probe failed");
            }
            checks.insert(probe.name().to_owned(), if outcome.is_ok() { "up" } else { "down" }.into());
        }
        (ready, checks)
    }
}

/// A request that is worked on.
pub(super) struct InFlight(Arc<Health>);

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.ended.notify_waiters();
        }
    }
}

/// Serves `/health`, `/health/live` and `/health/ready`.
pub(super) fn routes(config: &mut ServiceConfig) {
    undocumented(config, "/health", ready);
    undocumented(config, "/health/live", live);
    undocumented(config, "/health/ready", ready);
}

/// Serves `/metrics`.
pub(super) fn metrics_route(config: &mut ServiceConfig) {
    undocumented(config, "/metrics", metrics);
}

/// The process runs. A failing database is no reason to restart it.
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "up" }))
}

/// The process can serve: its probes answer and it is not about to stop.
async fn ready(health: Data<Health>) -> HttpResponse {
    let (ready, checks) = health.checks().await;
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    let status = if ready { "up" } else { "down" };
    response.json(json!({ "status": status, "checks": checks, "version": env!("CARGO_PKG_VERSION") }))
}

async fn metrics(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let metrics = request.app_data::<Arc<dyn RequestMetrics>>().ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(metrics.render()))
}
