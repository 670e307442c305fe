//! The session store's suite on the embedded store.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;

use scheduling_conformance::build::instant;
use scheduling_conformance::session_store_conformance;
use scheduling_conformance::sessions::TestSessions;
use scheduling_conformance::store::TestStore;
use scheduling_sqlite::SqliteStore;

async fn fresh() -> TestSessions {
    let store = SqliteStore::in_memory().await.unwrap();
    let test = TestStore::new(store.clone());
    TestSessions::in_store(test, Arc::new(store), instant("2026-01-05T08:00:00Z")).await
}

session_store_conformance!(fresh);
