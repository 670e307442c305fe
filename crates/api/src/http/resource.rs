//! One address and the methods it answers.

use actix_web::dev::{AppService, Handler, HttpServiceFactory};
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use paperclip::actix::{Mountable, web};
use paperclip::v2::models::{DefaultOperationRaw, DefaultSchemaRaw, HttpMethod, SecurityScheme};
use paperclip::v2::schema::Apiv2Operation;
use scheduling_app::permissions::{Action, action};
use std::collections::BTreeMap;

use super::code::Code;
use super::problem::Problem;

/// The documented path of the resource that answers a request; metrics and logs name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern(pub(super) &'static str);

/// What a resource's methods do, as the table of permissions knows it.
#[derive(Clone)]
struct Actions(Vec<(&'static str, &'static Action)>);

/// What a request asks for, as the table of permissions knows it.
pub fn asked_action(request: &HttpRequest) -> Option<&'static Action> {
    let Actions(actions) = request.app_data()?;
    let method = request.method().as_str();
    actions.iter().find_map(|(known, action)| (*known == method).then_some(*action))
}

/// Starts a resource at its documented path, such as `/api/users/` or `/api/users/{id}`.
///
/// It answers with and without the slash at the end.
pub fn resource(path: &'static str) -> Resource {
    Resource {
        path,
        methods: Vec::new(),
        actions: Vec::new(),
        inner: web::resource(routed(path)).app_data(Pattern(path)),
    }
}

/// The form of a path that the router knows: no slash at the end. [`edge`](super::edge::edge) brings requests into it.
pub(super) fn routed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    }
}

/// An address under construction.
pub struct Resource {
    path: &'static str,
    methods: Vec<&'static str>,
    actions: Vec<(&'static str, &'static Action)>,
    inner: web::Resource,
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name<F, Args>(mut self, handler: F) -> Self
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
            F::Future: Apiv2Operation,
        {
            self.methods.push($text);
            self.note::<F::Future>(&[$text]);
            self.inner = self.inner.route(web::$name().to(handler));
            self
        }
    )+};
}

impl Resource {
    /// Answers `GET`, and `HEAD` with the same headers.
    #[must_use]
    pub fn get<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
        F::Future: Apiv2Operation,
    {
        self.methods.extend(["GET", "HEAD"]);
        self.note::<F::Future>(&["GET", "HEAD"]);
        self.inner = self.inner.route(web::get().to(handler.clone())).route(web::head().to(handler));
        self
    }

    /// Notes what methods do by the name that the document gives it.
    fn note<O: Apiv2Operation>(&mut self, methods: &[&'static str]) {
        if let Some(action) = O::operation().operation_id.as_deref().and_then(action) {
            self.actions.extend(methods.iter().map(|method| (*method, action)));
        }
    }

    methods! {
        /// Answers `POST`.
        post = "POST";
        /// Answers `PUT`.
        put = "PUT";
        /// Answers `PATCH`.
        patch = "PATCH";
        /// Answers `DELETE`.
        delete = "DELETE";
    }
}

impl Mountable for Resource {
    fn path(&self) -> &str {
        self.path
    }

    fn operations(&mut self) -> BTreeMap<HttpMethod, DefaultOperationRaw> {
        let mut operations = self.inner.operations();
        // Every GET has a HEAD; saying so for each would only lengthen the document.
        operations.remove(&HttpMethod::Head);
        operations
    }

    fn definitions(&mut self) -> BTreeMap<String, DefaultSchemaRaw> {
        self.inner.definitions()
    }

    fn security_definitions(&mut self) -> BTreeMap<String, SecurityScheme> {
        self.inner.security_definitions()
    }
}

impl HttpServiceFactory for Resource {
    fn register(self, config: &mut AppService) {
        let inner = self.inner.app_data(Actions(self.actions));
        inner.default_service(refuse(self.methods.join(", "))).register(config);
    }
}

/// Answers the methods that a resource does not have.
fn refuse(allowed: String) -> actix_web::Route {
    actix_web::web::to(move |request: HttpRequest| {
        let problem = Problem::new(Code::MethodNotAllowed)
            .arg("method", request.method())
            .arg("allowed", &allowed)
            .header(header::ALLOW, allowed.as_str());
        async { Err::<HttpResponse, Problem>(problem) }
    })
}

/// Registers a page that is not part of the API: `GET` and `HEAD` at `path`.
pub(super) fn undocumented<F, Args>(config: &mut actix_web::web::ServiceConfig, path: &'static str, handler: F)
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let page = actix_web::web::resource(routed(path))
        .app_data(Pattern(path))
        .route(actix_web::web::get().to(handler.clone()))
        .route(actix_web::web::head().to(handler))
        .default_service(refuse("GET, HEAD".to_owned()));
    config.service(page);
}
