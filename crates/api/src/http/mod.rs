//! The framework that every route uses.
//!
//! A handler takes extractors and answers an envelope or a [`Problem`]; everything around it is done here, once:
//! reading and checking input ([`JsonBody`], [`Paged`], [`Query`], [`Id`], [`IfMatch`], [`Idempotent`]), answering
//! ([`Body`], [`Created`], [`Accepted`], [`Listed`], [`NoContent`]), refusing ([`Problem`], [`Code`]), and the layer
//! around the application ([`application`]). `docs/recipes/add-an-endpoint.md` shows how to use it.

mod answered;
mod bearer;
mod body;
mod bounds;
mod browser;
mod code;
mod context;
mod cookie;
mod csrf;
mod csv;
mod device;
mod digest;
mod documentation;
mod download;
mod edge;
mod forwarded;
mod health;
mod idempotency;
mod json;
mod language;
mod meaning;
mod openapi;
mod operation;
mod organization;
mod path;
mod precondition;
mod problem;
mod query;
mod rate;
mod refusal;
mod resource;
mod schema;
mod span;
#[cfg(test)]
mod tests;

pub use bearer::{Authenticator, Bearer};
pub use body::{Accepted, Body, Created, Listed, NoContent, Pagination};
pub use browser::{Browser, OwnPage};
pub use code::Code;
pub use context::{Context, RequestId};
pub use cookie::SessionCookie;
pub use csv::{ListedOrCsv, Pieces, csv_rows, prefers_csv};
pub use device::Device;
pub use documentation::Document;
pub use download::Download;
pub use edge::RequestMetrics;
pub use forwarded::TrustedProxies;
pub use health::{Health, Probe};
pub use idempotency::Idempotent;
pub use json::{BODY_LIMIT, JsonBody};
pub use language::Language;
pub use openapi::document;
pub use organization::OrganizationSlug;
pub use path::{Id, Ids};
pub use precondition::{IfMatch, OptionalIfMatch};
pub use problem::{Place, Problem, Result};
pub use query::{NoFilter, Paged, Query};
pub use rate::{RateLimits, by_address};
pub use resource::{Resource, asked_action, resource};

use span::RequestSpan;

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App, Error};
use paperclip::actix::OpenApiExt;
use paperclip::actix::web::ServiceConfig;
use tracing_actix_web::TracingLogger;

/// The application around `routes`: compression, problems, request ids, metrics, body limit, unknown routes, health,
/// documentation.
pub fn application(
    shared: Shared,
    routes: impl FnOnce(&mut ServiceConfig<'_>),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .wrap(Compress::default())
        .wrap(from_fn(edge::edge))
        .wrap(TracingLogger::<RequestSpan>::new())
        .app_data(PayloadConfig::new(BODY_LIMIT))
        .app_data(shared.metrics)
        .app_data(shared.authenticator)
        .app_data(shared.trusted_proxies)
        .app_data(shared.rate_limits)
        .app_data(shared.session_cookie)
        .app_data(Data::from(shared.health))
        .app_data(Data::from(shared.document))
        .wrap_api()
        .configure(routes)
        .build()
        .configure(documentation::routes)
        .configure(health::routes)
        .configure(|config| {
            if shared.shows_metrics {
                health::metrics_route(config);
            }
        })
        .default_service(actix_web::web::to(edge::unknown_route))
}

/// Another application that answers `/metrics` and nothing else, for a listener of its own.
pub fn metrics_application(
    metrics: Arc<dyn RequestMetrics>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .wrap(Compress::default())
        .wrap(from_fn(edge::edge))
        .wrap(TracingLogger::<RequestSpan>::new())
        .app_data(metrics)
        .configure(health::metrics_route)
        .default_service(actix_web::web::to(edge::unknown_route))
}

/// What all workers share.
#[derive(Clone)]
pub struct Shared {
    /// Who knows the callers.
    pub authenticator: Arc<dyn Authenticator>,
    /// Where requests are counted; `/metrics` shows it.
    pub metrics: Arc<dyn RequestMetrics>,
    /// Whether `/metrics` answers here; not where it has a listener of its own.
    pub shows_metrics: bool,
    /// Whose word on a client's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// Who may ask how often.
    pub rate_limits: RateLimits,
    /// How the cookies of browsers are set.
    pub session_cookie: SessionCookie,
    /// What `/health` asks.
    pub health: Arc<Health>,
    /// What `/api/docs/` shows.
    pub document: Arc<Document>,
}
