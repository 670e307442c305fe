//! What was done: what the file refuses, and what a walk finds where somebody had their way all the same.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use scheduling_conformance::store::audit::walk;
use scheduling_conformance::tampering::{TAKEN_BACK, TAMPERINGS, a_chain_of_eight};
use scheduling_conformance::world::World;
use scheduling_domain::audit::Tampering;
use scheduling_domain::ports::Store;
use scheduling_sqlite::{SqliteOptions, SqliteStore};
use tempfile::TempDir;

const GUARDS_OFF: &str = "DROP TRIGGER audit_events_no_update; DROP TRIGGER audit_events_no_delete; \
    DROP TRIGGER audit_heads_no_delete; DROP TRIGGER audit_heads_move_on;";

/// A chain of eight events, and the file as somebody else sees it.
async fn chain() -> (Arc<dyn Store>, World, SqliteConnection, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hr.sqlite3");
    let options = SqliteOptions { durable: false, ..SqliteOptions::default() };
    let store = SqliteStore::open(&path, options).await.unwrap();
    store.migrate().await.unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    let world = a_chain_of_eight(&store, "ours").await;
    let beside = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    (store, world, beside, folder)
}

#[tokio::test]
async fn the_file_refuses_to_change_what_was_done() {
    let (store, world, mut beside, _folder) = chain().await;
    for (statement, _) in TAMPERINGS {
        // A head that moves on is what every commit does; what it says then is found by a walk.
        if *statement != "UPDATE audit_heads SET sequence = 9" {
            assert!(beside.batch_execute(statement).is_err(), "{statement}");
        }
    }
    assert_eq!(walk(&store, world.organization, None).await.map(|end| end.sequence), Ok(8));
}

#[tokio::test]
async fn a_walk_finds_whatever_was_changed_behind_the_guards() {
    for (statement, expected) in TAMPERINGS {
        let (store, world, mut beside, _folder) = chain().await;
        beside.batch_execute(GUARDS_OFF).unwrap();
        beside.batch_execute(statement).unwrap();
        assert_eq!(walk(&store, world.organization, None).await, Err(*expected), "{statement}");
    }
}

#[tokio::test]
async fn a_noted_link_tells_of_a_chain_that_was_taken_back() {
    let (store, world, mut beside, _folder) = chain().await;
    let noted = walk(&store, world.organization, None).await.unwrap();
    beside.batch_execute(GUARDS_OFF).unwrap();
    beside.batch_execute(TAKEN_BACK).unwrap();
    assert_eq!(walk(&store, world.organization, None).await.map(|end| end.sequence), Ok(7));
    let found = walk(&store, world.organization, Some(noted)).await;
    assert_eq!(found, Err(Tampering::Truncated { last: 7, known: 8 }));
}
