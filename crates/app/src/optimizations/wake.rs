use std::fmt;
use std::sync::Arc;

use tokio::sync::Notify;

/// Wakes a worker of this process when a run begins to wait. Workers of other processes look by themselves, so a call that
/// nobody hears costs a moment and loses nothing.
#[derive(Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Wakes one worker, or the next that lies down.
    pub fn call(&self) {
        self.0.notify_one();
    }

    /// Waits for a call.
    pub(super) async fn called(&self) {
        self.0.notified().await;
    }
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wake")
    }
}
