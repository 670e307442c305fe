//! A schedule from its making to what employees read.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{Client, PASSWORD, Server};

const SCHEDULES: &str = "/api/schedules/";

/// A team in Shanghai with demand for a day shift on weekdays, two people, and a schedule for the week of 5 January 2026.
pub(super) async fn week(admin: &Client<'_>) -> i64 {
    admin.create("/api/sites/", json!({ "name": "上海总部", "time_zone": "Asia/Shanghai" })).await;
    let rules = json!({ "name": "R", "rules": [{ "key": "heads", "kind": "heads_per_shift", "verdict": "block" }] });
    let rules = admin.create("/api/rule-sets/", rules).await;
    admin.create("/api/teams/", json!({ "name": "A", "site_id": 1, "rule_set_id": rules })).await;
    admin.create("/api/teams/", json!({ "name": "B", "site_id": 1 })).await;
    admin.create("/api/positions/", json!({ "name": "护士" })).await;
    let template = json!({
        "code": "D", "name": "白班", "site_id": 1, "position_id": 1, "starts": "08:00", "ends": "16:00",
    });
    admin.create("/api/shift-templates/", template).await;
    let demand = json!({
        "team_id": 1, "template_id": 1, "weekdays": ["mon", "tue"], "valid_from": "2026-01-01", "heads": { "target": 1 },
    });
    admin.create("/api/demands/", demand).await;
    for (number, full_name) in [("E1", "王小明"), ("E2", "Ada")] {
        let employee = json!({ "number": number, "full_name": full_name, "team_id": 1, "hired_on": "2025-01-01" });
        admin.create("/api/employees/", employee).await;
    }
    admin.create(SCHEDULES, json!({ "team_id": 1, "starts_on": "2026-01-05", "ends_on": "2026-01-11" })).await
}

/// Somebody with a role and, for managers, a team.
pub(super) async fn account(admin: &Client<'_>, username: &str, role: &str, team_ids: Value) {
    let email = format!("{username}@example.com");
    let user = json!({
        "username": username, "email": email, "password": PASSWORD, "role": role, "team_ids": team_ids,
    });
    admin.create("/api/users/", user).await;
}

#[actix_web::test]
async fn a_schedule_is_created_changed_listed_and_deleted() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    let new = json!({ "team_id": 2, "starts_on": "2026-01-05", "ends_on": "2026-01-18", "note": "春节前" });
    assert_json_snapshot!("schedule_created", admin.post(SCHEDULES, new).await.seen());
    let changed = admin.patch("/api/schedules/2", json!({ "note": "after" })).await.expect(200);
    assert_eq!((&changed.data()["note"], &changed.headers["etag"]), (&json!("after"), &json!("\"2\"")));
    for (query, ids) in [
        ("team_id=2", json!([2])),
        ("from=2026-01-12", json!([2])),
        ("until=2026-01-04", json!([])),
        ("state=draft", json!([1, 2])),
        ("state=published", json!([])),
    ] {
        let listed = admin.get(&format!("{SCHEDULES}?{query}")).await.expect(200);
        let found: Vec<Value> = listed.data().as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_eq!(json!(found), ids, "{query}");
    }
    assert_eq!(admin.delete("/api/schedules/2").await.status, 204);
    assert_eq!(admin.get("/api/schedules/2").await.refusal(), (404, "not_found", vec![]));
}

#[actix_web::test]
async fn a_period_ends_after_it_starts_and_overlaps_no_other() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    let schedule = |starts_on: &str, ends_on: &str| json!({ "team_id": 1, "starts_on": starts_on, "ends_on": ends_on });
    let backwards = admin.post(SCHEDULES, schedule("2026-06-10", "2026-06-01")).await;
    assert_eq!(backwards.refusal(), (422, "invalid_request", vec!["/ends_on"]));
    let overlapping = admin.post(SCHEDULES, schedule("2026-01-11", "2026-01-20")).await;
    assert_eq!(overlapping.refusal(), (409, "schedule_overlaps", vec![]));
    assert_eq!(overlapping.data(), &json!({ "schedule_id": 1 }));
    assert_eq!(admin.post(SCHEDULES, schedule("2026-01-12", "2026-01-12")).await.status, 201);
}

#[actix_web::test]
async fn generating_twice_makes_what_is_missing_once() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    let generate = async |query: &str| {
        let answer = admin.post(&format!("/api/schedules/1/generate{query}"), Value::Null).await.expect(200);
        (answer.data()["created"].clone(), answer.data()["kept"].clone())
    };
    assert_eq!(generate("?dry_run=true").await, (json!(2), json!(0)));
    assert_eq!(generate("").await, (json!(2), json!(0)));
    assert_eq!(generate("").await, (json!(0), json!(2)));
    assert_json_snapshot!("draft_roster", admin.get("/api/schedules/1/roster").await.seen());
}

#[actix_web::test]
async fn what_cannot_be_made_is_told_with_its_reason() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    let second = json!({
        "team_id": 1, "template_id": 1, "weekdays": ["mon"], "valid_from": "2026-01-01", "heads": { "target": 1 },
    });
    admin.create("/api/demands/", second).await;
    let answer = admin.post("/api/schedules/1/generate", Value::Null).await.expect(200);
    assert_json_snapshot!("skipped", answer.data());
}

#[actix_web::test]
async fn a_roster_with_heads_missing_is_not_published() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    admin.post("/api/schedules/1/generate", Value::Null).await.expect(200);
    assert_json_snapshot!("check", admin.get("/api/schedules/1/check").await.expect(200).data());
    let refused = admin.post("/api/schedules/1/publish", Value::Null).await;
    assert_eq!(refused.refusal(), (409, "blocked_by_rules", vec![]));
    assert_eq!(refused.data()["violations"][0]["code"], "heads_below_min");
    assert_eq!(admin.get("/api/schedules/1").await.data()["state"], "draft");
}

#[actix_web::test]
async fn an_empty_draft_is_published_under_numbers() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    let publish = "/api/schedules/1/publish";
    let tried = admin.post(&format!("{publish}?dry_run=true"), Value::Null).await.expect(200);
    assert_eq!((&tried.data()["number"], tried.headers.get("location")), (&json!(1), None));
    assert_eq!(admin.get("/api/schedules/1").await.data()["state"], "draft");
    assert_json_snapshot!("published", admin.post(publish, Value::Null).await.seen());
    assert_eq!(admin.post(publish, Value::Null).await.expect(201).data()["number"], 2);
    assert_eq!(admin.get("/api/schedules/1").await.data()["published_number"], 2);
    let roster = "/api/schedules/1/roster";
    assert_eq!(admin.get(&format!("{roster}?view=published")).await.expect(200).data()["number"], 2);
    assert_eq!(admin.get(&format!("{roster}?number=1")).await.expect(200).data()["number"], 1);
    assert_eq!(admin.get(&format!("{roster}?number=3")).await.status, 404);
    let both = admin.get(&format!("{roster}?view=draft&number=1")).await;
    assert_eq!(both.refusal(), (422, "invalid_request", vec!["number"]));
    assert_eq!(admin.delete("/api/schedules/1").await.refusal(), (409, "already_published", vec![]));
}

#[actix_web::test]
async fn a_draft_is_for_its_planners_alone() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    account(&admin, "own", "manager", json!([1])).await;
    account(&admin, "other", "manager", json!([2])).await;
    account(&admin, "reader", "employee", json!([])).await;
    let (own, other, reader) =
        (server.sign_in("own").await, server.sign_in("other").await, server.sign_in("reader").await);
    let paths = ["/api/schedules/1", "/api/schedules/1/check", "/api/schedules/1/roster"];
    for path in paths {
        assert_eq!(own.get(path).await.status, 200, "{path}");
        assert_eq!(other.get(path).await.status, 404, "{path}");
        assert_eq!(reader.get(path).await.status, 404, "{path}");
    }
    for action in ["generate", "publish"] {
        assert_eq!(other.post(&format!("/api/schedules/1/{action}"), Value::Null).await.status, 404);
    }
    let new = json!({ "team_id": 1, "starts_on": "2026-03-02", "ends_on": "2026-03-08" });
    assert_eq!(other.post(SCHEDULES, new.clone()).await.refusal(), (403, "forbidden", vec![]));
    assert_eq!(reader.post(SCHEDULES, new).await.refusal(), (403, "forbidden", vec![]));

    own.post("/api/schedules/1/publish", Value::Null).await.expect(201);
    assert_eq!(reader.get("/api/schedules/1/roster").await.expect(200).data()["view"], "published");
    assert_eq!(reader.get("/api/schedules/1/roster?view=draft").await.refusal(), (403, "forbidden", vec![]));
    assert_eq!(reader.get(SCHEDULES).await.expect(200).body["pagination"]["total"], 1);
    assert_eq!(own.get("/api/schedules/1/roster").await.expect(200).data()["view"], "draft");
}
