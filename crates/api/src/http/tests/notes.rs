//! Notes: a small resource that has everything the framework offers, and how the tests ask for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::test::{TestRequest, init_service, read_body};
use async_trait::async_trait;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::auth::Credential;
use scheduling_app::{Actor, Settled};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{OrganizationId, SiteId, TypedId, UserId};
use scheduling_domain::origin::Origin;
use scheduling_domain::page::Page;
use scheduling_domain::record::Version;
use scheduling_domain::user::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::*;

/// Knows one token.
pub(super) struct Tokens;

#[async_trait]
impl Authenticator for Tokens {
    fn is_csrf_token(&self, _: &str, token: &str) -> bool {
        token == "good"
    }

    async fn authenticate(&self, credential: &Credential, origin: Origin) -> Result<Actor> {
        let (Credential::Bearer(token) | Credential::Cookie(token)) = credential;
        if token != "good" {
            return Err(Code::NotAuthenticated.into());
        }
        Ok(Actor {
            organization: OrganizationId::try_new(1).map_err(Problem::internal)?,
            user_id: UserId::try_new(7).map_err(Problem::internal)?,
            role: Role::Admin,
            team_ids: Vec::new(),
            is_enrolling: false,
            origin,
            scopes: None,
        })
    }
}

/// A note.
#[derive(Debug, Serialize, JsonSchema)]
struct NoteView {
    /// Its identity.
    id: i64,
    /// What it says.
    text: String,
    /// When it is due.
    due_on: Option<jiff::civil::Date>,
}

/// How a note is ordered.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Urgency {
    /// At once.
    High,
    /// Some day.
    Low,
}

/// When to remind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Reminder {
    /// Once.
    Once {
        /// When.
        at: jiff::Timestamp,
    },
    /// Again and again.
    Every {
        /// How many days lie between.
        #[schemars(range(min = 1, max = 30))]
        days: u8,
    },
}

/// A new note.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateNoteBody {
    /// What it says.
    #[schemars(length(min = 1, max = 10))]
    text: String,
    /// When it is due.
    due_on: Option<jiff::civil::Date>,
    /// How urgent it is.
    urgency: Urgency,
    /// Words to find it by.
    #[serde(default)]
    #[schemars(length(max = 3))]
    labels: Vec<String>,
    /// When to remind.
    reminder: Option<Reminder>,
}

/// Which notes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NoteFilter {
    /// Words in it.
    #[schemars(length(max = 20))]
    search: Option<String>,
    /// Only those that are done, or are not.
    done: Option<bool>,
}

fn view(id: i64, text: &str) -> NoteView {
    NoteView { id, text: text.to_owned(), due_on: None }
}

/// List notes
#[api_v2_operation(tags(sites), operation_id = "listNotes")]
async fn list(_who: Bearer, query: Paged<NoteFilter>) -> Result<Listed<NoteView>> {
    let text = query.filter.search.unwrap_or_else(|| "a".to_owned());
    let done = query.filter.done.unwrap_or_default();
    let page = Page { items: vec![view(1, &text)], total: if done { 0 } else { 45 }, request: query.page };
    Ok(Listed(page))
}

/// Create a note
///
/// It is kept.
#[api_v2_operation(tags(sites), operation_id = "createNote")]
async fn create(who: Bearer, key: Idempotent, body: JsonBody<CreateNoteBody>) -> Result<Created<NoteView>> {
    let JsonBody(body) = body;
    let key = key.of(who.0.user_id).map(|key| key.key).unwrap_or_default();
    assert!(body.text != "panic", "on purpose");
    if body.text == "broken" {
        return Err(Problem::internal("the disk is on fire"));
    }
    let mut faults = Faults::new();
    faults.require(body.text != "x", || Fault::new("/text", "taken"));
    let _ = (body.due_on, body.urgency, body.labels.len());
    match body.reminder {
        Some(Reminder::Once { at }) => {
            faults.require(at > jiff::Timestamp::UNIX_EPOCH, || Fault::new("/reminder/at", "invalid"));
        }
        Some(Reminder::Every { days }) => faults.require(days > 0, || Fault::new("/reminder/days", "invalid")),
        None => {}
    }
    faults.into_result(())?;
    let answer = |text: &String| Created::new(view(2, text)).version(Version::FIRST).location("/api/notes/2");
    let settled = if key == "again" { Settled::Replayed(answer(&key).stored()) } else { Settled::Fresh(body.text) };
    Created::settled(settled, answer)
}

/// Show a note
#[api_v2_operation(tags(sites), operation_id = "showNote")]
async fn show(id: Id<SiteId>) -> Result<Body<NoteView>> {
    if id.0.get() == 404 {
        return Err(Code::NotFound.into());
    }
    Ok(Body::new(view(id.0.get(), "a")).version(Version(3)))
}

/// Delete a note
#[api_v2_operation(tags(sites), operation_id = "deleteNote")]
async fn delete(_id: Id<SiteId>, seen: IfMatch) -> Result<NoContent> {
    if seen.0 == Version(3) { Ok(NoContent) } else { Err(Code::Stale.into()) }
}

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(resource("/api/notes/").get(list).post(create));
    config.service(resource("/api/notes/{id}").get(show).delete(delete));
}

#[derive(Default)]
pub(super) struct Counted(Mutex<Vec<String>>);

impl RequestMetrics for Counted {
    fn answered(&self, method: &str, endpoint: &str, status: u16, _took: Duration) {
        self.0.lock().unwrap().push(format!("{method} {endpoint} {status}"));
    }
    fn render(&self) -> String {
        self.0.lock().unwrap().join("\n")
    }
}

pub(super) fn shared(metrics: Arc<Counted>) -> Shared {
    Shared {
        authenticator: Arc::new(Tokens),
        metrics,
        shows_metrics: true,
        trusted_proxies: TrustedProxies::default(),
        rate_limits: RateLimits::default(),
        session_cookie: SessionCookie::new(false),
        health: Arc::new(Health::default()),
        document: Arc::new(Document::new(&document(routes))),
    }
}

pub(super) async fn send_counted(request: TestRequest, metrics: Arc<Counted>) -> ServiceResponse {
    let app = init_service(application(shared(metrics), routes)).await;
    let request = request.insert_header(("x-request-id", "test-1")).to_request();
    match actix_web::dev::Service::call(&app, request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => {
            let request = TestRequest::default().to_http_request();
            ServiceResponse::new(request, error.error_response())
        }
    }
}

pub(super) async fn send(request: TestRequest) -> ServiceResponse {
    send_counted(request, Arc::default()).await
}

/// What every answer tells a browser, whatever it answers.
pub(super) const SECURITY_HEADERS: [&str; 6] = [
    "content-security-policy",
    "cross-origin-resource-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
];

/// Status, the headers that matter, and the body.
pub(super) async fn seen(request: TestRequest) -> Value {
    let response = send(request).await;
    let mut headers = serde_json::Map::new();
    for (name, value) in response.headers() {
        headers.insert(name.to_string(), value.to_str().unwrap().into());
    }
    for noise in [&SECURITY_HEADERS[..], &["vary"]].concat() {
        assert!(headers.remove(noise).is_some(), "{noise} is missing");
    }
    let status = response.status().as_u16();
    let body = read_body(response).await;
    let mut body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if let Some(time) = body.get_mut("timestamp") {
        time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        *time = "[time]".into();
    }
    json!({ "status": status, "headers": headers, "body": body })
}

pub(super) fn good(request: TestRequest) -> TestRequest {
    request.insert_header((header::AUTHORIZATION, "Bearer good")).insert_header((header::ACCEPT_LANGUAGE, "en"))
}

pub(super) fn post(body: Value) -> TestRequest {
    good(TestRequest::post().uri("/api/notes/")).set_json(body)
}

pub(super) fn get(uri: &str) -> TestRequest {
    good(TestRequest::get().uri(uri))
}
