//! One kind of reference data in depth: what holds for sites holds for all.

use actix_web::http::header::IF_MATCH;
use actix_web::test::TestRequest;
use insta::assert_json_snapshot;
use serde_json::json;

use super::Server;

const SITES: &str = "/api/sites/";

#[actix_web::test]
async fn a_site_is_created_shown_changed_listed_and_deleted() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let new = json!({ "name": "上海总部", "time_zone": "Asia/Shanghai", "jurisdictions": ["cn"] });
    assert_json_snapshot!("created", admin.post(SITES, new).await.seen());
    assert_json_snapshot!("shown", admin.get("/api/sites/1").await.seen());
    assert_json_snapshot!("changed", admin.patch("/api/sites/1", json!({ "address": "南京路 1 号" })).await.seen());
    assert_json_snapshot!("listed", admin.get("/api/sites/?search=%E6%80%BB&per_page=5").await.seen());
    assert_eq!(admin.delete("/api/sites/1").await.status, 204);
    assert_json_snapshot!("gone", admin.get("/api/sites/1").await.seen());
}

#[actix_web::test]
async fn every_fault_is_told_with_its_place() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let wrong = json!({ "name": 7, "jurisdictions": ["cn", 5], "colour": "red", "address": "x".repeat(201) });
    assert_json_snapshot!("wrong_shape", admin.post(SITES, wrong).await.seen());
    let wrong = json!({ "name": " ", "time_zone": "Mars/Olympus", "jurisdictions": ["cn", "\t"] });
    assert_json_snapshot!("wrong_values", admin.post(SITES, wrong).await.seen());
    assert_eq!(admin.get(SITES).await.expect(200).data(), &json!([]));
}

#[actix_web::test]
async fn a_change_may_say_which_version_it_has_seen() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.create(SITES, json!({ "name": "A", "time_zone": "UTC" })).await;
    let change = |version: &'static str, name: &'static str| {
        let request = TestRequest::patch().uri("/api/sites/1").insert_header((IF_MATCH, version));
        admin.send(request.set_json(json!({ "name": name })))
    };
    assert_eq!(change("\"1\"", "B").await.expect(200).data()["version"], 2);
    assert_json_snapshot!("stale", change("\"1\"", "C").await.seen());
    let delete = TestRequest::delete().uri("/api/sites/1").insert_header((IF_MATCH, "\"1\""));
    assert_eq!(admin.send(delete).await.refusal(), (412, "stale", vec![]));
    assert_eq!(admin.get("/api/sites/1").await.data()["name"], "B");
}

#[actix_web::test]
async fn null_is_no_way_to_leave_a_field_alone() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.create(SITES, json!({ "name": "A", "time_zone": "UTC" })).await;
    let answer = admin.patch("/api/sites/1", json!({ "name": null })).await;
    assert_eq!(answer.refusal(), (422, "invalid_request", vec!["/name"]));
}

#[actix_web::test]
async fn a_name_is_taken_once() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let site = json!({ "name": "A", "time_zone": "UTC" });
    admin.create(SITES, site.clone()).await;
    assert_json_snapshot!("taken", admin.post(SITES, site).await.seen());
}

#[actix_web::test]
async fn what_is_used_stays() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let site = admin.create(SITES, json!({ "name": "A", "time_zone": "UTC" })).await;
    admin.create("/api/teams/", json!({ "name": "T", "site_id": site })).await;
    assert_json_snapshot!("in_use", admin.delete("/api/sites/1").await.seen());
}

#[actix_web::test]
async fn a_repeated_post_is_done_once() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let post = |key: &'static str, name: &'static str| {
        let request = TestRequest::post().uri(SITES).insert_header(("idempotency-key", key));
        admin.send(request.set_json(json!({ "name": name, "time_zone": "UTC" })))
    };
    let first = post("k1", "A").await.expect(201);
    assert_json_snapshot!("repeated", post("k1", "A").await.seen());
    assert_eq!(post("k1", "A").await.data(), first.data());
    assert_eq!(post("k1", "B").await.status, 422);
    assert_eq!(post("k2", "A").await.status, 409);
}

#[actix_web::test]
async fn only_administrators_write_and_everybody_reads() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let user = json!({ "username": "eve", "email": "eve@example.com", "password": super::PASSWORD });
    admin.create("/api/users/", user).await;
    admin.create(SITES, json!({ "name": "A", "time_zone": "UTC" })).await;
    let eve = server.sign_in("eve").await;
    assert_eq!(eve.get("/api/sites/1").await.status, 200);
    assert_eq!(eve.patch("/api/sites/1", json!({ "name": "B" })).await.refusal(), (403, "forbidden", vec![]));
    assert_eq!(server.anonymous().get(SITES).await.status, 401);
}

#[actix_web::test]
async fn a_list_refuses_parameters_that_it_does_not_know() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for (query, parameter) in [("page=0", "page"), ("per_page=101", "per_page"), ("colour=red", "colour")] {
        let answer = admin.get(&format!("/api/sites/?{query}")).await;
        assert_eq!(answer.refusal(), (422, "invalid_request", vec![parameter]));
    }
}
