//! Reports and traces go where the configuration says, and nowhere that an answer says.

use crate::support::{Backend, StandIn};

#[tokio::test(flavor = "multi_thread")]
async fn reports_and_traces_follow_no_redirect() {
    for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let elsewhere = StandIn::start();
        let location = format!("Location: http://{}/elsewhere\r\n", elsewhere.address);
        let [sentry, collector] = [(); 2].map(|()| StandIn::answering(status, &location));
        let backend = Backend::embedded()
            .with("SENTRY_DSN", format!("http://5e417ca9a7c64d0c8d1f37a2b6e09c11@{}/1", sentry.address))
            .with("HR_SENTRY_TRACES_SAMPLE_RATE", "1")
            .with("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", collector.address))
            .with("HR_TRACES_SAMPLE_RATE", "1");
        backend.prepare();
        let server = backend.serve();
        server.anonymous().get("/health").await.expect(200);
        // The service has sent what it had before it ended.
        server.stop();
        let [asked, traced, followed] = [&sentry, &collector, &elsewhere].map(|one| one.received().len());
        assert!(0 < asked && 0 < traced, "{asked} and {traced}");
        assert_eq!(followed, 0, "{status} was followed");
    }
}
