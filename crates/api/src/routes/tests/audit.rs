//! What was done: that every operation leaves it behind, and how administrators look at it.

use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, IF_MATCH};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use scheduling_app::optimizations::{Pace, Worker};
use scheduling_domain::audit::{AuditEvent, AuditFilter};
use scheduling_domain::origin::Origin;
use serde_json::{Value, json};

use super::schedule::{account, week};
use super::{Client, PASSWORD, Server, authorized};
use crate::http::{application, document};
use crate::routes::routes;

const AUDIT: &str = "/api/audit/";

/// Operations that change nothing of an organization's, or whose event is shown elsewhere, with the reason.
const WITHOUT_EVENT: &[(&str, &str)] = &[
    ("POST /api/auth/refresh", "goes on with a sign-in, which is an event"),
    ("DELETE /api/auth/session", "takes a cookie, and signs out as POST /api/auth/logout does"),
    ("POST /api/auth/totp", "changes nothing before it is confirmed, which is an event"),
    ("POST /api/auth/totp/confirm", "takes a code: the use case's own test shows its event"),
    ("POST /api/auth/totp/recovery-codes", "takes a code: the use case's own test shows its event"),
    ("DELETE /api/auth/totp", "takes a code: the use case's own test shows its event"),
    ("POST /api/auth/password-reset", "asks for a mail; what is done with it is an event"),
    ("POST /api/auth/password", "takes a token from a mail: the use case's own test shows its event"),
    ("POST /api/users/{id}/invitation", "takes a mail server: the use case's own test shows its event"),
];

/// One request of each operation that changes something, in an order in which they succeed after [`week`].
fn requests() -> Vec<(&'static str, &'static str, Value)> {
    let shift = json!({
        "schedule_id": 1, "label": "X", "position_id": 1, "on": "2026-01-07", "starts": "08:00", "ends": "16:00",
    });
    let template =
        json!({ "code": "N", "name": "N", "site_id": 1, "position_id": 1, "starts": "22:00", "ends": "06:00" });
    let demand = json!({ "team_id": 1, "template_id": 2, "valid_from": "2026-01-05", "heads": { "target": 1 } });
    let employee = json!({ "number": "E3", "full_name": "Eve", "team_id": 1, "hired_on": "2025-01-01" });
    let user = json!({ "username": "eve", "email": "eve@example.com", "password": PASSWORD });
    let key = json!({ "name": "K", "scopes": ["schedules:read"], "expires_at": "2026-06-30T00:00:00Z" });
    vec![
        ("POST", "/api/auth/login", json!({ "identifier": "admin", "password": PASSWORD })),
        ("POST", "/api/auth/session", json!({ "identifier": "admin", "password": PASSWORD })),
        ("DELETE", "/api/auth/sessions/2", Value::Null),
        ("DELETE", "/api/users/1/sessions/3", Value::Null),
        ("POST", "/api/users", user),
        ("PATCH", "/api/users/2", json!({ "full_name": "Eve" })),
        ("DELETE", "/api/users/2/totp", Value::Null),
        ("DELETE", "/api/users/2/sessions", Value::Null),
        ("POST", "/api/api-keys", key),
        ("DELETE", "/api/api-keys/1", Value::Null),
        ("POST", "/api/skills", json!({ "name": "ICU" })),
        ("PATCH", "/api/skills/1", json!({ "name": "Intensive care" })),
        ("POST", "/api/employees", employee),
        ("PATCH", "/api/employees/3", json!({ "full_name": "Eva" })),
        ("POST", "/api/employees/3/skills", json!({ "skill_id": 1, "valid_from": "2025-01-01" })),
        ("PATCH", "/api/employees/3/skills/1", json!({ "valid_from": "2025-01-02" })),
        ("DELETE", "/api/employees/3/skills/1", Value::Null),
        ("POST", "/api/employees/3/contracts", json!({ "starts_on": "2025-01-01" })),
        ("PATCH", "/api/employees/3/contracts/1", json!({ "max_weekly_minutes": 2400 })),
        ("DELETE", "/api/employees/3/contracts/1", Value::Null),
        ("POST", "/api/employees/3/availability", json!({ "kind": "unavailable", "valid_from": "2026-01-05" })),
        ("PATCH", "/api/employees/3/availability/1", json!({ "note": "away" })),
        ("DELETE", "/api/employees/3/availability/1", Value::Null),
        ("DELETE", "/api/employees/3", Value::Null),
        ("DELETE", "/api/skills/1", Value::Null),
        ("POST", "/api/sites", json!({ "name": "Berlin", "time_zone": "Europe/Berlin" })),
        ("PATCH", "/api/sites/2", json!({ "name": "Berlin-Mitte" })),
        ("DELETE", "/api/sites/2", Value::Null),
        ("POST", "/api/positions", json!({ "name": "Cook" })),
        ("PATCH", "/api/positions/2", json!({ "name": "Chef" })),
        ("DELETE", "/api/positions/2", Value::Null),
        ("POST", "/api/rule-sets", json!({ "name": "S" })),
        ("PATCH", "/api/rule-sets/2", json!({ "name": "T" })),
        ("DELETE", "/api/rule-sets/2", Value::Null),
        ("POST", "/api/shift-templates", template),
        ("PATCH", "/api/shift-templates/2", json!({ "name": "Night" })),
        ("POST", "/api/demands", demand),
        ("PATCH", "/api/demands/2", json!({ "weekdays": ["sat"] })),
        ("DELETE", "/api/demands/2", Value::Null),
        ("DELETE", "/api/shift-templates/2", Value::Null),
        ("POST", "/api/teams", json!({ "name": "C", "site_id": 1 })),
        ("PATCH", "/api/teams/3", json!({ "name": "D" })),
        ("DELETE", "/api/teams/3", Value::Null),
        ("POST", "/api/schedules", json!({ "team_id": 2, "starts_on": "2026-01-05", "ends_on": "2026-01-11" })),
        ("PATCH", "/api/schedules/2", json!({ "note": "draft" })),
        ("DELETE", "/api/schedules/2", Value::Null),
        ("POST", "/api/shifts", shift),
        ("PATCH", "/api/shifts/1", json!({ "label": "Y" })),
        ("DELETE", "/api/shifts/1", Value::Null),
        ("POST", "/api/schedules/1/generate", Value::Null),
        ("POST", "/api/shifts/2/assignments", json!({ "employee_id": 1 })),
        ("PATCH", "/api/assignments/1", json!({ "pinned": true })),
        ("DELETE", "/api/assignments/1", Value::Null),
        ("POST", "/api/optimizations", json!({ "schedule_id": 1, "max_seconds": 1 })),
        ("POST", "/api/optimizations/1/cancel", Value::Null),
        ("POST", "/api/optimizations", json!({ "schedule_id": 1, "max_seconds": 30, "max_steps": 1000 })),
        ("POST", "/api/optimizations/2/apply", Value::Null),
        ("POST", "/api/schedules/1/publish", Value::Null),
        ("POST", "/api/instance/profile?seconds=1", Value::Null),
        ("POST", "/api/auth/logout", json!({})),
    ]
}

/// The operations of the document that may change something, such as `POST /api/sites`.
fn changing_operations() -> BTreeSet<String> {
    let document = document(routes);
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys();
            methods
                .filter(|method| ["post", "put", "patch", "delete"].contains(&method.as_str()))
                .map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

/// The operation that a request is one of: where the document has a parameter, the request has a number.
fn operation(method: &str, uri: &str) -> String {
    let known = changing_operations();
    let shape = |path: &str| {
        let parts =
            path.split('/').map(|part| if part.starts_with('{') || part.parse::<u64>().is_ok() { "*" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let path = uri.split('?').next().unwrap_or(uri);
    let wanted = format!("{method} {}", shape(path));
    known.into_iter().find(|known| shape(known) == wanted).unwrap_or(wanted)
}

async fn count(server: &Server) -> i64 {
    let organization = server.app.store.organizations().await.unwrap()[0].id;
    server.app.store.audit().head(organization).await.unwrap().sequence
}

#[actix_web::test]
async fn every_operation_that_changes_something_leaves_an_event() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    let token = admin.token.as_deref();
    let mut seen = BTreeSet::new();
    for (method, uri, body) in requests() {
        if uri.ends_with("/apply") {
            run_optimizer(&server, &admin).await;
        }
        let mut request = TestRequest::with_uri(uri).method(Method::from_bytes(method.as_bytes()).unwrap());
        if method != "POST" {
            let current = server.send(authorized(TestRequest::get().uri(uri), token)).await;
            if let Some(version) = current.headers.get("etag").and_then(Value::as_str) {
                request = request.insert_header((IF_MATCH, version));
            }
        }
        if method != "DELETE" {
            request = request.set_json(body);
        }
        let before = count(&server).await;
        let answer = server.send(authorized(request, token)).await;
        assert!(answer.status < 300, "{method} {uri}: {:#}", answer.body);
        assert_eq!(count(&server).await, before + 1, "{method} {uri} leaves one event");
        seen.insert(operation(method, uri));
    }
    seen.extend(WITHOUT_EVENT.iter().map(|(operation, _)| (*operation).to_owned()));
    let missing: Vec<_> = changing_operations().difference(&seen).cloned().collect();
    assert!(missing.is_empty(), "add requests for {missing:?}, or say why they leave no event");
}

async fn run_optimizer(server: &Server, admin: &Client<'_>) {
    let worker = Worker::start(server.app.clone(), Pace::default());
    let ended = async {
        while admin.get("/api/optimizations/2").await.expect(200).data()["finished_at"] == Value::Null {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), ended).await.unwrap();
    worker.stop().await;
}

#[actix_web::test]
async fn administrators_see_what_was_done_and_nobody_else_does() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let site = json!({ "name": "上海", "time_zone": "Asia/Shanghai" });
    admin.create("/api/sites/", site).await;
    let made = admin.get("/api/audit/?operation=site.create").await.expect(200);
    insta::assert_json_snapshot!("event", made.seen(), { ".body.data[].hash" => "[hash]" });

    account(&admin, "boss", "manager", json!([])).await;
    account(&admin, "ada", "employee", json!([])).await;
    for name in ["boss", "ada"] {
        let client = server.sign_in(name).await;
        assert_eq!(client.get(AUDIT).await.status, 403);
        assert_eq!(client.get("/api/audit/?format=csv").await.status, 403);
    }
    assert_eq!(server.anonymous().get(AUDIT).await.status, 401);
}

#[actix_web::test]
async fn what_was_done_is_narrowed_and_paged() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for name in ["A", "B", "C"] {
        admin.create("/api/skills/", json!({ "name": name })).await;
    }
    let total = async |query: &str| {
        let answer = admin.get(&format!("{AUDIT}?{query}")).await.expect(200);
        answer.body["pagination"]["total"].as_i64().unwrap()
    };
    // Making the administrator, their sign-in, three skills.
    assert_eq!(total("").await, 5);
    assert_eq!(total("object_kind=skill").await, 3);
    assert_eq!(total("object_kind=skill&object_id=2").await, 1);
    assert_eq!(total("user_id=1").await, 4);
    assert_eq!(total("operation=auth.sign_in").await, 1);
    assert_eq!(total("request_id=test-1").await, 4);
    assert_eq!(total("from=2026-01-05T00:00:00Z&to=2026-01-05T00:00:01Z").await, 5);
    assert_eq!(total("to=2026-01-05T00:00:00Z").await, 0);
    let page = admin.get("/api/audit/?per_page=2&page=2").await.expect(200);
    let sequences: Vec<_> = page.data().as_array().unwrap().iter().map(|event| event["sequence"].clone()).collect();
    assert_eq!(sequences, [3, 2]);
    assert!(page.headers["link"].as_str().unwrap().contains("rel=\"next\""));
    assert_eq!(admin.get("/api/audit/?colour=red").await.refusal(), (422, "invalid_request", vec!["colour"]));
}

#[actix_web::test]
async fn all_of_it_comes_as_csv_and_that_is_seen() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let organization = server.app.store.organizations().await.unwrap()[0].id;
    let mut uow = server.app.store.begin(organization).await.unwrap();
    for _ in 0..600 {
        uow.audit().record(AuditEvent::new(server.app.now(), None, &Origin::COMMAND_LINE, "skill.create", "skill"));
    }
    uow.commit().await.unwrap();
    let service = application(server.shared.clone(), routes).app_data(Data::new(server.app.clone()));
    let service = init_service(service).await;
    let token = format!("Bearer {}", admin.token.as_deref().unwrap());
    let request = TestRequest::get().uri("/api/audit/?object_kind=skill");
    let request = request.insert_header(("authorization", token)).insert_header((ACCEPT, "text/csv"));
    let response = call_service(&service, request.to_request()).await;
    let header = |name: &str| response.headers().get(name).unwrap().to_str().unwrap();
    assert_eq!(header("content-disposition"), "attachment; filename=\"audit.csv\"");
    assert!(header("content-type").starts_with("text/csv"));
    let text = String::from_utf8(read_body(response).await.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 601);
    assert!(text.starts_with("\"sequence\",\"at\",\"user_id\""), "{text}");
    assert!(text.lines().nth(1).unwrap().starts_with("\"3\",\"2026-01-05T00:00:00Z\",\"\",\"command_line\""));
    let seen = admin.get("/api/audit/?operation=audit.export").await.expect(200);
    assert_eq!(seen.data()[0]["after"]["object_kind"], "skill");
    assert_eq!(seen.body["pagination"]["total"], 1);
    let all = server.app.store.audit().list_after(organization, &AuditFilter::default(), 0, 10_000).await.unwrap();
    assert_eq!(all.len(), 603);
}
