//! Who asks, and the use cases they ask.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::models::{DefaultSchemaRaw, SecurityScheme};
use paperclip::v2::schema::Apiv2Schema;
use scheduling_app::permissions::{Action, Operation, in_scope};
use scheduling_app::{Actor, App};
use scheduling_domain::origin::Origin;
use scheduling_domain::scope::Scope;

use crate::http::{Bearer, Code, Context, Problem, Result, asked_action, by_address};

/// The most that is kept of what a client calls itself.
const MAX_USER_AGENT_CHARS: usize = 255;

/// The authenticated caller, and the application they call. [`Data<App>`] is among the application's data.
///
/// A key that lacks the scope for what the request asks is refused here, before anything is read or looked up.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// What use cases work with.
    pub(super) app: App,
    /// Who asks.
    pub(super) actor: Actor,
}

/// The application without a caller, for the few operations that come before one is known.
#[derive(Debug, Clone)]
pub(super) struct Anonymous {
    /// What use cases work with.
    pub(super) app: App,
    /// Where somebody asks from.
    pub(super) origin: Origin,
    /// What asks, in its own words.
    pub(super) user_agent: Option<String>,
}

fn app(request: &HttpRequest) -> Result<App> {
    let app = request.app_data::<Data<App>>().ok_or_else(|| Problem::internal("there is no application here"))?;
    Ok(app.get_ref().clone())
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bearer = Bearer::from_request(request, payload);
        let app = app(request);
        let action = asked_action(request);
        Box::pin(async move {
            let Bearer(actor) = bearer.await?;
            admit(&actor, action.ok_or_else(|| Problem::internal("the table of permissions lacks this action"))?)?;
            Ok(Self { app: app?, actor })
        })
    }
}

/// Refuses what a key's scopes do not cover, and to whoever has to set up a second factor everything but that.
fn admit(actor: &Actor, action: &Action) -> Result<()> {
    if actor.is_enrolling && !matches!(action.operation, Operation::OwnSession | Operation::OwnSecondFactor) {
        return Err(Code::SecondFactorMissing.into());
    }
    if in_scope(actor, action.operation) {
        return Ok(());
    }
    Err(match action.operation.scope().map(Scope::as_str) {
        Some(scope) => Problem::new(Code::InsufficientScope).arg("scope", scope).member("scope", scope),
        None => Code::Forbidden.into(),
    })
}

impl Apiv2Schema for Caller {
    fn name() -> Option<String> {
        Bearer::name()
    }
    fn security_scheme() -> Option<SecurityScheme> {
        Bearer::security_scheme()
    }
}

impl OperationModifier for Caller {
    fn update_definitions(_: &mut BTreeMap<String, DefaultSchemaRaw>) {}
}

impl FromRequest for Anonymous {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (app, request) = (app(request), request.clone());
        Box::pin(async move {
            // Whatever the request carries beside, it does not say who asks.
            by_address(&request).await?;
            Ok(Self { app: app?, origin: Context::of(&request).origin(), user_agent: user_agent(&request) })
        })
    }
}

/// What a client calls itself, as far as it is worth keeping.
fn user_agent(request: &HttpRequest) -> Option<String> {
    let text = request.headers().get(USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(MAX_USER_AGENT_CHARS).collect())
}

impl Apiv2Schema for Anonymous {}

impl OperationModifier for Anonymous {}
