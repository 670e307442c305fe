//! Employees and what is theirs.

use serde_json::{Value, json};

use super::{Client, Server};

/// Two employees of a team, with ids 1 and 2.
async fn two_people(admin: &Client<'_>) {
    admin.create("/api/sites/", json!({ "name": "S", "time_zone": "UTC" })).await;
    admin.create("/api/teams/", json!({ "name": "T", "site_id": 1 })).await;
    for (number, full_name) in [("E1", "王小明"), ("E2", "Ada")] {
        let employee = json!({
            "number": number, "full_name": full_name, "team_id": 1, "hired_on": "2025-01-01",
            "email": "someone@example.com", "phone": "123",
        });
        admin.create("/api/employees/", employee).await;
    }
}

#[actix_web::test]
async fn employees_are_searched_by_name_team_and_day() {
    let server = Server::start().await;
    let admin = server.admin().await;
    two_people(&admin).await;
    let names = async |query: &str| {
        let answer = admin.get(&format!("/api/employees/?{query}")).await.expect(200);
        answer.data().as_array().unwrap().iter().map(|one| one["full_name"].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(names("search=%E5%B0%8F%E6%98%8E").await, ["王小明"]);
    assert_eq!(names("search=e2").await, ["Ada"]);
    assert_eq!(names("team_id=1").await, ["王小明", "Ada"]);
    admin.patch("/api/employees/2", json!({ "left_on": "2025-06-30" })).await.expect(200);
    assert_eq!(names("employed_on=2025-07-01").await, ["王小明"]);
}

#[actix_web::test]
async fn contact_data_is_cleared_with_null() {
    let server = Server::start().await;
    let admin = server.admin().await;
    two_people(&admin).await;
    let answer = admin.patch("/api/employees/1", json!({ "phone": null })).await.expect(200);
    assert_eq!((&answer.data()["phone"], &answer.data()["email"]), (&Value::Null, &json!("someone@example.com")));
    let answer = admin.patch("/api/employees/1", json!({ "email": "nobody" })).await;
    assert_eq!(answer.refusal(), (422, "invalid_request", vec!["/email"]));
}

#[actix_web::test]
async fn a_contract_belongs_to_the_employee_in_its_address() {
    let server = Server::start().await;
    let admin = server.admin().await;
    two_people(&admin).await;
    let new = json!({
        "starts_on": "2025-01-01", "max_weekly_minutes": 2400,
        "hourly_rate": { "minor_units": 4500, "currency": "CNY" },
    });
    let answer = admin.post("/api/employees/1/contracts/", new.clone()).await.expect(201);
    assert_eq!(answer.headers["location"], "/api/employees/1/contracts/1");
    assert_eq!(answer.data()["hourly_rate"], json!({ "minor_units": 4500, "currency": "CNY" }));
    for uri in ["/api/employees/2/contracts/1", "/api/employees/9/contracts/", "/api/employees/x/contracts/"] {
        assert_eq!(admin.get(uri).await.refusal(), (404, "not_found", vec![]), "{uri}");
    }
    let foreign = "/api/employees/2/contracts/1";
    assert_eq!(admin.patch(foreign, json!({ "ends_on": "2025-12-31" })).await.status, 404);
    assert_eq!(admin.delete(foreign).await.status, 404);
    assert_eq!(admin.post("/api/employees/9/contracts/", new.clone()).await.status, 404);
    assert_eq!(
        admin.post("/api/employees/1/contracts/", new).await.refusal(),
        (422, "invalid_request", vec!["/starts_on"])
    );
    assert_eq!(admin.get("/api/employees/2/contracts/").await.expect(200).data(), &json!([]));
    assert_eq!(admin.delete("/api/employees/1/contracts/1").await.status, 204);
}

#[actix_web::test]
async fn a_skill_is_held_from_a_day_until_a_day() {
    let server = Server::start().await;
    let admin = server.admin().await;
    two_people(&admin).await;
    admin.create("/api/skills/", json!({ "name": "ICU" })).await;
    let new = json!({ "skill_id": 1, "valid_from": "2025-01-01", "valid_until": "2024-01-01" });
    let uri = "/api/employees/1/skills/";
    assert_eq!(admin.post(uri, new).await.refusal(), (422, "invalid_request", vec!["/valid_until"]));
    let id = admin.create(uri, json!({ "skill_id": 1, "valid_from": "2025-01-01" })).await;
    assert_eq!(admin.get(&format!("{uri}{id}")).await.expect(200).data()["valid_until"], Value::Null);
    assert_eq!(admin.get("/api/employees/1/skills/?skill_id=2").await.expect(200).data(), &json!([]));
}

#[actix_web::test]
async fn availability_has_both_ends_of_the_day_or_neither() {
    let server = Server::start().await;
    let admin = server.admin().await;
    two_people(&admin).await;
    let uri = "/api/employees/1/availability/";
    let half = json!({ "kind": "unavailable", "starts": "08:00", "valid_from": "2026-01-01" });
    assert_eq!(admin.post(uri, half).await.refusal(), (422, "invalid_request", vec!["/ends"]));
    let wish = json!({
        "kind": "preferred", "starts": "08:00", "ends": "12:00", "weekdays": ["mon", "fri"], "valid_from": "2026-01-01",
    });
    let answer = admin.post(uri, wish).await.expect(201);
    assert_eq!((&answer.data()["weight"], &answer.data()["weekdays"]), (&json!(1), &json!(["mon", "fri"])));
    let item = format!("{uri}1");
    assert_eq!(admin.patch(&item, json!({ "ends": null })).await.refusal(), (422, "invalid_request", vec!["/ends"]));
    let answer = admin.patch(&item, json!({ "starts": null, "ends": null })).await.expect(200);
    assert_eq!((&answer.data()["starts"], &answer.data()["ends"]), (&Value::Null, &Value::Null));
    let answer = admin.patch(&item, json!({ "kind": "unavailable" })).await;
    assert_eq!(answer.refusal(), (422, "invalid_request", vec!["/weight"]));
}

#[actix_web::test]
async fn an_employee_sees_what_is_theirs() {
    let server = Server::start().await;
    let admin = server.admin().await;
    two_people(&admin).await;
    let user = json!({ "username": "ada", "email": "ada@example.com", "password": super::PASSWORD });
    let user = admin.create("/api/users/", user).await;
    admin.patch("/api/employees/2", json!({ "user_id": user })).await.expect(200);
    let ada = server.sign_in("ada").await;
    let listed = ada.get("/api/employees/").await.expect(200);
    assert_eq!((listed.body["pagination"]["total"].clone(), &listed.data()[0]["full_name"]), (json!(1), &json!("Ada")));
    assert_eq!(ada.get("/api/employees/1").await.status, 404);
    assert_eq!(ada.get("/api/employees/1/availability/").await.status, 404);
    let busy = json!({ "kind": "unavailable", "valid_from": "2026-02-01", "valid_until": "2026-02-01" });
    ada.create("/api/employees/2/availability/", busy).await;
    let contract = json!({ "starts_on": "2026-02-01" });
    assert_eq!(ada.post("/api/employees/2/contracts/", contract).await.status, 403);
}
