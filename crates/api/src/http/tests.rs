//! The framework as a client sees it, on a small resource of its own.

mod notes;

use std::fmt::Write;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use actix_web::http::{ConnectionType, Method, StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service};
use async_trait::async_trait;
use insta::{assert_json_snapshot, assert_snapshot};
use scheduling_domain::ports::{RateKey, RateLimiter};
use scheduling_domain::rate::{RateGrant, RateQuota};
use serde_json::{Value, json};

use notes::*;

use super::*;

#[actix_web::test]
async fn a_page_has_the_envelope_and_links() {
    assert_json_snapshot!(seen(get("/api/notes/?page=2&search=b")).await);
}

#[actix_web::test]
async fn with_or_without_the_last_slash() {
    for uri in ["/api/notes", "/api/notes/", "/api/notes/3", "/api/notes/3/", "/api/notes/?page=1", "/api/notes?page=1"]
    {
        assert_eq!(send(get(uri)).await.status(), StatusCode::OK, "{uri}");
    }
}

#[actix_web::test]
async fn a_new_resource_has_a_location_and_a_version() {
    assert_json_snapshot!(seen(post(json!({ "text": "a", "urgency": "low" }))).await);
}

#[actix_web::test]
async fn a_repetition_says_so() {
    let request = post(json!({ "text": "a", "urgency": "low" })).insert_header(("idempotency-key", "again"));
    assert_json_snapshot!(seen(request).await);
}

#[actix_web::test]
async fn all_faults_of_a_body_are_told_at_once() {
    let body = json!({
        "text": "far too long", "due_on": "2026-02-30", "urgency": "soon", "labels": ["a", 2, "c", "d"],
        "reminder": { "kind": "every", "days": 31, "hours": 2 }, "colour": "red",
    });
    assert_json_snapshot!(seen(post(body)).await);
}

#[actix_web::test]
async fn faults_of_choices_point_at_the_choice() {
    let errors = async |body: Value| seen(post(body)).await["body"]["errors"].clone();
    assert_json_snapshot!([
        errors(json!({})).await,
        errors(json!([])).await,
        errors(json!({ "text": 1, "urgency": null, "due_on": 3 })).await,
        errors(json!({ "text": "a", "urgency": "low", "reminder": { "kind": "never" } })).await,
        errors(json!({ "text": "a", "urgency": "low", "reminder": { "kind": "once" } })).await,
        errors(json!({ "text": "a", "urgency": "low", "reminder": 5 })).await,
        errors(json!({ "text": "x", "urgency": "low" })).await,
    ]);
}

#[actix_web::test]
async fn chinese_is_the_default() {
    let request = TestRequest::post().uri("/api/notes/").insert_header((header::AUTHORIZATION, "Bearer good"));
    assert_json_snapshot!(seen(request.set_json(json!({ "text": "far too long" }))).await);
}

#[actix_web::test]
async fn unreadable_json_is_told_with_its_place() {
    let request = good(TestRequest::post().uri("/api/notes/"))
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .set_payload("{\n  \"text\": oops }");
    assert_json_snapshot!(seen(request).await);
}

#[actix_web::test]
async fn refusals_have_their_own_status_and_code() {
    let json_type = (header::CONTENT_TYPE, "application/json");
    let cases = [
        ("no media type", good(TestRequest::post().uri("/api/notes/")).set_payload("{}")),
        ("form", good(TestRequest::post().uri("/api/notes/")).set_form([("text", "a")])),
        (
            "too large",
            good(TestRequest::post().uri("/api/notes/"))
                .insert_header(json_type.clone())
                .set_payload(" ".repeat(BODY_LIMIT + 1)),
        ),
        (
            "too large with a key",
            good(TestRequest::post().uri("/api/notes/"))
                .insert_header(json_type)
                .insert_header(("idempotency-key", "k"))
                .set_payload(" ".repeat(BODY_LIMIT + 1)),
        ),
        ("bad key", post(json!({})).insert_header(("idempotency-key", ""))),
        ("no token", TestRequest::get().uri("/api/notes/")),
        ("bad token", TestRequest::get().uri("/api/notes/").insert_header((header::AUTHORIZATION, "Bearer bad"))),
        ("unknown id", get("/api/notes/404")),
        ("no id", get("/api/notes/abc")),
        ("zero", get("/api/notes/0")),
        ("unknown route", get("/api/nothing")),
        ("root", get("/")),
        ("wrong method", good(TestRequest::put().uri("/api/notes/3"))),
        ("wrong method on a page", good(TestRequest::post().uri("/health"))),
        ("no version", good(TestRequest::delete().uri("/api/notes/3"))),
        ("stale", good(TestRequest::delete().uri("/api/notes/3")).insert_header((header::IF_MATCH, "\"2\""))),
        ("weak", good(TestRequest::delete().uri("/api/notes/3")).insert_header((header::IF_MATCH, "W/\"3\""))),
        ("page zero", get("/api/notes/?page=0")),
        ("too many", get("/api/notes/?per_page=101")),
        ("panic", post(json!({ "text": "panic", "urgency": "low" }))),
        ("broken", post(json!({ "text": "broken", "urgency": "low" }))),
    ];
    let mut lines = String::new();
    for (name, request) in cases {
        let seen = seen(request).await;
        assert_eq!(seen["headers"]["content-type"], "application/problem+json", "{name}");
        assert_eq!(seen["headers"]["x-request-id"], "test-1", "{name}");
        assert_eq!(seen["body"]["status"], seen["status"], "{name}");
        assert_eq!(seen["body"]["success"], false, "{name}");
        let extra: Vec<_> =
            ["allow", "www-authenticate"].iter().filter_map(|header| seen["headers"][header].as_str()).collect();
        let (status, code, detail) = (&seen["status"], &seen["body"]["code"], &seen["body"]["detail"]);
        writeln!(lines, "{name}: {status} {code} {detail} {}", extra.join(" ")).unwrap();
    }
    assert_snapshot!(lines);
}

#[actix_web::test]
async fn faults_of_a_query_name_the_parameter() {
    let seen = seen(get("/api/notes/?page=x&per_page=500&colour=red&done=perhaps&search=a&search=b")).await;
    assert_json_snapshot!(seen["body"]["errors"]);
}

#[actix_web::test]
async fn the_right_version_passes() {
    let request = good(TestRequest::delete().uri("/api/notes/3")).insert_header((header::IF_MATCH, "\"3\""));
    assert_json_snapshot!(seen(request).await);
}

#[actix_web::test]
async fn head_answers_like_get() {
    let response = send(good(TestRequest::default().method(Method::HEAD).uri("/api/notes/3"))).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers().get(header::ETAG).unwrap(), "\"3\"");
}

#[actix_web::test]
async fn requests_are_counted_under_their_documented_path() {
    let metrics = Arc::<Counted>::default();
    for request in [
        get("/api/notes"),
        get("/api/notes/3"),
        get("/nowhere"),
        good(TestRequest::put().uri("/api/notes/3")),
        good(TestRequest::default().method(Method::from_bytes(b"BREW").unwrap()).uri("/api/notes/3")),
        post(json!({ "text": "panic", "urgency": "low" })),
        post(json!({})).insert_header(("idempotency-key", "")),
        TestRequest::get().uri("/health/live"),
    ] {
        send_counted(request, Arc::clone(&metrics)).await;
    }
    assert_snapshot!(metrics.render());
}

#[actix_web::test]
async fn pages_are_served_and_explained() {
    for (uri, kind) in [
        ("/api/docs/", "text/html; charset=utf-8"),
        ("/api/docs", "text/html; charset=utf-8"),
        ("/api/docs/swagger-ui.css", "text/css; charset=utf-8"),
        ("/api/docs/openapi.json", "application/json"),
        ("/problems/", "text/html; charset=utf-8"),
        ("/problems/stale", "text/html; charset=utf-8"),
        ("/health", "application/json"),
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8"),
    ] {
        let response = send(TestRequest::get().uri(uri)).await;
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
        assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), kind, "{uri}");
    }
    assert_eq!(send(TestRequest::get().uri("/api/docs/../Cargo.toml")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(send(TestRequest::get().uri("/problems/none")).await.status(), StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn every_answer_tells_browsers_to_trust_nothing_else() {
    for request in [
        get("/api/notes/"),
        get("/api/notes/404"),
        TestRequest::get().uri("/api/notes/"),
        post(json!({ "text": "panic", "urgency": "low" })),
        TestRequest::get().uri("/api/docs/"),
        TestRequest::get().uri("/problems/stale"),
        TestRequest::get().uri("/health"),
        TestRequest::get().uri("/metrics"),
    ] {
        let response = send(request).await;
        let said = |name: &str| response.headers().get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap();
        assert!(SECURITY_HEADERS.iter().all(|name| !said(name).is_empty()));
        assert_eq!(said("strict-transport-security"), "max-age=31536000; includeSubDomains");
        assert_eq!(said("x-content-type-options"), "nosniff");
        for directive in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(said("content-security-policy").contains(directive), "{directive}");
        }
        assert!(!response.headers().contains_key("access-control-allow-origin"));
    }
}

#[actix_web::test]
async fn only_what_was_built_in_is_served() {
    for uri in ["/.git/config", "/.env", "/api/docs/.git", "/api/docs/%2e%2e%2fCargo.toml", "/static/", "/api/"] {
        assert_eq!(send(TestRequest::get().uri(uri)).await.status(), StatusCode::NOT_FOUND, "{uri}");
    }
    for uri in ["/", "/api/notes/", "/api/docs/", "/health"] {
        let response = send(good(TestRequest::default().method(Method::TRACE).uri(uri))).await;
        assert!(matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED), "{uri}");
    }
}

#[actix_web::test]
async fn a_known_document_is_not_sent_again() {
    let first = send(TestRequest::get().uri("/api/docs/openapi.json")).await;
    let tag = first.headers().get(header::ETAG).unwrap().clone();
    let again =
        send(TestRequest::get().uri("/api/docs/openapi.json").insert_header((header::IF_NONE_MATCH, tag))).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[actix_web::test]
async fn a_service_that_stops_is_not_ready_and_lives() {
    let shared = shared(Arc::default());
    shared.health.drain();
    let app = init_service(application(shared.clone(), routes)).await;
    let ask = async |uri: &str| call_service(&app, TestRequest::get().uri(uri).to_request()).await.status();
    assert_eq!(ask("/health/ready").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask("/health/live").await, StatusCode::OK);
}

#[actix_web::test]
async fn nothing_is_in_flight_once_the_last_request_has_ended() {
    let health = Arc::new(Health::default());
    health.idle().await;
    let (first, second) = (Arc::clone(&health).begin(), Arc::clone(&health).begin());
    drop(first);
    let mut idle = std::pin::pin!(health.idle());
    tokio::select! {
        biased;
        () = &mut idle => panic!("one is in flight"),
        () = std::future::ready(()) => {}
    }
    drop(second);
    idle.await;
}

#[actix_web::test]
async fn a_service_that_stops_keeps_no_connection() {
    let shared = shared(Arc::default());
    let app = init_service(application(shared.clone(), routes)).await;
    let closes = async || {
        let response = call_service(&app, TestRequest::get().uri("/health/live").to_request()).await;
        response.response().head().connection_type() == ConnectionType::Close
    };
    assert!(!closes().await);
    shared.health.drain();
    assert!(closes().await);
}

#[test]
fn the_document_is_openapi_3_1() {
    let document = document(routes);
    assert_json_snapshot!(document["paths"]);
    assert_json_snapshot!(document["components"]["schemas"]["CreateNoteBody"]);
    assert_json_snapshot!(document["components"]["schemas"]["NoteViewPage"]);
}

/// Grants what it has, and says what is left; nothing is earned.
struct Few(Mutex<u32>);

#[async_trait]
impl RateLimiter for Few {
    async fn take(&self, _: &RateKey, quota: RateQuota) -> RateGrant {
        let mut left = self.0.lock().unwrap();
        let granted = u32::from(*left > 0);
        *left -= granted;
        RateGrant { granted, remaining: *left, earned_in: quota.interval() * (quota.burst.get() - *left) }
    }
}

#[actix_web::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let quota = |per_second| {
        let per_second = NonZeroU32::new(per_second).unwrap();
        Some(RateQuota { per_second, burst: per_second })
    };
    let rate_limits = RateLimits { limiter: Some(Arc::new(Few(Mutex::new(2)))), users: quota(3), addresses: quota(2) };
    let app = init_service(application(Shared { rate_limits, ..shared(Arc::default()) }, routes)).await;
    let ask = async |uri: &str, authorization: Option<&str>| {
        let mut request = TestRequest::get().uri(uri).peer_addr("192.0.2.1:4711".parse().unwrap());
        if let Some(authorization) = authorization {
            request = request.insert_header((header::AUTHORIZATION, authorization));
        }
        let answer = call_service(&app, request.to_request()).await;
        let field = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), field("ratelimit-policy"), field("ratelimit"), field("retry-after"))
    };
    let text = |text: &str| Some(text.to_owned());
    let known = ask("/api/notes/", Some("Bearer good")).await;
    assert_eq!(known, (200, text("\"user\";q=3;w=1"), text("\"user\";r=1;t=1"), None));
    let forged = ask("/api/notes/", Some("Bearer bad")).await;
    assert_eq!(forged, (401, text("\"address\";q=2;w=1"), text("\"address\";r=0;t=1"), None));
    for (uri, authorization) in [("/api/notes/", None), ("/api/nothing", None), ("/api/notes/", Some("Bearer good"))] {
        let (status, _, standing, retry_after) = ask(uri, authorization).await;
        assert_eq!((status, retry_after), (429, text("1")), "{uri}");
        assert!(standing.unwrap().contains("r=0"));
    }
    assert_eq!(ask("/health/live", None).await, (200, None, None, None), "probes are not counted");
}
