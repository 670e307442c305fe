//! What somebody with the database's own rights can do to a chain, and what a walk then finds. Adapters run each
//! statement against a chain of eight events, with their guards switched off.

#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "a case fails by panicking")]

use std::sync::Arc;

use scheduling_domain::audit::Tampering::{self, Altered, Missing, NotTheEnd, Truncated};
use scheduling_domain::ports::Store;

use crate::store::audit::a_full_event;
use crate::world::World;

/// A statement, and what is found of it. It is the same SQL on every store.
pub const TAMPERINGS: &[(&str, Tampering)] = &[
    ("UPDATE audit_events SET at = (SELECT max(at) FROM audit_events) WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET user_id = 99 WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET user_id = NULL WHERE sequence = 8", Altered { sequence: 8 }),
    ("UPDATE audit_events SET via = 'session' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET via = 'nonsense' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET api_key_id = 8 WHERE sequence = 1", Altered { sequence: 1 }),
    ("UPDATE audit_events SET address = '192.0.2.2' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET request_id = 'another' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET operation = 'shift.create' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET object_kind = 'site' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET object_id = -1 WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET before = before || ' ' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET after = NULL WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET verdict = 'allowed' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET violations = '' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET reason = 'another' WHERE sequence = 3", Altered { sequence: 3 }),
    ("UPDATE audit_events SET hash = 'nonsense' WHERE sequence = 3", Altered { sequence: 3 }),
    (
        "UPDATE audit_events SET hash = (SELECT hash FROM audit_heads ORDER BY sequence DESC LIMIT 1) WHERE sequence = 3",
        Altered { sequence: 3 },
    ),
    ("UPDATE audit_events SET sequence = 9 WHERE sequence = 8", Missing { expected: 8, found: 9 }),
    ("DELETE FROM audit_events WHERE sequence = 1", Missing { expected: 1, found: 2 }),
    ("DELETE FROM audit_events WHERE sequence IN (4, 5)", Missing { expected: 4, found: 6 }),
    ("DELETE FROM audit_events WHERE sequence = 8", Truncated { last: 7, known: 8 }),
    ("DELETE FROM audit_events", Truncated { last: 0, known: 8 }),
    // Two events change places.
    (
        "UPDATE audit_events SET sequence = CASE sequence WHEN 4 THEN 40 ELSE 50 END WHERE sequence IN (4, 5); \
         UPDATE audit_events SET sequence = CASE sequence WHEN 50 THEN 4 ELSE 5 END WHERE sequence IN (40, 50)",
        Altered { sequence: 4 },
    ),
    // Another one is put in, in the place of one that moves on.
    (
        "UPDATE audit_events SET sequence = 9 WHERE sequence = 8; \
         INSERT INTO audit_events (organization_id, sequence, at, via, operation, object_kind, hash) \
         SELECT organization_id, 8, at, via, operation, object_kind, hash FROM audit_events WHERE sequence = 7",
        Altered { sequence: 8 },
    ),
    // An event is removed, and the chain's end with it.
    ("DELETE FROM audit_events WHERE sequence = 8; UPDATE audit_heads SET sequence = 7", NotTheEnd { sequence: 7 }),
    ("UPDATE audit_heads SET sequence = 9", Truncated { last: 8, known: 9 }),
    ("UPDATE audit_heads SET sequence = 3", NotTheEnd { sequence: 8 }),
    ("UPDATE audit_heads SET hash = 'nonsense'", NotTheEnd { sequence: 8 }),
    ("DELETE FROM audit_heads", NotTheEnd { sequence: 8 }),
];

/// What hides from the store's own end: the last event and the end are taken back together. Only a link that was noted
/// down outside tells.
pub const TAKEN_BACK: &str = "DELETE FROM audit_events WHERE sequence = 8; \
    UPDATE audit_heads SET sequence = 7, hash = (SELECT hash FROM audit_events WHERE sequence = 7)";

/// An organization with a chain of eight events.
pub async fn a_chain_of_eight(store: &Arc<dyn Store>, slug: &str) -> World {
    let world = World::build(store, slug).await;
    let mut uow = world.begin().await;
    for number in 1..=8 {
        let mut event = a_full_event(&world, number);
        event.at += jiff::SignedDuration::from_secs(number);
        uow.audit().record(event);
    }
    uow.commit().await.unwrap();
    world
}
