use std::num::NonZeroUsize;
use std::time::Duration;

use jiff::SignedDuration;
use tracing::Span;

/// How a worker works.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How many threads a search has.
    pub threads: NonZeroUsize,
    /// How often a worker with nothing to do looks for runs that other processes queued.
    pub idle: Duration,
    /// How often a running search is told to the store.
    pub heartbeat: Duration,
    /// How long a worker that no longer says anything is trusted to be alive. Many heartbeats.
    pub lease: SignedDuration,
    /// How many workers a run may take down with it before it is given up: it must not take them all.
    pub most_workers_lost: u32,
    /// Lets a run's span go on with the trace of the request that asked for it.
    pub continue_trace: fn(&Span, &str),
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            threads: NonZeroUsize::MIN,
            idle: Duration::from_secs(1),
            heartbeat: Duration::from_secs(2),
            lease: SignedDuration::from_secs(20),
            most_workers_lost: 3,
            continue_trace: |_, _| {},
        }
    }
}
