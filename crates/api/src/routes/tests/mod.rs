//! The routes as clients meet them, over use cases and an embedded store of their own.

mod accounts;
mod api_keys;
mod audit;
mod document;
mod foreign_ids;
mod instance;
mod metrics;
mod optimization;
mod people;
mod permissions;
mod reference;
mod schedule;
mod second_factor;
mod session;
mod shift;
mod site;

use std::cell::OnceCell;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;
use scheduling_app::auth::{DerivedKeys, Password, PasswordHasher, Throttle, TokenKeys};
use scheduling_app::caching::Caching;
use scheduling_app::optimizations::Wake;
use scheduling_app::second_factor::RequiredOf;
use scheduling_app::users::{NewUser, create_administrator};
use scheduling_app::{ActiveAccounts, App, Limits};
use scheduling_domain::organization::DEFAULT_SLUG;
use scheduling_domain::ports::{Clock, NoMetrics, SessionStore, Store};
use scheduling_domain::scope::Scope;
use scheduling_domain::user::{Role, User};
use scheduling_memory::MemoryPresence;
use scheduling_memory::MemoryThrottle;
use scheduling_sqlite::SqliteStore;
use serde_json::{Map, Value, json};

use super::routes;
use crate::http::{Document, Health, RateLimits, RequestMetrics, SessionCookie, Shared, TrustedProxies, application};

/// The password of everybody here.
const PASSWORD: &str = "correct horse battery";

/// A server with one administrator, `admin`. What is changed about it is changed before it is asked anything.
struct Server {
    app: App,
    shared: Shared,
    sender: OnceCell<Sender>,
}

/// What answers requests.
type Sender = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Answer>>;

/// Somebody who sends requests to a server.
struct Client<'a> {
    server: &'a Server,
    token: Option<String>,
}

/// What came back.
struct Answer {
    status: u16,
    headers: Map<String, Value>,
    body: Value,
}

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        "2026-01-05T00:00:00Z".parse().unwrap()
    }
}

struct Uncounted;

impl RequestMetrics for Uncounted {
    fn answered(&self, _: &str, _: &str, _: u16, _: Duration) {}
    fn render(&self) -> String {
        String::new()
    }
}

impl Server {
    async fn start() -> Self {
        Self::on(SqliteStore::in_memory().await.unwrap()).await
    }

    async fn on<S: Store + SessionStore + Clone + 'static>(store: S) -> Self {
        let organization = store.create_organization(DEFAULT_SLUG, "Default").await.unwrap();
        let app = App {
            store: Arc::new(store.clone()),
            caching: Caching::off(),
            sessions: Arc::new(store),
            active: Arc::new(ActiveAccounts::new(Arc::new(MemoryPresence::new()))),
            clock: Arc::new(FixedClock),
            tokens: Arc::new(TokenKeys::try_new(&[7; 32]).unwrap()),
            passwords: PasswordHasher::try_new(NonZeroUsize::MIN).unwrap(),
            keys: Arc::new(DerivedKeys::try_new(&[7; 32]).unwrap()),
            post: None,
            second_factor_required_of: RequiredOf::Nobody,
            throttle: Throttle::new(Arc::new(MemoryThrottle::new()), Arc::new(MemoryThrottle::new())),
            metrics: Arc::new(NoMetrics),
            wake: Wake::default(),
            limits: Limits::default(),
        };
        create_administrator(&app, organization.id, &administrator("admin")).await.unwrap();
        let shared = Shared {
            authenticator: Arc::new(app.clone()),
            metrics: Arc::new(Uncounted),
            shows_metrics: true,
            trusted_proxies: TrustedProxies::default(),
            rate_limits: RateLimits::default(),
            session_cookie: SessionCookie::new(false),
            health: Arc::new(Health::default()),
            document: Arc::new(Document::new(&Value::Null)),
        };
        Self::of(app, shared)
    }

    fn of(app: App, shared: Shared) -> Self {
        Self { app, shared, sender: OnceCell::new() }
    }

    /// From here on it knows for a moment who has asked, as it does in operation.
    fn know_callers(&mut self) {
        self.app.caching = Caching::new(None, Arc::new(NoMetrics));
        self.app.store = self.app.caching.store(self.app.store.clone(), self.app.clock.clone());
        self.shared.authenticator = Arc::new(self.app.clone());
        self.sender = OnceCell::new();
    }

    async fn send(&self, request: TestRequest) -> Answer {
        if self.sender.get().is_none() {
            let service = application(self.shared.clone(), routes).app_data(Data::new(self.app.clone()));
            let service = Rc::new(init_service(service).await);
            let sender = move |request: TestRequest| {
                let service = Rc::clone(&service);
                async move { Answer::of(call_service(service.as_ref(), request.to_request()).await).await }
                    .boxed_local()
            };
            // Nobody else had a turn in between: requests come one after the other.
            drop(self.sender.set(Rc::new(sender)));
        }
        let sender = self.sender.get().expect("it has just been made");
        sender(request.insert_header(("x-request-id", "test-1")).insert_header((header::ACCEPT_LANGUAGE, "en"))).await
    }

    fn anonymous(&self) -> Client<'_> {
        Client { server: self, token: None }
    }

    async fn sign_in(&self, identifier: &str) -> Client<'_> {
        let login = json!({ "identifier": identifier, "password": PASSWORD });
        let answer = self.anonymous().post("/api/auth/login", login).await.expect(200);
        Client { server: self, token: answer.body["data"]["access_token"].as_str().map(str::to_owned) }
    }

    /// Signs in to another organization than the default one.
    async fn sign_in_to(&self, organization: &str, identifier: &str) -> Client<'_> {
        let login = json!({ "identifier": identifier, "password": PASSWORD });
        let request = TestRequest::post().uri("/api/auth/login").insert_header(("x-organization", organization));
        let answer = self.anonymous().send(request.set_json(login)).await.expect(200);
        Client { server: self, token: answer.body["data"]["access_token"].as_str().map(str::to_owned) }
    }

    async fn admin(&self) -> Client<'_> {
        self.sign_in("admin").await
    }
}

/// The request with the token of whoever sends it.
fn authorized(request: TestRequest, token: Option<&str>) -> TestRequest {
    match token {
        Some(token) => request.insert_header((header::AUTHORIZATION, format!("Bearer {token}"))),
        None => request,
    }
}

/// An administrator called `username`.
fn administrator(username: &str) -> NewUser {
    let user = User {
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        full_name: String::new(),
        role: Role::Admin,
        team_ids: Vec::new(),
        is_active: true,
    };
    NewUser { user, password: Password::new(PASSWORD) }
}

impl Client<'_> {
    async fn send(&self, request: TestRequest) -> Answer {
        self.server.send(authorized(request, self.token.as_deref())).await
    }

    /// Somebody who sends a new key of this one's.
    async fn key(&self, scopes: &[Scope]) -> Self {
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let new = json!({ "name": "Key", "scopes": scopes, "expires_at": "2026-06-30T00:00:00Z" });
        let issued = self.post("/api/api-keys/", new).await.expect(201);
        Self { server: self.server, token: issued.data()["secret"].as_str().map(str::to_owned) }
    }

    async fn get(&self, uri: &str) -> Answer {
        self.send(TestRequest::get().uri(uri)).await
    }

    async fn post(&self, uri: &str, body: Value) -> Answer {
        self.send(TestRequest::post().uri(uri).set_json(body)).await
    }

    async fn patch(&self, uri: &str, body: Value) -> Answer {
        self.send(TestRequest::patch().uri(uri).set_json(body)).await
    }

    async fn delete(&self, uri: &str) -> Answer {
        self.send(TestRequest::delete().uri(uri)).await
    }

    /// Creates something and answers its id.
    async fn create(&self, uri: &str, body: Value) -> i64 {
        self.post(uri, body).await.expect(201).data()["id"].as_i64().unwrap()
    }
}

impl Answer {
    async fn of<B: MessageBody>(response: ServiceResponse<B>) -> Self {
        let text = |value: &header::HeaderValue| Value::from(value.to_str().unwrap());
        let mut headers = Map::new();
        for (name, value) in response.headers() {
            // Of a header that is there more than once, the first.
            headers.entry(name.to_string()).or_insert_with(|| text(value));
        }
        let status = response.status().as_u16();
        let body = serde_json::from_slice(&read_body(response).await).unwrap_or(Value::Null);
        Self { status, headers, body }
    }

    fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// The code of a refusal, and where its faults are.
    fn refusal(&self) -> (u16, &str, Vec<&str>) {
        let faults = self.body["errors"].as_array().into_iter().flatten();
        let places = faults.filter_map(|fault| fault["pointer"].as_str().or(fault["parameter"].as_str())).collect();
        (self.status, self.body["code"].as_str().unwrap_or_default(), places)
    }

    /// Status, the headers of interest and the body, without the time of day.
    fn seen(mut self) -> Value {
        if let Some(time) = self.body.get_mut("timestamp") {
            time.as_str().unwrap().parse::<Timestamp>().unwrap();
            *time = "[time]".into();
        }
        let interesting = ["allow", "etag", "idempotency-replayed", "link", "location", "www-authenticate"];
        self.headers.retain(|name, _| interesting.contains(&name.as_str()));
        json!({ "status": self.status, "headers": self.headers, "body": self.body })
    }
}
