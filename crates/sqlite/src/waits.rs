//! Who waits for a connection.

use std::time::Instant;

use scheduling_domain::ports::PoolWaits;
use tracing::Instrument;

/// Waits for a connection and counts how long.
pub(crate) async fn waited<C>(waits: &PoolWaits, connection: impl Future<Output = C>) -> C {
    #[expect(clippy::disallowed_methods, reason = "measures how long a connection is waited for")]
    let began = Instant::now();
    let wait = waits.begin();
    let connection = connection.instrument(tracing::debug_span!("wait for a connection")).await;
    wait.end(began.elapsed());
    connection
}
