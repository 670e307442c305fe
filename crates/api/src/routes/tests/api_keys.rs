//! Keys of integrations.

use actix_web::test::TestRequest;
use scheduling_domain::scope::Scope;
use serde_json::{Value, json};

use super::Server;

const KEYS: &str = "/api/api-keys/";

fn new() -> Value {
    json!({ "name": "Payroll", "scopes": ["schedules:read"], "expires_at": "2026-06-30T00:00:00Z" })
}

#[actix_web::test]
async fn a_key_is_shown_once_used_and_revoked() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let key = admin.key(&[Scope::ReferenceRead]).await;
    assert!(key.token.as_deref().unwrap().starts_with("hrk_1."));
    assert_eq!(key.get("/api/sites/").await.expect(200).data(), &json!([]));
    let listed = admin.get(KEYS).await.expect(200);
    let shown = &listed.data()[0];
    assert_eq!((&shown["name"], &shown["scopes"]), (&json!("Key"), &json!(["reference:read"])));
    assert_eq!(shown["last_used_at"], "2026-01-05T00:00:00Z");
    assert_eq!((shown.get("secret"), shown.get("token_hash")), (None, None));
    assert_eq!(admin.delete("/api/api-keys/1").await.status, 204);
    assert_eq!(key.get("/api/sites/").await.refusal(), (401, "not_authenticated", vec![]));
    assert_eq!(admin.delete("/api/api-keys/1").await.status, 404);
}

#[actix_web::test]
async fn a_key_that_lacks_a_scope_is_told_which() {
    let server = Server::start().await;
    let key = server.admin().await.key(&[Scope::ReferenceRead]).await;
    let refused = key.post("/api/sites/", json!({ "name": "S", "time_zone": "UTC" })).await;
    assert_eq!(refused.refusal(), (403, "insufficient_scope", vec![]));
    assert_eq!(refused.body["scope"], "reference:write");
    for uri in [KEYS, "/api/users/1"] {
        assert_eq!(key.get(uri).await.status, 403, "{uri}");
    }
    let wide = server.admin().await.key(Scope::ALL).await;
    assert_eq!(wide.post(KEYS, new()).await.refusal(), (403, "forbidden", vec![]));
    assert_eq!(wide.patch("/api/users/1", json!({ "full_name": "Eve" })).await.refusal(), (403, "forbidden", vec![]));
}

#[actix_web::test]
async fn a_repetition_does_not_tell_the_secret_again() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let post = || {
        let request = TestRequest::post().uri(KEYS).insert_header(("idempotency-key", "k1"));
        let new = json!({ "name": "Payroll", "scopes": ["schedules:read"], "expires_at": "2026-06-30T00:00:00Z" });
        admin.send(request.set_json(new))
    };
    let (first, again) = (post().await.expect(201), post().await.expect(201));
    assert_eq!((&again.data()["id"], &again.data()["secret"]), (&first.data()["id"], &Value::Null));
    assert!(first.data()["secret"].is_string());
}

#[actix_web::test]
async fn an_account_is_told_how_many_keys_it_may_have() {
    let mut server = Server::start().await;
    server.app.limits.live_api_keys = 1;
    let admin = server.admin().await;
    admin.post(KEYS, new()).await.expect(201);
    let refused = admin.post(KEYS, new()).await;
    assert_eq!(refused.refusal(), (409, "too_many_api_keys", vec![]));
    assert!(refused.body["detail"].as_str().unwrap().starts_with("An account may have 1 API keys"), "{}", refused.body);
}

#[actix_web::test]
async fn a_key_has_a_name_scopes_and_an_end_within_a_year() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for (scopes, expires_at, places) in [
        (json!(["sites:read"]), "2026-06-30T00:00:00Z", vec!["/scopes/0"]),
        (json!([]), "2026-06-30T00:00:00Z", vec!["/scopes"]),
        (json!(["rules:read"]), "2026-01-05T00:00:00Z", vec!["/expires_at"]),
        (json!(["rules:read"]), "2027-02-01T00:00:00Z", vec!["/expires_at"]),
    ] {
        let new = json!({ "name": "Payroll", "scopes": scopes, "expires_at": expires_at });
        assert_eq!(admin.post(KEYS, new).await.refusal(), (422, "invalid_request", places));
    }
}
