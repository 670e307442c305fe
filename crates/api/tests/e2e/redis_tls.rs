//! The cache over an encrypted connection whose certificate is verified.

use crate::support::{Backend, Redis};

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_reached_over_tls() {
    let redis = Redis::start_encrypted();
    is_used(
        Backend::postgres_and_redis().await.with("REDIS_URL", redis.url()).with("SSL_CERT_FILE", redis.certificate()),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_ones_own_stands_in_the_address() {
    let redis = Redis::start_encrypted();
    let with_authority = |file: String| format!("{}?sslrootcert={file}", redis.url());
    let backend = Backend::postgres_and_redis().await;
    is_used(backend.with("REDIS_URL", with_authority(redis.certificate()))).await;

    let backend = Backend::postgres_and_redis().await.with("REDIS_URL", with_authority("/not/there.pem".to_owned()));
    backend.command(&["migrate"]).run_ok();
    let refused = backend.command(&["serve", "--listen", "127.0.0.1:0"]).run();
    assert_ne!(refused.code(), Some(0));
    assert!(refused.stderr().contains("sslrootcert names /not/there.pem"), "{}", refused.stderr());
}

async fn is_used(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    for _ in 0..2 {
        admin.get("/api/sites/").await.expect(200);
    }
    let metrics = reqwest::get(format!("{}/metrics", server.base)).await.unwrap().text().await.unwrap();
    assert!(metrics.contains(r#"cache_requests_total{operation="find",outcome="hit"} 1"#), "{metrics}");
}
