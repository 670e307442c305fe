//! The suite that every store passes.

use scheduling_conformance::store::TestStore;

use crate::testing::TestDatabase;

async fn empty_store() -> TestStore {
    let database = TestDatabase::create().await;
    TestStore::keeping(database.store().await, database)
}

scheduling_conformance::store_conformance!(empty_store);
