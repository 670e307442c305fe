//! Accounts and sessions.

use insta::assert_json_snapshot;
use serde_json::json;

use super::{PASSWORD, Server};

#[actix_web::test]
async fn an_account_never_shows_its_password() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let new = json!({ "username": "ada", "email": "ada@example.com", "password": PASSWORD, "full_name": "Ada" });
    assert_json_snapshot!("account", admin.post("/api/users/", new).await.seen());
    assert_eq!(admin.get("/api/users/?role=admin").await.expect(200).body["pagination"]["total"], 1);
    assert_eq!(admin.get("/api/users/?search=ADA&is_active=true").await.expect(200).data()[0]["username"], "ada");
    assert_eq!(admin.delete("/api/users/2").await.refusal(), (405, "method_not_allowed", vec![]));
}

#[actix_web::test]
async fn accounts_are_checked_whole() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let short = json!({ "username": "ada", "email": "ada@example.com", "password": "short" });
    assert_eq!(admin.post("/api/users/", short).await.refusal(), (422, "invalid_request", vec!["/password"]));
    let unlike = json!({ "username": "a b", "email": "nobody", "password": "short", "sex": "f" });
    let answer = admin.post("/api/users/", unlike).await;
    assert_eq!(answer.refusal(), (422, "invalid_request", vec!["/password", "/sex", "/email", "/username"]));
    let wrong = json!({ "username": "a b", "email": "nobody", "password": PASSWORD, "team_ids": [7] });
    let answer = admin.post("/api/users/", wrong).await;
    let (status, code, places) = answer.refusal();
    assert_eq!((status, code), (422, "invalid_request"));
    assert_eq!(places, ["/username", "/email", "/team_ids", "/team_ids/0"]);
    let taken = json!({ "username": "ADMIN", "email": "other@example.com", "password": PASSWORD });
    assert_eq!(admin.post("/api/users/", taken).await.refusal(), (409, "duplicate", vec!["/username"]));
}

#[actix_web::test]
async fn the_last_administrator_stays() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let answer = admin.patch("/api/users/1", json!({ "is_active": false })).await;
    assert_eq!(answer.refusal(), (409, "last_administrator", vec![]));
}

#[actix_web::test]
async fn people_change_their_own_password_and_nothing_else() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let new = json!({ "username": "ada", "email": "ada@example.com", "password": PASSWORD });
    admin.create("/api/users/", new).await;
    let ada = server.sign_in("ada@example.com").await;
    assert_eq!(ada.patch("/api/users/2", json!({ "role": "admin" })).await.status, 403);
    assert_eq!(ada.patch("/api/users/1", json!({ "full_name": "Eve" })).await.status, 403);
    ada.patch("/api/users/2", json!({ "full_name": "Ada" })).await.expect(200);
    let change = |current: &str| json!({ "password": "another long password", "current_password": current });
    let wrong = ada.patch("/api/users/2", change("guess")).await;
    assert_eq!(wrong.refusal(), (422, "invalid_request", vec!["/current_password"]));
    ada.patch("/api/users/2", change(PASSWORD)).await.expect(200);
    assert_eq!(ada.get("/api/auth/me").await.status, 401);
}

#[actix_web::test]
async fn a_session_is_opened_shown_prolonged_and_closed() {
    let server = Server::start().await;
    let anonymous = server.anonymous();
    let login = json!({ "identifier": "admin@example.com", "password": PASSWORD, "remember_me": true });
    let answer = anonymous.post("/api/auth/login", login).await.expect(200);
    let tokens = answer.data();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });

    let admin = server.admin().await;
    assert_json_snapshot!("me", admin.get("/api/auth/me").await.seen());

    let next = anonymous.post("/api/auth/refresh", refresh.clone()).await.expect(200);
    let again = anonymous.post("/api/auth/refresh", refresh.clone()).await.expect(200);
    assert_eq!(again.data(), next.data(), "a lost reply is given again");
    let heir = json!({ "refresh_token": next.data()["refresh_token"] });
    let heir = anonymous.post("/api/auth/refresh", heir).await.expect(200);
    let reused = anonymous.post("/api/auth/refresh", refresh).await;
    assert_eq!(reused.refusal(), (401, "invalid_refresh_token", vec![]));
    let heir = json!({ "refresh_token": heir.data()["refresh_token"] });
    assert_eq!(anonymous.post("/api/auth/refresh", heir).await.status, 401, "the whole session has ended");

    admin.post("/api/auth/logout", json!({})).await.expect(200);
    assert_eq!(admin.get("/api/auth/me").await.status, 401);
}

#[actix_web::test]
async fn a_wrong_name_and_a_wrong_password_are_answered_alike() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for identifier in ["admin", "nobody"] {
        let login = json!({ "identifier": identifier, "password": "not the password" });
        answers.push(server.anonymous().post("/api/auth/login", login).await.seen());
    }
    assert_eq!(answers[0], answers[1]);
    assert_json_snapshot!("wrong_credentials", answers[0]);
}
