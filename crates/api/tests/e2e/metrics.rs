//! What Prometheus reads, and where.

use crate::support::Backend;

async fn get(address: &str, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_of_their_own_answers_metrics_and_nothing_else() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let own = format!("127.0.0.1:{port}");
    let backend = Backend::embedded().with("HR_METRICS_LISTEN", &own);
    backend.prepare();
    let server = backend.serve();
    let main = server.base.trim_start_matches("http://").to_owned();
    server.admin().await.get("/api/sites/").await.expect(200);

    assert_eq!(get(&main, "/metrics").await.0, 404);
    let (status, metrics) = get(&own, "/metrics").await;
    assert_eq!(status, 200);
    for series in [
        r#"http_requests_total{endpoint="/api/sites/",method="GET",status="200"} 1"#,
        r#"http_requests_total{endpoint="unknown",method="GET",status="404"} 1"#,
        "database_connection_waiters 0",
        "\nsessions_live ",
    ] {
        assert!(metrics.contains(series), "{series} is missing:\n{metrics}");
    }
    assert!(!metrics.contains("redis_"), "there is none:\n{metrics}");
    for path in ["/", "/health", "/api/sites/", "/api/docs/"] {
        assert_eq!(get(&own, path).await.0, 404, "{path}");
    }
    server.stop();
    assert!(reqwest::get(format!("http://{own}/metrics")).await.is_err(), "it ends with the service");
}

#[test]
fn a_port_that_is_taken_is_named_with_its_setting() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let backend = Backend::embedded().with("HR_METRICS_LISTEN", &address);
    let refused = backend.command(&["serve", "--listen", "127.0.0.1:0"]).run();
    assert_eq!(refused.code(), Some(3));
    assert!(
        refused.stderr().contains(&address) && refused.stderr().contains("HR_METRICS_LISTEN"),
        "{}",
        refused.stderr()
    );
}
