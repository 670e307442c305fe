//! The port's suite on the embedded store.

use scheduling_conformance::store::TestStore;
use scheduling_conformance::store_conformance;
use scheduling_sqlite::SqliteStore;

async fn fresh() -> TestStore {
    TestStore::new(SqliteStore::in_memory().await.unwrap())
}

store_conformance!(fresh);
