//! What is special to each kind of reference data.

use serde_json::{Value, json};

use super::{Client, Server};

/// What a view shows, without what every stored thing has.
fn own(mut data: Value) -> Value {
    let object = data.as_object_mut().unwrap();
    for shared in ["id", "version", "created_at", "updated_at"] {
        assert!(object.remove(shared).is_some(), "{shared} is missing");
    }
    data
}

async fn assert_created(admin: &Client<'_>, uri: &str, new: Value, expected: Value) {
    let answer = admin.post(uri, new).await.expect(201);
    let location = answer.headers["location"].as_str().unwrap().to_owned();
    assert_eq!(own(answer.data().clone()), expected);
    assert_eq!(own(admin.get(&location).await.expect(200).data().clone()), expected);
}

/// A site, a skill and a position, each with id 1.
async fn basis(admin: &Client<'_>) {
    admin.create("/api/sites/", json!({ "name": "S", "time_zone": "Asia/Shanghai" })).await;
    admin.create("/api/skills/", json!({ "name": "ICU" })).await;
    admin.create("/api/positions/", json!({ "name": "Nurse", "skill_ids": [1] })).await;
}

#[actix_web::test]
async fn a_shift_template_has_wall_times() {
    let server = Server::start().await;
    let admin = server.admin().await;
    basis(&admin).await;
    let uri = "/api/shift-templates/";
    let new = json!({
        "code": "N", "name": "Night", "site_id": 1, "position_id": 1, "starts": "22:00", "ends": "06:30",
        "break_minutes": 30, "tags": ["night"],
    });
    let expected = json!({
        "code": "N", "name": "Night", "site_id": 1, "position_id": 1, "starts": "22:00", "ends": "06:30",
        "dst_policy": "keep_wall_end", "break_minutes": 30, "skill_ids": [], "tags": ["night"],
    });
    assert_created(&admin, uri, new, expected).await;

    let wrong = json!({
        "code": "D", "name": "Day", "site_id": 1, "position_id": 1, "starts": "24:00", "ends": "8:00",
        "dst_policy": "guess",
    });
    let (status, code, mut places) = {
        let answer = admin.post(uri, wrong).await;
        let (status, code, places) = answer.refusal();
        (status, code.to_owned(), places.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    places.sort_unstable();
    assert_eq!((status, code.as_str()), (422, "invalid_request"));
    assert_eq!(places, ["/dst_policy", "/ends", "/starts"]);

    let long_break = json!({ "break_minutes": 510 });
    let answer = admin.patch("/api/shift-templates/1", long_break).await;
    assert_eq!(answer.refusal(), (422, "invalid_request", vec!["/break_minutes"]));
}

#[actix_web::test]
async fn a_demand_fills_in_what_is_usual() {
    let server = Server::start().await;
    let admin = server.admin().await;
    basis(&admin).await;
    admin.create("/api/teams/", json!({ "name": "T", "site_id": 1 })).await;
    let template =
        json!({ "code": "D", "name": "Day", "site_id": 1, "position_id": 1, "starts": "08:00", "ends": "16:00" });
    admin.create("/api/shift-templates/", template).await;
    let new = json!({ "team_id": 1, "template_id": 1, "valid_from": "2026-01-05", "heads": { "target": 3 } });
    let expected = json!({
        "team_id": 1, "template_id": 1, "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "valid_from": "2026-01-05", "valid_until": null, "except_on": [],
        "heads": { "target": 3, "min": 3, "max": null, "under_weight": 100, "over_weight": 1 },
    });
    assert_created(&admin, "/api/demands/", new, expected).await;

    let change = json!({ "weekdays": ["sat"], "heads": { "target": 2, "min": 3 } });
    assert_eq!(admin.patch("/api/demands/1", change).await.refusal(), (422, "invalid_request", vec!["/heads/target"]));
    assert_eq!(admin.get("/api/demands/?template_id=2").await.expect(200).data(), &json!([]));
}

#[actix_web::test]
async fn a_team_points_at_things_that_are_there() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let answer = admin.post("/api/teams/", json!({ "name": "T", "site_id": 424_242 })).await;
    assert_eq!(answer.refusal(), (422, "invalid_request", vec!["/site_id"]));

    basis(&admin).await;
    let rules = admin.create("/api/rule-sets/", json!({ "name": "R" })).await;
    let team = admin.create("/api/teams/", json!({ "name": "T", "site_id": 1, "rule_set_id": rules })).await;
    let uri = format!("/api/teams/{team}");
    let renamed = admin.patch(&uri, json!({ "name": "U" })).await.expect(200);
    assert_eq!(renamed.data()["rule_set_id"], rules);
    let freed = admin.patch(&uri, json!({ "rule_set_id": null })).await.expect(200);
    assert_eq!((&freed.data()["name"], &freed.data()["rule_set_id"]), (&json!("U"), &Value::Null));
}

#[actix_web::test]
async fn a_rule_set_reads_as_it_was_written() {
    let server = Server::start().await;
    let admin = server.admin().await;
    basis(&admin).await;
    let rule = json!({
        "key": "daily-rest", "kind": "rest_between_shifts", "min_minutes": 660,
        "scope": { "people": [], "person_tags": [], "sites": [1], "shift_tags": [] },
        "effective": { "from": "2026-01-01", "until": null }, "verdict": "block", "weight": 0,
        "citation": { "source": "Directive 2003/88/EC", "article": "Art 3" },
    });
    let new = json!({ "name": "R", "rules": [rule] });
    let expected = json!({ "name": "R", "week_start": "mon", "day_boundary": "00:00", "rules": [rule] });
    assert_created(&admin, "/api/rule-sets/", new, expected).await;
}

#[actix_web::test]
async fn a_rule_is_checked_against_its_kind() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let post = async |rule: Value| {
        let answer = admin.post("/api/rule-sets/", json!({ "name": "R", "rules": [rule] })).await;
        assert_eq!(answer.status, 422, "{:#}", answer.body);
        answer.refusal().2.join(" ")
    };
    let places = post(json!({ "key": "a", "kind": "rest_between_shifts", "verdict": "block" })).await;
    assert_eq!(places, "/rules/0/min_minutes");
    let places = post(json!({ "key": "a", "kind": "overlap", "verdict": "block", "colour": "red" })).await;
    assert_eq!(places, "/rules/0/colour");
    let places = post(json!({ "key": "a", "kind": "guess", "verdict": "block" })).await;
    assert_eq!(places, "/rules/0/kind");
    let places =
        post(json!({ "key": "a", "kind": "shifts_per_template", "template": 9, "max": 1, "verdict": "block" }));
    assert_eq!(places.await, "/rules/0/template");
}
