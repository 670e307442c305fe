//! Codes beside passwords, and guesses of both.

use std::sync::Arc;

use scheduling_app::second_factor::RequiredOf;
use scheduling_domain::id::{TypedId, UserId};
use scheduling_domain::organization::DEFAULT_SLUG;
use scheduling_domain::second_factor::SecondFactor;
use serde_json::{Value, json};

use super::{PASSWORD, Server};

/// SHA-256 of the recovery code `abcdef-abcdef-abcdef-abcdef`, as it is stored.
const CODE_HASH: &str = "b3503452516f6d514e36259651d9825ec85bbde265e30f3c4c52b1c03048339e";

/// Gives the administrator a second factor with one recovery code.
async fn set_up(server: &Server) {
    let organization = server.app.store.find_organization(DEFAULT_SLUG).await.unwrap().unwrap().id;
    let user_id = UserId::try_new(1).unwrap();
    let factor = SecondFactor { user_id, sealed_secret: String::new(), is_confirmed: true, last_step: 0 };
    let mut uow = server.app.store.begin(organization).await.unwrap();
    uow.second_factors().put(&factor, server.app.now()).await.unwrap();
    uow.second_factors().replace_recovery_codes(user_id, &[CODE_HASH.to_owned()]).await.unwrap();
    uow.commit().await.unwrap();
}

fn login(code: Option<&str>) -> Value {
    match code {
        Some(code) => json!({ "identifier": "admin", "password": PASSWORD, "code": code }),
        None => json!({ "identifier": "admin", "password": PASSWORD }),
    }
}

#[actix_web::test]
async fn a_sign_in_says_that_a_code_is_needed_too() {
    let server = Server::start().await;
    set_up(&server).await;
    let anonymous = server.anonymous();
    let sign_in = async |code| anonymous.post("/api/auth/login", login(code)).await;
    assert_eq!(sign_in(None).await.refusal(), (401, "second_factor_required", vec![]));
    assert_eq!(sign_in(Some("wrong-code")).await.refusal(), (401, "wrong_code", vec![]));
    sign_in(Some("ABCDEF abcdef-abcdef-abcdef")).await.expect(200);
    assert_eq!(sign_in(Some("abcdef-abcdef-abcdef-abcdef")).await.refusal(), (401, "wrong_code", vec![]));
}

#[actix_web::test]
async fn an_administrator_who_needs_a_second_factor_may_set_it_up_and_nothing_else() {
    let mut server = Server::start().await;
    server.app.second_factor_required_of = RequiredOf::Administrators;
    server.shared.authenticator = Arc::new(server.app.clone());
    let admin = server.admin().await;
    assert_eq!(admin.get("/api/sites/").await.refusal(), (403, "second_factor_missing", vec![]));
    let new = json!({ "name": "New" });
    assert_eq!(admin.post("/api/skills/", new).await.refusal(), (403, "second_factor_missing", vec![]));
    let status = admin.get("/api/auth/totp/").await.expect(200);
    assert_eq!(status.data(), &json!({ "is_confirmed": false, "recovery_codes_left": 0 }));
    let wrong = admin.post("/api/auth/totp/", json!({ "password": "guess" })).await;
    assert_eq!(wrong.refusal(), (422, "invalid_request", vec!["/password"]));
    let enrolment = admin.post("/api/auth/totp/", json!({ "password": PASSWORD })).await.expect(200);
    let secret = enrolment.data()["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 32);
    assert!(enrolment.data()["otpauth_uri"].as_str().unwrap().contains(secret));
    let wrong = admin.post("/api/auth/totp/confirm", json!({ "code": "000000" })).await;
    assert_eq!(wrong.refusal(), (422, "invalid_request", vec!["/code"]));
    set_up(&server).await;
    admin.get("/api/sites/").await.expect(200);
}

#[actix_web::test]
async fn guesses_are_answered_with_when_to_come_back() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for _ in 0..6 {
        let guess = json!({ "identifier": "admin", "password": "a guess of some kind" });
        answers.push(server.anonymous().post("/api/auth/login", guess).await);
    }
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [401, 401, 429, 429, 429, 429]);
    assert_eq!(answers[2].refusal(), (429, "too_many_attempts", vec![]));
    assert_eq!(answers[2].headers["retry-after"], "1");
}

#[actix_web::test]
async fn a_device_is_known_by_its_cookie() {
    let server = Server::start().await;
    let answer = server.anonymous().post("/api/auth/login", login(None)).await.expect(200);
    let cookie = answer.headers["set-cookie"].as_str().unwrap();
    assert!(cookie.starts_with("hr_device=") && cookie.ends_with("; HttpOnly; SameSite=Strict"), "{cookie}");
}
