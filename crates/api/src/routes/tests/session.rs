//! Browsers that are signed in, and ending sessions.

use std::sync::Arc;

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use insta::assert_json_snapshot;
use scheduling_app::App;
use scheduling_app::auth::TokenKeys;
use scheduling_redis::RedisSessionStore;
use serde_json::{Value, json};

use super::{Answer, Client, PASSWORD, Server};
use crate::http::{SessionCookie, Shared};

/// A browser: it keeps the cookie and the token it was given.
struct Browser<'a> {
    server: &'a Server,
    cookie: String,
    csrf_token: String,
}

fn login(identifier: &str) -> Value {
    json!({ "identifier": identifier, "password": PASSWORD })
}

impl<'a> Browser<'a> {
    async fn sign_in(server: &'a Server, identifier: &str) -> Self {
        let answer = server.anonymous().post("/api/auth/session", login(identifier)).await.expect(201);
        let cookie = answer.headers["set-cookie"].as_str().unwrap().split(';').next().unwrap().to_owned();
        let csrf_token = answer.data()["csrf_token"].as_str().unwrap().to_owned();
        Self { server, cookie, csrf_token }
    }

    /// The same browser, answered by another instance.
    fn at(&self, server: &'a Server) -> Self {
        Self { server, cookie: self.cookie.clone(), csrf_token: self.csrf_token.clone() }
    }

    /// A request of a page of ours.
    async fn send(&self, method: Method, uri: &str) -> Answer {
        let request = TestRequest::with_uri(uri).method(method).insert_header(("sec-fetch-site", "same-origin"));
        let request = request.insert_header(("x-csrf-token", self.csrf_token.as_str()));
        self.bare(request).await
    }

    /// A request with nothing but the cookie.
    async fn bare(&self, request: TestRequest) -> Answer {
        self.server.anonymous().send(request.insert_header((header::COOKIE, self.cookie.as_str()))).await
    }

    async fn get(&self, uri: &str) -> Answer {
        self.send(Method::GET, uri).await
    }

    async fn delete(&self, uri: &str) -> Answer {
        self.send(Method::DELETE, uri).await
    }
}

/// Another process on the same store, with keys of its own making from the same secret.
fn instance(server: &Server) -> Server {
    let app = App { tokens: Arc::new(TokenKeys::try_new(&[7; 32]).unwrap()), ..server.app.clone() };
    Server::of(app.clone(), Shared { authenticator: Arc::new(app), ..server.shared.clone() })
}

async fn with_employee(server: &Server) -> Client<'_> {
    let admin = server.admin().await;
    let new = json!({ "username": "ada", "email": "ada@example.com", "password": PASSWORD });
    admin.create("/api/users/", new).await;
    admin
}

#[actix_web::test]
async fn a_browser_signs_in_asks_and_signs_out() {
    let server = Server::start().await;
    let opened = server.anonymous().post("/api/auth/session", login("admin")).await.expect(201);
    let cookie = opened.headers["set-cookie"].as_str().unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax", "in development");
    assert!(pair.starts_with("hr_session=1."), "{pair}");
    assert_json_snapshot!("opened", opened.seen(), { ".body.data.csrf_token" => "[token]" });

    let browser = Browser::sign_in(&server, "admin").await;
    assert_eq!(browser.get("/api/auth/me").await.expect(200).data()["username"], "admin");
    let shown = browser.get("/api/auth/session").await.expect(200);
    assert_eq!(shown.data()["csrf_token"], browser.csrf_token.as_str());
    let closed = browser.delete("/api/auth/session").await.expect(200);
    assert_eq!(closed.headers["set-cookie"], "hr_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    assert_eq!(closed.headers["clear-site-data"], "\"cache\", \"storage\"");
    assert_eq!(browser.get("/api/auth/me").await.refusal(), (401, "not_authenticated", vec![]));
}

#[actix_web::test]
async fn in_production_the_cookie_is_for_this_host_over_tls_alone() {
    let mut server = Server::start().await;
    server.shared.session_cookie = SessionCookie::new(true);
    let asked = json!({ "identifier": "admin", "password": PASSWORD, "remember_me": true });
    let answer = server.anonymous().post("/api/auth/session", asked).await.expect(201);
    let (pair, attributes) = answer.headers["set-cookie"].as_str().unwrap().split_once("; ").unwrap();
    assert!(pair.starts_with("__Host-hr_session=1."), "{pair}");
    assert_eq!(attributes, "Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure");
}

#[actix_web::test]
async fn a_planted_cookie_is_never_taken_over() {
    let server = Server::start().await;
    with_employee(&server).await;
    let planted = Browser::sign_in(&server, "ada").await;
    let request = TestRequest::post().uri("/api/auth/session").set_json(login("admin"));
    let answer = planted.bare(request).await.expect(201);
    let fresh = answer.headers["set-cookie"].as_str().unwrap();
    assert!(!fresh.starts_with(&planted.cookie));
    assert_eq!(planted.get("/api/auth/me").await.status, 401, "and what it opened has ended");
}

#[actix_web::test]
async fn a_forged_cookie_is_nobodys() {
    let server = Server::start().await;
    let mut browser = Browser::sign_in(&server, "admin").await;
    let whole = browser.cookie.clone();
    for forged in ["hr_session=", "hr_session=1.a.b", &whole[..whole.len() - 1], &whole.replace("=1.", "=2.")] {
        browser.cookie = forged.to_owned();
        assert_eq!(browser.get("/api/auth/me").await.refusal(), (401, "not_authenticated", vec![]), "{forged}");
    }
}

#[actix_web::test]
async fn writes_with_a_cookie_need_a_page_of_ours_and_its_token() {
    let server = Server::start().await;
    let browser = Browser::sign_in(&server, "admin").await;
    let stranger = Browser::sign_in(&server, "admin").await;
    let (site, token) = ("sec-fetch-site", "x-csrf-token");
    let good = browser.csrf_token.as_str();
    let refused: &[&[(&str, &str)]] = &[
        &[],
        &[(site, "same-origin")],
        &[(token, good)],
        &[(site, "same-origin"), (token, "guessed")],
        &[(site, "same-origin"), (token, &stranger.csrf_token)],
        &[(site, "cross-site"), (token, good)],
        &[(site, "same-site"), (token, good)],
        &[("origin", "https://evil.example"), (token, good)],
        &[("origin", "null"), (token, good)],
    ];
    let write = |headers: &[(&str, &str)]| {
        let request = TestRequest::patch().uri("/api/users/1").set_json(json!({ "full_name": "Ada" }));
        let request = request.insert_header((header::HOST, "hr.example"));
        headers.iter().fold(request, |request, header| request.insert_header(*header))
    };
    for headers in refused {
        assert_eq!(browser.bare(write(headers)).await.refusal(), (403, "csrf", vec![]), "{headers:?}");
    }
    let accepted: &[&[(&str, &str)]] = &[
        &[(site, "same-origin"), (token, good)],
        &[(site, "none"), (token, good)],
        &[("origin", "https://hr.example"), (token, good)],
    ];
    for headers in accepted {
        browser.bare(write(headers)).await.expect(200);
    }
    browser.bare(TestRequest::get().uri("/api/auth/me")).await.expect(200);
    let admin = server.admin().await;
    let cross_site = write(&[(site, "cross-site")]).insert_header((header::COOKIE, browser.cookie.as_str()));
    admin.send(cross_site).await.expect(200);
    assert_json_snapshot!("csrf", browser.bare(write(&[])).await.seen());
}

#[actix_web::test]
async fn another_site_signs_nobody_in() {
    let server = Server::start().await;
    let request = TestRequest::post().uri("/api/auth/session").set_json(login("admin"));
    let answer = server.anonymous().send(request.insert_header(("sec-fetch-site", "cross-site"))).await;
    assert_eq!(answer.refusal(), (403, "csrf", vec![]));
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[actix_web::test]
async fn people_see_where_they_are_signed_in_and_end_it() {
    let server = Server::start().await;
    with_employee(&server).await;
    let (here, there) = (Browser::sign_in(&server, "ada").await, Browser::sign_in(&server, "ada").await);
    let bearer = server.sign_in("ada").await;
    let listed = here.get("/api/auth/sessions/").await.expect(200);
    assert_json_snapshot!("sessions", listed.body["data"]);
    let id = |index: usize| listed.body["data"][index]["id"].as_i64().unwrap();

    here.delete(&format!("/api/auth/sessions/{}", id(1))).await.expect(204);
    assert_eq!(there.get("/api/auth/me").await.status, 401);
    here.delete(&format!("/api/auth/sessions/{}", id(0))).await.expect(204);
    assert_eq!(bearer.get("/api/auth/me").await.status, 401, "an access token ends with its session");
    assert_eq!(here.delete(&format!("/api/auth/sessions/{}", id(0))).await.status, 404);
    here.get("/api/auth/me").await.expect(200);

    let tokens = server.sign_in("ada").await;
    tokens.delete("/api/auth/session").await.expect(200);
    assert_eq!(tokens.get("/api/auth/me").await.status, 401);
    here.get("/api/auth/me").await.expect(200);
}

#[actix_web::test]
async fn administrators_see_and_end_anybodys_sessions_and_nobody_else_does() {
    let server = Server::start().await;
    let admin = with_employee(&server).await;
    let (one, two) = (Browser::sign_in(&server, "ada").await, Browser::sign_in(&server, "ada").await);
    let listed = admin.get("/api/users/2/sessions/").await.expect(200);
    assert_eq!(listed.body["pagination"]["total"], 2);
    let newest = listed.data()[0]["id"].as_i64().unwrap();
    admin.delete(&format!("/api/users/2/sessions/{newest}")).await.expect(204);
    assert_eq!(two.get("/api/auth/me").await.status, 401);

    assert_eq!(one.get("/api/users/1/sessions/").await.status, 403);
    assert_eq!(one.delete("/api/users/1/sessions/").await.status, 403);
    let administrators = admin.get("/api/auth/sessions/").await.expect(200).data()[0]["id"].as_i64().unwrap();
    assert_eq!(one.delete(&format!("/api/users/1/sessions/{administrators}")).await.status, 403);
    assert_eq!(one.delete(&format!("/api/auth/sessions/{administrators}")).await.status, 404);
    one.get("/api/users/2/sessions/").await.expect(200);

    admin.delete("/api/users/2/sessions/").await.expect(204);
    assert_eq!(one.get("/api/auth/me").await.status, 401);
    assert_eq!(admin.get("/api/users/77/sessions/").await.status, 404);
    assert_eq!(admin.delete("/api/users/77/sessions/").await.status, 404);
}

#[actix_web::test]
async fn what_ends_on_one_instance_has_ended_on_the_other_at_the_next_request() {
    let server = Server::start().await;
    let other = instance(&server);
    let admin = with_employee(&server).await;
    let browser = Browser::sign_in(&server, "ada").await;
    let there = browser.at(&other);
    there.get("/api/auth/me").await.expect(200);
    browser.delete("/api/auth/session").await.expect(200);
    assert_eq!(there.get("/api/auth/me").await.status, 401, "a sign-out");

    let there = Browser::sign_in(&other, "ada").await;
    let tokens = other.sign_in("ada").await;
    admin.patch("/api/users/2", json!({ "is_active": false })).await.expect(200);
    assert_eq!(there.get("/api/auth/me").await.status, 401, "a deactivation");
    assert_eq!(tokens.get("/api/auth/me").await.status, 401, "a deactivation");
}

#[actix_web::test]
async fn without_redis_browsers_are_told_so_and_bearers_go_on() {
    let server = Server::start().await;
    let browser = Browser::sign_in(&server, "admin").await;
    let tokens = server.admin().await;
    // Bound, so that nobody else takes the port, and closed to connections: it is never listened on.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("redis://{}/1", socket.local_addr().unwrap());
    let app = App { sessions: Arc::new(RedisSessionStore::new(&url).unwrap()), ..server.app.clone() };
    let away = Server::of(app.clone(), Shared { authenticator: Arc::new(app), ..server.shared.clone() });

    let refused = browser.at(&away).get("/api/auth/me").await;
    assert_eq!(refused.headers["retry-after"], "1");
    assert_json_snapshot!("away", refused.seen());
    let refused = away.anonymous().post("/api/auth/session", login("admin")).await;
    assert_eq!(refused.refusal(), (503, "sessions_unavailable", vec![]));

    let tokens = Client { server: &away, token: tokens.token.clone() };
    tokens.get("/api/auth/me").await.expect(200);
    let listed = tokens.get("/api/auth/sessions/").await.expect(200);
    assert_eq!(listed.body["pagination"]["total"], 2, "a session that could not be kept was not opened");
    let id = listed.data()[1]["id"].as_i64().unwrap();
    tokens.delete(&format!("/api/auth/sessions/{id}")).await.expect(204);
    assert_eq!(browser.get("/api/auth/me").await.status, 401, "what was ended meanwhile stays ended");
}
