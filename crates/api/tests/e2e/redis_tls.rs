//! The cache over an encrypted connection whose certificate is verified.

use crate::support::{Backend, Redis};

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_reached_over_tls() {
    let redis = Redis::start_encrypted();
    let backend = Backend::postgres_and_redis().await;
    let backend = backend.with("REDIS_URL", redis.url()).with("SSL_CERT_FILE", redis.certificate());
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    for _ in 0..2 {
        admin.get("/api/sites/").await.expect(200);
    }
    let metrics = reqwest::get(format!("{}/metrics", server.base)).await.unwrap().text().await.unwrap();
    assert!(metrics.contains(r#"cache_requests_total{operation="find",outcome="hit"} 1"#), "{metrics}");
}
