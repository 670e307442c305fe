//! The suite that every store passes.

use scheduling_conformance::store::TestStore;

use crate::testing::TestDatabase;

async fn empty_store() -> TestStore {
    let database = TestDatabase::create().await;
    TestStore::keeping(database.store().await, database)
}

scheduling_conformance::store_conformance!(empty_store);

/// Behind a pooler that lends sessions for a transaction.
mod lent {
    use scheduling_conformance::store::TestStore;

    use crate::testing::TestDatabase;
    use crate::{PgSettings, PgStore, Pooling};

    async fn empty_store() -> TestStore {
        let database = TestDatabase::create().await;
        let settings = PgSettings { pooling: Pooling::Transaction, ..database.settings_of_service() };
        TestStore::keeping(PgStore::connect(&settings).await.unwrap(), database)
    }

    scheduling_conformance::store_conformance!(empty_store);
}

mod session_store {
    use std::sync::Arc;

    use scheduling_conformance::build::instant;
    use scheduling_conformance::sessions::TestSessions;
    use scheduling_conformance::store::TestStore;

    use crate::testing::TestDatabase;

    async fn empty_store() -> TestSessions {
        let database = TestDatabase::create().await;
        let store = database.store().await;
        let test = TestStore::keeping(store.clone(), database);
        TestSessions::in_store(test, Arc::new(store), instant("2026-01-05T08:00:00Z")).await
    }

    scheduling_conformance::session_store_conformance!(empty_store);
}
