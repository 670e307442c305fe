use reqwest::Method;

use crate::support::{ADMIN_PASSWORD, Backend, Client, on_each_backend};

/// A browser asks who it is; answers the status.
async fn asks_who_it_is(base: &str, cookie: &str) -> u16 {
    Client::anonymous(base).get_with_cookie("/api/auth/me", cookie).await.status
}

async fn a_restart_signs_no_browser_out(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let (cookie, csrf_token) = server.anonymous().open_session("admin", ADMIN_PASSWORD).await;
    assert_eq!(asks_who_it_is(&server.base, &cookie).await, 200);
    server.signal("-TERM");
    server.wait();

    let server = backend.serve();
    assert_eq!(asks_who_it_is(&server.base, &cookie).await, 200);
    let close = server.anonymous().request(Method::DELETE, "/api/auth/session").header("Cookie", &cookie);
    let close = close.header("Sec-Fetch-Site", "same-origin").header("X-CSRF-Token", csrf_token);
    assert_eq!(close.send().await.unwrap().status(), 200, "and its pages go on writing");
    assert_eq!(asks_who_it_is(&server.base, &cookie).await, 401);
}

on_each_backend!(a_restart_signs_no_browser_out);
