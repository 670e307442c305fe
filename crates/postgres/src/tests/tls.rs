//! How far a server's certificate is trusted, by a server that has one. `scripts/with-services` makes it: it names the
//! host `localhost` and is signed by an authority that nobody else knows.

use diesel::QueryableByName;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;

use crate::connection::Connector;
use crate::settings::PgSettings;
use crate::testing::TestDatabase;

#[derive(QueryableByName)]
struct Encryption {
    #[diesel(sql_type = Bool)]
    ssl: bool,
}

/// Whether a connection is encrypted; none where there is no connection.
async fn is_encrypted(url: &str) -> Option<bool> {
    let mut pg = Connector::try_new(&PgSettings::new(url)).unwrap().open().await.ok()?;
    let query = diesel::sql_query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    query.get_result(&mut pg).await.ok().map(|found: Encryption| found.ssl)
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "tests have no configuration to take it from")]
async fn a_certificate_is_trusted_as_far_as_the_address_says() {
    let authority = std::env::var("TEST_DATABASE_CA").expect("run this test under scripts/with-services");
    let database = TestDatabase::create().await;
    let address = database.url().replace("?sslmode=disable", "");
    let by_name = address.replace("@127.0.0.1:", "@localhost:");
    assert_ne!(address, by_name);
    for (url, encrypted) in [
        (format!("{address}?sslmode=disable"), Some(false)),
        (address.clone(), Some(true)),
        (format!("{address}?sslmode=prefer"), Some(true)),
        (format!("{address}?sslmode=require"), Some(true)),
        (format!("{address}?sslmode=verify-ca&sslrootcert={authority}"), Some(true)),
        (format!("{address}?sslmode=verify-ca"), None),
        (format!("{by_name}?sslmode=verify-full&sslrootcert={authority}"), Some(true)),
        (format!("{address}?sslmode=verify-full&sslrootcert={authority}"), None),
        (format!("{by_name}?sslmode=verify-full"), None),
    ] {
        assert_eq!(is_encrypted(&url).await, encrypted, "{url}");
    }
}
