//! CPU profiles of this process, in the format of `pprof`.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use pprof::protos::Message;
use pprof::{ProfilerGuard, ProfilerGuardBuilder};
use thiserror::Error;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{JoinError, spawn_blocking};

/// Samples for each second of work: out of step with what happens every tenth or hundredth of a second.
const FREQUENCY: i32 = 99;

/// Libraries in which no sample is taken, since their locks may be held there that walking the stack takes as well.
const UNSAMPLED: &[&str] = &["libc", "libgcc", "pthread", "vdso"];

/// The process has one timer for profiles.
static TURN: Semaphore = Semaphore::const_new(1);

/// Why there is no profile.
#[derive(Debug, Error)]
pub(crate) enum ProfileError {
    /// Another one is being recorded.
    #[error("another profile is being recorded")]
    Busy,
    /// The profiler did not do it. It keeps samples in a file among the system's temporary ones.
    #[error("the profiler failed")]
    Profiler(#[from] pprof::Error),
    /// It was not compressed.
    #[error("the profile was not compressed")]
    Compression(#[from] io::Error),
    /// The thread that should have made it died.
    #[error("the thread of the profiler died")]
    Thread(#[from] JoinError),
}

/// A profile in the making; dropping it ends it.
pub(crate) struct Recording {
    // Comes first, so that it has ended before it is another one's turn.
    guard: ProfilerGuard<'static>,
    _turn: SemaphorePermit<'static>,
}

impl Recording {
    /// Begins to record what the whole process does.
    pub(crate) async fn start() -> Result<Self, ProfileError> {
        let turn = TURN.try_acquire().map_err(|_| ProfileError::Busy)?;
        // The first time, symbols are read.
        spawn_blocking(move || {
            let guard = ProfilerGuardBuilder::default().frequency(FREQUENCY).blocklist(UNSAMPLED).build()?;
            Ok(Self { guard, _turn: turn })
        })
        .await?
    }

    /// Ends it: `profile.proto` of <https://github.com/google/pprof>, compressed as its tools write it.
    pub(crate) async fn finish(self) -> Result<Vec<u8>, ProfileError> {
        spawn_blocking(move || {
            let profile = self.guard.report().build()?.pprof()?;
            let mut compressed = GzEncoder::new(Vec::new(), Compression::default());
            compressed.write_all(&profile.encode_to_vec())?;
            Ok(compressed.finish()?)
        })
        .await?
    }
}
