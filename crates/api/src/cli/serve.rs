//! `serve`: from the configuration to answered requests, and to a quiet end.

use std::io;
use std::net::{TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use actix_web::web::Data;
use rustls::ServerConfig;
use scheduling_app::App;
use scheduling_app::active_accounts::report_forever;
use scheduling_app::caching::relay_forever;
use scheduling_app::mail::MailRelay;
use scheduling_app::optimizations::{Pace, Worker};
use scheduling_app::purge::purge_forever;
use scheduling_app::users::find_operator;

use super::args::ServeArgs;
use super::failure::{Exit, Failure};
use super::session::{Session, store_failure, told_to_stop};
use super::{admin, output, seed};
use crate::causes::with_causes;
use crate::config::{Config, Role, Sources, TlsFiles};
use crate::http::{self, Document, Health, RequestMetrics, Shared, application, metrics_application};
use crate::telemetry::traces;
use crate::tls::ServedCertificate;
use crate::wiring::{self, CountedRequests, StoreProbe};
use crate::{routes, telemetry};

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;
/// How long the last of them may take to be accepted and read, and the listener to be left alone.
const LAST_CALL: Duration = Duration::from_millis(200);

/// How long a client may take to agree on a key.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How often what has expired is removed.
const PURGE_PERIOD: Duration = Duration::from_secs(600);

/// How often it is reported who is active.
const REPORT_PERIOD: Duration = Duration::from_secs(5);

/// Serves until it is told to stop.
pub(super) fn run(sources: &Sources, arguments: &ServeArgs) -> Result<Exit, Failure> {
    let config = Config::load(sources)?;
    let _telemetry = telemetry::start(&config).map_err(|error| Failure::usage(error.to_string()))?;
    actix_web::rt::System::new().block_on(serve(&config, arguments))
}

async fn serve(config: &Config, arguments: &ServeArgs) -> Result<Exit, Failure> {
    let certificate = config.tls_files.as_ref().map(certificate).transpose()?;
    // The port comes first: a service that cannot listen should not have touched anything.
    let listener = listen(&config.listen, "--listen")?;
    let metrics_listener =
        config.metrics_listen.as_ref().map(|address| listen(address, "HR_METRICS_LISTEN")).transpose()?;
    let address = listener.local_addr().map_or_else(|_| config.listen.clone(), |address| address.to_string());
    let door = listener.try_clone().map_err(|error| Failure::unavailable(format!("cannot listen: {error}")))?;
    let metrics = wiring::metrics()?;
    let session = Session::open_measured(config, Arc::new(metrics.clone())).await?;
    if let Err(error) = session.app.caching.ping().await {
        tracing::warn!(cause = with_causes(&error), "the cache does not answer; going on without it");
    }
    let welcome = if arguments.seed_demo_when_empty { first_start(&session).await? } else { None };

    let health = Arc::new(Health::new(vec![Arc::new(StoreProbe(session.app.store.clone()))]));
    let rate_limits = wiring::rate_limits(config)?;
    let (app, limiter) = (session.app.clone(), rate_limits.limiter.clone());
    let counted: Arc<dyn RequestMetrics> = Arc::new(CountedRequests { metrics: metrics.clone(), app, limiter });
    let shared = Shared {
        authenticator: Arc::new(session.app.clone()),
        metrics: Arc::clone(&counted),
        shows_metrics: metrics_listener.is_none(),
        trusted_proxies: config.trusted_proxies.clone(),
        rate_limits,
        session_cookie: wiring::session_cookie(config),
        health: Arc::clone(&health),
        document: Arc::new(Document::new(&http::document(routes::routes))),
    };
    let server = server(config, listener, certificate.as_ref(), shared, session.app.clone())?;
    let metrics_server =
        metrics_listener.map(|listener| metrics_server(listener, certificate.as_ref(), counted)).transpose()?;
    let metrics_handle = metrics_server.as_ref().map(Server::handle);
    let showing = metrics_server.map(tokio::spawn);
    let gauges = tokio::spawn(wiring::keep_gauges(metrics, session.app.clone(), config.backup_dir.clone()));
    let relay = tokio::spawn(relay_forever(session.app.clone()));
    let purging = tokio::spawn(purge_forever(session.app.clone(), PURGE_PERIOD));
    let reporting = tokio::spawn(report_forever(session.app.clone(), REPORT_PERIOD));
    let pace = Pace { threads: config.optimizer_threads, continue_trace: traces::join, ..Pace::default() };
    let worker = config.role.works().then(|| Worker::start(session.app.clone(), pace));
    let mail_relay = session.app.post.clone().map(|post| MailRelay::start(session.app.clone(), post));
    let stop = Stop {
        server: server.handle(),
        health: Arc::clone(&health),
        door,
        drain: Duration::from_secs(config.drain_seconds.into()),
        patience: Duration::from_secs(config.shutdown_seconds.into()),
    };
    let stopping = tokio::spawn(stop.on_signal(told_to_stop()));
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let renewing = certificate.map(|certificate| tokio::spawn(certificate.renew_forever()));

    announce(&format!("{scheme}://{address}"), config.role, welcome.as_deref());
    tracing::info!(address, role = config.role.as_str(), database = session.storage.place(), "serving");
    let ended = server.await;
    stopping.abort();
    gauges.abort();
    relay.abort();
    purging.abort();
    reporting.abort();
    if let Some(renewing) = renewing {
        renewing.abort();
    }
    if let Some(mail_relay) = mail_relay {
        mail_relay.stop().await;
    }
    if let Some(worker) = worker {
        worker.stop().await;
    }
    // The last to go, so that a drain is watched to its end.
    if let Some(handle) = metrics_handle {
        handle.stop(false).await;
    }
    drop(showing);
    ended.map_err(|error| Failure::unavailable(format!("the service ended: {error}")))?;
    tracing::info!("stopped");
    Ok(Exit::Ok)
}

fn server(
    config: &Config,
    listener: TcpListener,
    certificate: Option<&Arc<ServedCertificate>>,
    shared: Shared,
    app: App,
) -> Result<Server, Failure> {
    let refusal = |error| Failure::unavailable(format!("cannot serve on {}: {error}", config.listen));
    let (app, role) = (Data::new(app), config.role);
    let server = HttpServer::new(move || {
        let app = app.clone();
        application(shared.clone(), move |config| {
            config.app_data(app);
            if role.answers() {
                routes::routes(config);
            } else {
                routes::routes_of_workers(config);
            }
        })
    })
    .backlog(BACKLOG)
    .shutdown_timeout(config.shutdown_seconds.into())
    .tls_handshake_timeout(HANDSHAKE)
    .disable_signals();
    let server = match config.http_workers {
        Some(workers) => server.workers(workers),
        None => server,
    };
    let listening = match certificate {
        Some(certificate) => server.listen_rustls_0_23(listener, tls_config(certificate)?),
        None => server.listen(listener),
    };
    Ok(listening.map_err(refusal)?.run())
}

/// One thread is enough for whoever looks every few seconds.
fn metrics_server(
    listener: TcpListener,
    certificate: Option<&Arc<ServedCertificate>>,
    metrics: Arc<dyn RequestMetrics>,
) -> Result<Server, Failure> {
    let refusal = |error| Failure::unavailable(format!("cannot serve /metrics on its own address: {error}"));
    let server = HttpServer::new(move || metrics_application(Arc::clone(&metrics))).workers(1).disable_signals();
    let listening = match certificate {
        Some(certificate) => server.listen_rustls_0_23(listener, tls_config(certificate)?),
        None => server.listen(listener),
    };
    Ok(listening.map_err(refusal)?.run())
}

/// Reads the certificate with which the listeners are to answer.
fn certificate(files: &TlsFiles) -> Result<Arc<ServedCertificate>, Failure> {
    ServedCertificate::read(files).map_err(|error| {
        Failure::usage(format!(
            "cannot answer over TLS: {}; check HR_TLS_CERTIFICATE_FILE and HR_TLS_KEY_FILE",
            with_causes(&error)
        ))
    })
}

fn tls_config(certificate: &Arc<ServedCertificate>) -> Result<ServerConfig, Failure> {
    certificate.server_config().map_err(|error| Failure::unavailable(format!("cannot answer over TLS: {error}")))
}

/// Takes the port that `setting` names.
fn listen(address: &str, setting: &str) -> Result<TcpListener, Failure> {
    let refusal = |error: &io::Error| {
        let advice = match error.kind() {
            io::ErrorKind::AddrInUse => "another program listens there; stop it, or choose another port with",
            io::ErrorKind::PermissionDenied => "ports below 1024 are reserved; choose another with",
            io::ErrorKind::AddrNotAvailable => "this machine has no such address; choose another with",
            _ => "choose another address with",
        };
        Failure::unavailable(format!("cannot listen on {address}: {error}; {advice} {setting}"))
    };
    let candidates: Vec<_> = address.to_socket_addrs().map_err(|error| refusal(&error))?.collect();
    TcpListener::bind(candidates.as_slice()).map_err(|error| refusal(&error))
}

/// Seeds the demonstration company and makes an administrator, where there is nobody yet. Answers the password.
async fn first_start(session: &Session) -> Result<Option<String>, Failure> {
    match seed::write(session, seed::DEFAULT_SEED, seed::coming_monday(session)).await {
        Ok(_) | Err(scheduling_app::demo::DemoError::NotEmpty) => {}
        Err(scheduling_app::demo::DemoError::Store(error)) => return Err(store_failure(&error)),
    }
    let operator = find_operator(&session.app, session.organization).await.map_err(|error| store_failure(&error))?;
    if operator.is_some() {
        return Ok(None);
    }
    let password = admin::generated_password()?;
    let account = admin::account("admin", "admin@example.com", "Administrator");
    admin::make(&session.app, session.organization, account, &password).await?;
    Ok(Some(password))
}

/// Says where everything is, on standard output.
fn announce(address: &str, role: Role, password: Option<&str>) {
    output::say(format_args!("\nHR Scheduling 人力资源调度系统 is running. Stop it with Ctrl-C.\n"));
    output::say(format_args!("  Address        {address}"));
    if role.answers() {
        output::say(format_args!("  Documentation  {address}/api/docs/"));
    }
    if let Some(password) = password {
        output::say("  User           admin");
        output::say(format_args!("  Password       {password}   (shown only this once)"));
    }
    output::say("");
}

/// What a stop has to do with.
struct Stop {
    server: ServerHandle,
    health: Arc<Health>,
    door: TcpListener,
    drain: Duration,
    patience: Duration,
}

impl Stop {
    /// At the first SIGTERM or Ctrl-C: no longer ready, and for `drain` still there, so that balancers turn away; then no
    /// new connections, and what is in flight is finished. At the second: at once.
    async fn on_signal(self, told: impl Future<Output = ()>) {
        told.await;
        tracing::info!("stopping: finishing what is in flight");
        self.health.drain();
        let is_idle = tokio::select! {
            is_idle = self.finish() => is_idle,
            () = told_to_stop() => false,
        };
        tokio::select! {
            () = self.server.stop(is_idle) => {}
            () = told_to_stop() => self.server.stop(false).await,
        }
    }

    /// Whether all that was in flight has ended in time.
    ///
    /// The server's threads end one after the other, each when it has nothing left, and the database connections that were
    /// opened on a thread end with it, whoever uses them by then. So nobody is stopped before all are done.
    async fn finish(&self) -> bool {
        if !self.drain.is_zero() {
            tokio::time::sleep(self.drain).await;
            turn_away(&self.door);
            tokio::time::sleep(LAST_CALL).await;
        }
        self.server.pause().await;
        // That is acknowledged before it is done.
        tokio::time::sleep(LAST_CALL).await;
        close(&self.door);
        tokio::time::timeout(self.patience, self.health.idle()).await.is_ok()
    }
}

/// Leaves new connections without an answer, while those that the kernel has already opened are still accepted. Once the
/// listener closes, their next attempt is refused, and a proxy may go elsewhere with any request; one that it had sent into
/// a closing queue it must not repeat.
fn turn_away(door: &TcpListener) {
    #[cfg(target_os = "linux")]
    {
        /// "Keep nothing of this packet", to the kernel's packet filter.
        const NOTHING: socket2::SockFilter = socket2::SockFilter::new(0x06, 0, 0, 0);
        if let Err(error) = socket2::SockRef::from(door).attach_filter(&[NOTHING]) {
            tracing::warn!(%error, "requests may be cut off: new connections cannot be turned away before the end");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = door;
}

/// Refuses new connections from here on. The server, which holds the listener too, keeps those that it has.
fn close(door: &TcpListener) {
    if let Err(error) = socket2::SockRef::from(door).shutdown(std::net::Shutdown::Both) {
        tracing::debug!(%error, "new connections wait until the end, and are refused then");
    }
}
