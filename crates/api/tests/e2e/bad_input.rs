use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Backend, Client, on_each_backend};

/// Every refusal is a problem document and an envelope at once, in the language asked for.
fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{:#}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{:#}", answer.body);
    assert!(!answer.header("x-request-id").is_empty());
    let body = &answer.body;
    assert_eq!((&body["status"], &body["success"]), (&json!(status), &json!(false)), "{body:#}");
    assert_eq!(body["code"], code, "{body:#}");
    for text in ["type", "title", "detail", "message", "timestamp"] {
        assert!(body[text].as_str().is_some_and(|text| !text.is_empty()), "{text} is missing in {body:#}");
    }
}

async fn send(client: &Client, method: Method, path: &str, content_type: &str, body: &str) -> Answer {
    let request = client.request(method, path).header("Content-Type", content_type).body(body.to_owned());
    Client::send(request).await
}

async fn bodies_that_are_wrong_are_told_all_their_faults(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    let sites = "/api/sites/";

    let answer = send(&admin, Method::POST, sites, "application/json", "{\"name\": \"x\",\n \"time_zone\": }").await;
    assert_problem(&answer, 400, "invalid_json");
    assert!(answer.body.to_string().contains('2'), "the line is not named: {:#}", answer.body);

    let answer = send(&admin, Method::POST, sites, "text/plain", "name=x").await;
    assert_problem(&answer, 415, "unsupported_media_type");

    let wrong = json!({"name": 7, "jurisdictions": ["cn", 5], "colour": "red", "address": "x".repeat(201)});
    let answer = admin.post(sites, &wrong).await;
    assert_problem(&answer, 422, "invalid_request");
    let mut pointers = answer.pointers();
    pointers.sort_unstable();
    for pointer in ["/colour", "/jurisdictions/1", "/name", "/time_zone"] {
        assert!(pointers.contains(&pointer), "{pointer} is not named in {:#}", answer.body);
    }

    let answer = admin.post(sites, &json!({"name": "x".repeat(101), "time_zone": "Mars/Olympus"})).await;
    assert_problem(&answer, 422, "invalid_request");
    assert!(answer.pointers().contains(&"/name"), "{:#}", answer.body);
    assert!(admin.get(sites).await.expect(200).data().as_array().unwrap().is_empty(), "half a write");

    let huge = format!("{{\"name\": \"{}\"}}", "x".repeat(2 << 20));
    let answer = send(&admin, Method::POST, sites, "application/json", &huge).await;
    assert_problem(&answer, 413, "body_too_large");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_problem(&send(&admin, Method::POST, sites, "application/json", &deep).await, 400, "json_too_deep");

    let answer = admin.get(&format!("{sites}?search={}", "x".repeat(5_000))).await;
    assert_problem(&answer, 414, "query_too_long");
    let many = (0..80).fold(admin.request(Method::GET, sites), |request, n| request.header(format!("X-{n}"), "1"));
    assert_problem(&Client::send(many).await, 431, "too_many_headers");
}

async fn what_is_not_there_is_said_so(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    assert_problem(&admin.get("/api/sites/999999").await, 404, "not_found");
    assert_problem(&admin.get("/api/sites/abc").await, 404, "not_found");
    assert_problem(&admin.get("/api/sites/-1").await, 404, "not_found");
    assert_problem(&admin.get("/api/nothing").await, 404, "not_found");
    let answer = admin.delete("/api/sites/").await;
    assert_problem(&answer, 405, "method_not_allowed");
    assert!(answer.header("allow").contains("GET"), "{:?}", answer.headers);
    for query in ["page=0", "per_page=0", "per_page=101", "page=x", "colour=red"] {
        assert_problem(&admin.get(&format!("/api/sites/?{query}")).await, 422, "invalid_request");
    }
    let team = admin.post("/api/teams/", &json!({"name": "T", "site_id": 424_242})).await;
    assert_problem(&team, 422, "invalid_request");
    assert_eq!(team.pointers(), ["/site_id"]);
}

async fn another_organization_does_not_exist(backend: Backend) {
    backend.prepare();
    let create = ["admin", "create", "--organization", "other", "--username", "eve", "--email", "eve@example.com"];
    backend.command(&[&create[..], &["--password-stdin"]].concat()).run_with_input("another long password").expect_ok();
    let server = backend.serve();
    let admin = server.admin().await;
    let site = admin.post("/api/sites/", &json!({"name": "Ours", "time_zone": "Asia/Shanghai"})).await.expect(201).id();

    let login = json!({"identifier": "eve", "password": "another long password"});
    assert_problem(&server.anonymous().post("/api/auth/login", &login).await, 401, "wrong_credentials");
    let request = server.anonymous().request(Method::POST, "/api/auth/login").header("X-Organization", "other");
    let answer = Client::send(request.json(&login)).await.expect(200);
    let eve = admin.with_token(answer.data()["access_token"].as_str().unwrap());

    let path = format!("/api/sites/{site}");
    assert_problem(&eve.get(&path).await, 404, "not_found");
    assert_problem(&eve.patch(&path, Some("\"1\""), &json!({"name": "Hers"})).await, 404, "not_found");
    assert_problem(&eve.delete(&path).await, 404, "not_found");
    assert!(eve.get("/api/sites/").await.expect(200).data().as_array().unwrap().is_empty());
    let team = eve.post("/api/teams/", &json!({"name": "T", "site_id": site})).await;
    assert_problem(&team, 422, "invalid_request");
    assert_eq!(admin.get(&path).await.expect(200).data()["name"], "Ours");
}

/// A schedule at a site in Berlin over the spring change of 2027, and a shift in it.
async fn a_shift(admin: &Client) -> (Value, i64) {
    let site = admin.post("/api/sites/", &json!({"name": "B", "time_zone": "Europe/Berlin"})).await.expect(201).id();
    let team = admin.post("/api/teams/", &json!({"name": "B", "site_id": site})).await.expect(201).id();
    let position = admin.post("/api/positions/", &json!({"name": "P"})).await.expect(201).id();
    let schedule = json!({"team_id": team, "starts_on": "2027-03-22", "ends_on": "2027-04-04"});
    let schedule = admin.post("/api/schedules/", &schedule).await.expect(201).id();
    let shift = json!({
        "schedule_id": schedule, "label": "D", "position_id": position, "on": "2027-03-26",
        "starts": "08:00", "ends": "16:00", "heads": {"target": 1},
    });
    let id = admin.post("/api/shifts/", &shift).await.expect(201).id();
    (shift, id)
}

async fn a_shift_is_changed_only_by_who_has_seen_it(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    let (_, id) = a_shift(&admin).await;
    let path = format!("/api/shifts/{id}");
    let seen = admin.get(&path).await.expect(200).header("etag").to_owned();
    let change = json!({"label": "E"});
    assert_problem(&admin.patch(&path, None, &change).await, 428, "precondition_required");
    admin.patch(&path, Some(&seen), &change).await.expect(200);
    let answer = admin.patch(&path, Some(&seen), &json!({"label": "F"})).await;
    assert_problem(&answer, 412, "stale");
    assert_eq!(admin.get(&path).await.expect(200).data()["label"], "E");
}

async fn times_that_cannot_be_are_refused(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    let (shift, id) = a_shift(&admin).await;

    let mut in_the_gap = shift.clone();
    in_the_gap["on"] = json!("2027-03-28");
    in_the_gap["starts"] = json!("02:30");
    let answer = admin.post("/api/shifts/", &in_the_gap).await;
    assert_problem(&answer, 422, "invalid_request");
    assert_eq!(answer.pointers(), ["/starts"]);

    let mut outside = shift;
    outside["on"] = json!("2027-05-01");
    let answer = admin.post("/api/shifts/", &outside).await;
    assert_problem(&answer, 422, "invalid_request");
    assert_eq!(answer.pointers(), ["/on"]);

    let team = admin.get(&format!("/api/shifts/{id}")).await.expect(200);
    let schedule = team.data()["schedule_id"].as_i64().unwrap();
    let team = admin.get(&format!("/api/schedules/{schedule}")).await.expect(200).data()["team_id"].clone();
    let backwards = json!({"team_id": team, "starts_on": "2027-06-10", "ends_on": "2027-06-01"});
    let answer = admin.post("/api/schedules/", &backwards).await;
    assert_problem(&answer, 422, "invalid_request");
    assert_eq!(answer.pointers(), ["/ends_on"]);
}

async fn a_repeated_request_is_done_once(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    let post = |name: &'static str, key: &'static str| {
        let request = admin.request(Method::POST, "/api/skills/").header("Idempotency-Key", key);
        Client::send(request.json(&json!({"name": name})))
    };
    let first = post("ICU", "k1").await.expect(201);
    let again = post("ICU", "k1").await.expect(201);
    assert_eq!((first.id(), first.header("etag")), (again.id(), again.header("etag")));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_problem(&post("Other", "k1").await, 422, "idempotency_mismatch");
    assert_problem(&post("ICU", "k2").await, 409, "duplicate");
    assert_problem(&post("ICU", "x".repeat(256).leak()).await, 400, "malformed_header");
}

async fn who_may_not_come_in_learns_nothing(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let anonymous = server.anonymous();
    let answer = anonymous.get("/api/users/").await;
    assert_problem(&answer, 401, "not_authenticated");
    assert!(answer.header("www-authenticate").starts_with("Bearer"));

    let mut spent = [Duration::ZERO; 2];
    let mut said = Vec::new();
    for (index, identifier) in ["admin", "nobody"].into_iter().enumerate() {
        let start = Instant::now();
        let login = json!({"identifier": identifier, "password": "not the password"});
        let answer = anonymous.post("/api/auth/login", &login).await;
        spent[index] += start.elapsed();
        assert_problem(&answer, 401, "wrong_credentials");
        said.push((answer.body["detail"].clone(), answer.body["message"].clone()));
    }
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
    // Both cost a whole hash; an answer without one would be some hundred times quicker.
    assert!(spent[1] * 4 > spent[0], "known {:?}, unknown {:?}", spent[0], spent[1]);

    let login = json!({"identifier": "admin", "password": crate::support::ADMIN_PASSWORD});
    let answer = anonymous.post("/api/auth/login", &login).await.expect(200);
    let token = answer.data()["access_token"].as_str().unwrap().to_owned();
    let parts: Vec<_> = token.split('.').collect();
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    let tampered = format!("{}.{}.{}", parts[0], parts[1], parts[2].chars().rev().collect::<String>());
    for forged in ["", "x", "a.b.c", &unsigned, &tampered] {
        assert_problem(&anonymous.with_token(forged).get("/api/auth/me").await, 401, "not_authenticated");
    }
    let refresh = answer.data()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(anonymous.with_token(&refresh).get("/api/auth/me").await.status, 401);
    let rotated = anonymous.post("/api/auth/refresh", &json!({"refresh_token": refresh})).await.expect(200);
    // Within ten seconds it counts as a lost reply, unless its successor is used.
    let lost = anonymous.post("/api/auth/refresh", &json!({"refresh_token": refresh})).await.expect(200);
    let family = rotated.data()["refresh_token"].clone();
    assert_eq!(lost.data()["refresh_token"], family);
    anonymous.post("/api/auth/refresh", &json!({"refresh_token": family})).await.expect(200);
    let again = anonymous.post("/api/auth/refresh", &json!({"refresh_token": refresh})).await;
    assert_problem(&again, 401, "invalid_refresh_token");
    let after_reuse = anonymous.post("/api/auth/refresh", &json!({"refresh_token": family})).await;
    assert_problem(&after_reuse, 401, "invalid_refresh_token");
}

/// The same claims in another quarter of an hour, signed by whoever has the key.
fn signed_at(key: &str, token: &str, issued_at: i64) -> String {
    let header = jsonwebtoken::decode_header(token).unwrap();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let mut claims: Value = serde_json::from_slice(&claims).unwrap();
    (claims["iat"], claims["exp"]) = (json!(issued_at), json!(issued_at + 900));
    jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(key.as_bytes())).unwrap()
}

async fn an_expired_token_is_told_from_a_forged_one(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let anonymous = server.anonymous();
    let login = json!({"identifier": "admin", "password": crate::support::ADMIN_PASSWORD});
    let answer = anonymous.post("/api/auth/login", &login).await.expect(200);
    let token = answer.data()["access_token"].as_str().unwrap();
    let me = async |token: &str| anonymous.with_token(token).get("/api/auth/me").await;
    let (key, now) = (backend.signing_key(), jiff::Timestamp::now().as_second());
    assert_eq!(me(&signed_at(&key, token, now)).await.status, 200);

    let expired = me(&signed_at(&key, token, now - 901)).await;
    assert_problem(&expired, 401, "token_expired");
    assert!(expired.header("www-authenticate").starts_with("Bearer"));
    let forged = me(&signed_at(&"x".repeat(key.len()), token, now - 901)).await;
    assert_problem(&forged, 401, "not_authenticated");
}

async fn a_schema_newer_than_the_program_is_left_alone(backend: Backend) {
    backend.prepare();
    backend.outgrow().await;
    for command in [&["migrate"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let refused = backend.command(command).run();
        assert_eq!(refused.code(), Some(3), "{}{}", refused.stdout(), refused.stderr());
        assert!(
            refused.stderr().contains("9999") && refused.stderr().contains("newer version"),
            "{}",
            refused.stderr()
        );
    }
}

async fn answers_come_in_the_language_asked_for(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    let mut texts = Vec::new();
    for language in ["zh-CN,zh;q=0.9", "en-GB,en;q=0.8", "fr"] {
        let request = admin.request(Method::GET, "/api/sites/999999");
        let (client, request) = request.build_split();
        let mut request = request.unwrap();
        request.headers_mut().insert("Accept-Language", language.parse().unwrap());
        texts.push(client.execute(request).await.unwrap().json::<Value>().await.unwrap()["message"].clone());
    }
    assert!(texts[0].as_str().unwrap().chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)), "{texts:?}");
    assert!(texts[1].as_str().unwrap().is_ascii(), "{texts:?}");
    assert_eq!(texts[2], texts[0], "the house's language stands in for one that is not there");
}

on_each_backend!(
    bodies_that_are_wrong_are_told_all_their_faults,
    what_is_not_there_is_said_so,
    another_organization_does_not_exist,
    a_shift_is_changed_only_by_who_has_seen_it,
    times_that_cannot_be_are_refused,
    a_repeated_request_is_done_once,
    who_may_not_come_in_learns_nothing,
    an_expired_token_is_told_from_a_forged_one,
    a_schema_newer_than_the_program_is_left_alone,
    answers_come_in_the_language_asked_for,
);
