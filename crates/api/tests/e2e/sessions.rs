use reqwest::Method;
use serde_json::json;

use crate::support::{ADMIN_PASSWORD, Backend, Client, on_each_backend};

/// A browser asks who it is; answers the status.
async fn asks_who_it_is(base: &str, cookie: &str) -> u16 {
    let request = Client::anonymous(base).request(Method::GET, "/api/auth/me").header("Cookie", cookie);
    request.send().await.unwrap().status().as_u16()
}

async fn a_restart_signs_no_browser_out(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let login = json!({ "identifier": "admin", "password": ADMIN_PASSWORD });
    let opened = server.anonymous().post("/api/auth/session", &login).await.expect(201);
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(asks_who_it_is(&server.base, &cookie).await, 200);
    server.signal("-TERM");
    server.wait();

    let server = backend.serve();
    assert_eq!(asks_who_it_is(&server.base, &cookie).await, 200);
    let csrf_token = opened.data()["csrf_token"].as_str().unwrap();
    let close = server.anonymous().request(Method::DELETE, "/api/auth/session").header("Cookie", &cookie);
    let close = close.header("Sec-Fetch-Site", "same-origin").header("X-CSRF-Token", csrf_token);
    assert_eq!(close.send().await.unwrap().status(), 200, "and its pages go on writing");
    assert_eq!(asks_who_it_is(&server.base, &cookie).await, 401);
}

on_each_backend!(a_restart_signs_no_browser_out);
