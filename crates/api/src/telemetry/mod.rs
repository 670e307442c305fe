//! Log lines, reports of errors, traces, and profiles.

mod client;
pub(crate) mod lines;
pub(crate) mod profile;
pub(crate) mod traces;

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use opentelemetry_otlp::ExporterBuildError;
use sentry::integrations::tracing::{BreadcrumbLayer, ErrorLayer, SpanLayer};
use sentry::transports::ReqwestHttpTransportOptions;
use sentry::types::{Dsn, ParseDsnError};
use sentry::{ClientInitGuard, ClientOptions, Transport, TransportFactory, TransportOptions};
use thiserror::Error;
use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, ParseError, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt as text};

use traces::Traces;

use crate::config::{Config, LogFormat};

/// What log lines and traces call this service.
const SERVICE: &str = "hr-scheduling";

/// Why nothing would be logged.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// The filter's syntax.
    #[error("log.filter is no filter: {0}; write for example info,scheduling_api=debug")]
    Filter(#[from] ParseError),
    /// The address to report to.
    #[error("sentry.dsn is no address of a Sentry project: {0}")]
    Dsn(#[from] ParseDsnError),
    /// The address to trace to, or what the environment adds to it.
    #[error("traces cannot be sent to traces.endpoint: {0}")]
    Traces(#[from] ExporterBuildError),
    /// The machine's trust store, most likely.
    #[error(
        "no HTTP client can be made for error reports and traces: {0}; are the machine's CA certificates installed?"
    )]
    Client(#[from] reqwest::Error),
    /// Something in this process logs elsewhere already.
    #[error("logging has been set up before")]
    AlreadySet,
}

/// Keeps reports flowing; dropping it sends what is still waiting.
pub struct Telemetry {
    _sentry: Option<ClientInitGuard>,
    _traces: Option<Traces>,
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Telemetry")
    }
}

/// Begins to log on standard error, to report errors where a DSN is set, and to trace where a collector is. Standard output
/// stays for results.
pub fn start(config: &Config) -> Result<Telemetry, TelemetryError> {
    // Each has its own: traces show what nobody logs.
    let filter = || EnvFilter::try_new(&config.log_filter);
    let otherwise = if io::stderr().is_terminal() { LogFormat::Pretty } else { LogFormat::Json };
    let format: Box<dyn Layer<Registry> + Send + Sync> = match config.log_format.unwrap_or(otherwise) {
        LogFormat::Json => Box::new(lines::json(io::stderr)),
        LogFormat::Pretty => Box::new(text::layer().with_writer(io::stderr).with_target(false)),
    };
    let format = format.with_filter(filter()?);
    let traces = Traces::start(config)?;
    let guard = report_errors(config)?;
    let reported = filter()?;
    let reports = guard.as_ref().map(|_| {
        // Each of these takes whatever reaches it: without its filter, every line would be reported as an error.
        let is_crumb = filter_fn(|line| matches!(*line.level(), Level::WARN | Level::INFO));
        let crumbs = BreadcrumbLayer::new().with_filter(is_crumb);
        let errors = ErrorLayer::new().with_filter(LevelFilter::ERROR);
        crumbs.and_then(errors).and_then(SpanLayer::new().with_filter(LevelFilter::INFO)).with_filter(reported)
    });
    let subscriber = Registry::default().with(format).with(reports).with(traces.as_ref().map(Traces::layer));
    tracing::subscriber::set_global_default(subscriber).map_err(|_| TelemetryError::AlreadySet)?;
    // That library writes every statement's parameters down, where somebody asks for its debug lines.
    tracing_log::LogTracer::builder().ignore_crate("tokio_postgres").init().map_err(|_| TelemetryError::AlreadySet)?;
    Ok(Telemetry { _sentry: guard, _traces: traces })
}

fn report_errors(config: &Config) -> Result<Option<ClientInitGuard>, TelemetryError> {
    let Some(dsn) = &config.sentry_dsn else { return Ok(None) };
    let dsn: Dsn = dsn.reveal().parse()?;
    let mut options = ClientOptions::new()
        .release(env!("CARGO_PKG_VERSION"))
        .environment(config.environment.as_str())
        .traces_sample_rate(config.sentry_traces_sample_rate);
    options.dsn = Some(dsn);
    options.transport = Some(Arc::new(Reports(client::for_reports()?)));
    Ok(Some(sentry::init(options)))
}

/// Sends reports with a client of ours.
struct Reports(reqwest::Client);

impl TransportFactory for Reports {
    fn create_transport_with_options(&self, options: TransportOptions) -> Arc<dyn Transport> {
        Arc::new(ReqwestHttpTransportOptions::from(options).with_client(self.0.clone()).build())
    }
}
