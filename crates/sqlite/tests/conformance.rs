//! The port's suite on the embedded store.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use scheduling_conformance::store::TestStore;
use scheduling_conformance::store_conformance;
use scheduling_sqlite::SqliteStore;

async fn fresh() -> TestStore {
    TestStore::new(SqliteStore::in_memory().await.unwrap())
}

store_conformance!(fresh);
