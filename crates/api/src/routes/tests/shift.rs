//! Shifts, and who is on them.

use actix_web::http::header::IF_MATCH;
use actix_web::test::TestRequest;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::schedule::{account, week};
use super::{Answer, Client, Server};

const SHIFTS: &str = "/api/shifts/";

fn shift(label: &str, on: &str, starts: &str, ends: &str) -> Value {
    json!({ "schedule_id": 1, "label": label, "position_id": 1, "on": on, "starts": starts, "ends": ends })
}

async fn change(client: &Client<'_>, uri: &str, version: &str, body: Value) -> Answer {
    client.send(TestRequest::patch().uri(uri).insert_header((IF_MATCH, version)).set_json(body)).await
}

#[actix_web::test]
async fn a_shift_is_made_by_the_wall_clock_of_its_site() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    assert_json_snapshot!("shift_created", admin.post(SHIFTS, shift("N", "2026-01-05", "22:00", "06:00")).await.seen());
    let tried = admin.post("/api/shifts/?dry_run=true", shift("X", "2026-01-06", "08:00", "16:00")).await.expect(200);
    assert_eq!(tried.data()["starts_at"], "2026-01-06T08:00:00+08:00");
    for (query, count) in [("schedule_id=1", 1), ("from=2026-01-06", 0), ("until=2026-01-05", 1), ("site_id=9", 0)] {
        assert_eq!(
            admin.get(&format!("{SHIFTS}?{query}")).await.expect(200).body["pagination"]["total"],
            count,
            "{query}"
        );
    }
}

#[actix_web::test]
async fn faults_of_a_shift_stand_where_they_were_written() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    let outside = admin.post(SHIFTS, shift("D", "2026-02-05", "08:00", "16:00")).await;
    assert_eq!(outside.refusal(), (422, "invalid_request", vec!["/on"]));
    let mut elsewhere = shift("D", "2026-01-05", "08:00", "16:00");
    elsewhere["site_id"] = json!(9);
    assert_eq!(admin.post(SHIFTS, elsewhere).await.refusal(), (422, "invalid_request", vec!["/site_id"]));
    let mut nowhere = shift("D", "2026-01-05", "08:00", "16:00");
    nowhere["schedule_id"] = json!(9);
    assert_eq!(admin.post(SHIFTS, nowhere).await.refusal(), (422, "invalid_request", vec!["/schedule_id"]));
}

#[actix_web::test]
async fn a_wall_time_that_does_not_exist_is_refused() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    let berlin = admin.create("/api/sites/", json!({ "name": "Berlin", "time_zone": "Europe/Berlin" })).await;
    let team = admin.create("/api/teams/", json!({ "name": "C", "site_id": berlin })).await;
    let schedule = json!({ "team_id": team, "starts_on": "2026-03-23", "ends_on": "2026-04-05" });
    let schedule = admin.create("/api/schedules/", schedule).await;
    let at = |starts: &str, ends: &str| {
        let mut shift = shift("D", "2026-03-29", starts, ends);
        shift["schedule_id"] = json!(schedule);
        shift
    };
    assert_json_snapshot!("missing_wall_time", admin.post(SHIFTS, at("02:30", "10:00")).await.seen());
    let end = admin.post(SHIFTS, at("00:30", "02:30")).await;
    assert_eq!(end.refusal(), (422, "invalid_request", vec!["/ends"]));
    assert_eq!(
        admin.post(SHIFTS, at("00:30", "03:00")).await.expect(201).data()["ends_at"],
        "2026-03-29T03:00:00+02:00"
    );
}

#[actix_web::test]
async fn a_shift_is_changed_only_by_who_has_seen_it() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    admin.create(SHIFTS, shift("D", "2026-01-05", "08:00", "16:00")).await;
    let uri = "/api/shifts/1";
    assert_eq!(admin.patch(uri, json!({ "label": "E" })).await.refusal(), (428, "precondition_required", vec![]));
    let moved = change(&admin, uri, "\"1\"", json!({ "starts": "09:30" })).await.expect(200);
    assert_eq!(moved.data()["starts_at"], "2026-01-05T09:30:00+08:00");
    assert_eq!(moved.data()["ends_at"], "2026-01-05T16:00:00+08:00");
    assert_eq!((&moved.data()["verdict"]["outcome"], &moved.headers["etag"]), (&json!("allowed"), &json!("\"2\"")));
    let stale = change(&admin, uri, "\"1\"", json!({ "label": "F" })).await;
    assert_eq!(stale.refusal(), (412, "stale", vec![]));
    let delete = |version: &'static str| admin.send(TestRequest::delete().uri(uri).insert_header((IF_MATCH, version)));
    assert_eq!(delete("\"1\"").await.refusal(), (412, "stale", vec![]));
    assert_eq!(admin.delete("/api/shifts/1?dry_run=true").await.status, 204);
    assert_eq!(admin.delete(uri).await.status, 204);
    assert_eq!(admin.get(uri).await.status, 404);
}

/// Shifts 1 and 2 overlap, 3 is on the day after.
async fn three_shifts(admin: &Client<'_>) {
    week(admin).await;
    admin.create(SHIFTS, shift("D", "2026-01-05", "08:00", "16:00")).await;
    admin.create(SHIFTS, shift("E", "2026-01-05", "14:00", "22:00")).await;
    admin.create(SHIFTS, shift("D", "2026-01-06", "08:00", "16:00")).await;
}

#[actix_web::test]
async fn somebody_is_put_on_a_shift_pinned_and_taken_off() {
    let server = Server::start().await;
    let admin = server.admin().await;
    three_shifts(&admin).await;
    let crew = "/api/shifts/1/assignments/";
    assert_json_snapshot!("assigned", admin.post(crew, json!({ "employee_id": 1 })).await.seen());
    assert_eq!(admin.get(crew).await.expect(200).data()[0]["employee_id"], 1);
    let uri = "/api/assignments/1";
    assert_eq!(admin.patch(uri, json!({ "pinned": true })).await.status, 428);
    let pinned = change(&admin, uri, "\"1\"", json!({ "pinned": true })).await.expect(200);
    assert_eq!((&pinned.data()["pinned"], &pinned.data()["version"]), (&json!(true), &json!(2)));
    assert_eq!(change(&admin, uri, "\"1\"", json!({ "pinned": false })).await.refusal(), (412, "stale", vec![]));
    assert_eq!(admin.delete("/api/shifts/1").await.refusal(), (409, "in_use", vec![]));
    let tried = admin.delete("/api/assignments/1?dry_run=true").await.expect(200);
    assert_eq!(tried.data()["verdict"]["coverage_delta"], -1);
    assert_eq!(admin.get(uri).await.status, 200);
    assert_eq!(admin.delete(uri).await.expect(200).data(), tried.data());
    assert_eq!(admin.get(uri).await.status, 404);
}

#[actix_web::test]
async fn an_overlap_is_refused_and_names_the_winner() {
    let server = Server::start().await;
    let admin = server.admin().await;
    three_shifts(&admin).await;
    admin.post("/api/shifts/1/assignments/", json!({ "employee_id": 1 })).await.expect(201);
    let second = "/api/shifts/2/assignments/";
    assert_json_snapshot!("overlap", admin.post(second, json!({ "employee_id": 1 })).await.seen());
    let again = admin.post("/api/shifts/1/assignments/", json!({ "employee_id": 1 })).await;
    assert_eq!(again.refusal(), (409, "blocked_by_rules", vec![]));
    assert_eq!(again.data()["verdict"]["introduced"][0]["shift_ids"], json!([1, 1]));
    let tried = admin.post(&format!("{second}?dry_run=true"), json!({ "employee_id": 1 })).await.expect(200);
    assert_eq!((&tried.data()["assignment"], &tried.data()["verdict"]["outcome"]), (&Value::Null, &json!("blocked")));
    let moved = change(&admin, "/api/shifts/3", "\"1\"", json!({ "on": "2026-01-05" })).await;
    assert_eq!(moved.status, 200, "nobody is on it");
}

#[actix_web::test]
async fn a_shift_does_not_move_its_crew_into_another() {
    let server = Server::start().await;
    let admin = server.admin().await;
    three_shifts(&admin).await;
    for id in [1, 3] {
        admin.post(&format!("/api/shifts/{id}/assignments/"), json!({ "employee_id": 1 })).await.expect(201);
    }
    let onto = json!({ "on": "2026-01-05", "starts": "12:00" });
    let refused = change(&admin, "/api/shifts/3", "\"1\"", onto.clone()).await;
    assert_eq!(refused.refusal(), (409, "blocked_by_rules", vec![]));
    assert_eq!(refused.data()["verdict"]["introduced"][0]["code"], "overlap");
    let tried = change(&admin, "/api/shifts/3?dry_run=true", "\"1\"", onto).await.expect(200);
    assert_eq!((&tried.data()["verdict"]["outcome"], &tried.data()["on"]), (&json!("blocked"), &json!("2026-01-06")));
}

#[actix_web::test]
async fn a_dry_run_writes_nothing() {
    let server = Server::start().await;
    let admin = server.admin().await;
    three_shifts(&admin).await;
    let crew = "/api/shifts/1/assignments/";
    let tried = admin.post(&format!("{crew}?dry_run=true"), json!({ "employee_id": 1 })).await.expect(200);
    assert_eq!((&tried.data()["assignment"], tried.headers.get("location")), (&Value::Null, None));
    assert_eq!(tried.data()["verdict"]["coverage_delta"], 1);
    assert_eq!(admin.get(crew).await.expect(200).data(), &json!([]));
}

#[actix_web::test]
async fn a_repeated_assignment_is_made_once() {
    let server = Server::start().await;
    let admin = server.admin().await;
    three_shifts(&admin).await;
    let post = || {
        let request = TestRequest::post().uri("/api/shifts/1/assignments/").insert_header(("idempotency-key", "k1"));
        admin.send(request.set_json(json!({ "employee_id": 1 })))
    };
    let first = post().await.expect(201);
    let again = post().await.expect(201);
    assert_eq!((first.data(), &again.headers["idempotency-replayed"]), (again.data(), &json!("true")));
}

#[actix_web::test]
async fn other_teams_shifts_and_people_are_not_there() {
    let server = Server::start().await;
    let admin = server.admin().await;
    three_shifts(&admin).await;
    admin.post("/api/shifts/1/assignments/", json!({ "employee_id": 1 })).await.expect(201);
    account(&admin, "other", "manager", json!([2])).await;
    account(&admin, "reader", "employee", json!([])).await;
    for name in ["other", "reader"] {
        let client = server.sign_in(name).await;
        for uri in ["/api/shifts/1", "/api/shifts/1/assignments/", "/api/assignments/1"] {
            assert_eq!(client.get(uri).await.refusal(), (404, "not_found", vec![]), "{name} {uri}");
        }
        assert_eq!(client.post("/api/shifts/1/assignments/", json!({ "employee_id": 2 })).await.status, 404);
        assert_eq!(change(&client, "/api/shifts/1", "\"1\"", json!({ "label": "X" })).await.status, 404);
        assert_eq!(client.delete("/api/assignments/1").await.status, 404);
        let made = client.post(SHIFTS, shift("D", "2026-01-07", "08:00", "16:00")).await;
        assert_eq!(made.refusal(), (422, "invalid_request", vec!["/schedule_id"]));
    }
    let other = server.sign_in("other").await;
    assert_eq!(other.get(SHIFTS).await.expect(200).data(), &json!([]));
    let unknown = admin.post("/api/shifts/2/assignments/", json!({ "employee_id": 99 })).await;
    assert_eq!(unknown.refusal(), (422, "invalid_request", vec!["/employee_id"]));
}

#[actix_web::test]
async fn a_filled_roster_is_published_and_read_by_employees() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    admin.post("/api/schedules/1/generate", Value::Null).await.expect(200);
    for id in [1, 2] {
        admin.post(&format!("/api/shifts/{id}/assignments/"), json!({ "employee_id": id })).await.expect(201);
    }
    let check = admin.get("/api/schedules/1/check").await.expect(200);
    assert_eq!((&check.data()["publishable"], &check.data()["coverage"]["open"]), (&json!(true), &json!(0)));
    admin.post("/api/schedules/1/publish", Value::Null).await.expect(201);
    account(&admin, "reader", "employee", json!([])).await;
    let reader = server.sign_in("reader").await;
    assert_json_snapshot!("published_roster", reader.get("/api/schedules/1/roster").await.seen());
}
