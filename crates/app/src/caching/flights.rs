//! One computation at a time for each answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scheduling_domain::ports::{Cache, CacheKey};
use tokio::sync::watch;
use tokio::time::sleep;

/// How long to wait for an answer that another process is making; then it is made here, too.
const PATIENCE: Duration = Duration::from_millis(500);
/// The first pause between two looks, which doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(4);

/// The answers being made in this process, by the key they will be kept under.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<String, Arc<Flight>>>);

/// An answer being made, and who waits for it.
struct Flight {
    landing: watch::Sender<Landing>,
    /// How many are making it.
    airborne: AtomicUsize,
    /// Whoever has it looks around for the others that wait, and makes the answer if nobody does.
    lookout: tokio::sync::Mutex<()>,
}

/// What came of making an answer.
#[derive(Debug, Clone)]
pub(super) enum Landing {
    /// Nothing yet.
    Awaited,
    /// The answer.
    With(Arc<str>),
    /// None that could be shared.
    Without,
}

/// Somebody's place on a flight.
pub(super) struct Boarded<'a> {
    flights: &'a Flights,
    entry: String,
    flight: Arc<Flight>,
}

/// Whose turn it is to make an answer.
pub(super) enum Turn<'a> {
    /// The caller's own.
    Ours(TakingOff<'a>),
    /// Somebody else's, who made it.
    Theirs(Arc<str>),
    /// Somebody else's, who could not.
    Failed,
}

/// The making of an answer; given up when it is dropped.
pub(super) struct TakingOff<'a>(&'a Flight);

impl Flights {
    pub(super) fn board(&self, entry: &str) -> Boarded<'_> {
        let mut flights = self.lock();
        let flight = flights.entry(entry.to_owned()).or_insert_with(|| {
            Arc::new(Flight {
                landing: watch::Sender::new(Landing::Awaited),
                airborne: AtomicUsize::new(0),
                lookout: tokio::sync::Mutex::new(()),
            })
        });
        Boarded { flights: self, entry: entry.to_owned(), flight: Arc::clone(flight) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Flight>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Boarded<'_> {
    /// The last to leave clears the place up.
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        // One in the map and one here; others board under the lock only.
        if Arc::strong_count(&self.flight) <= 2 {
            flights.remove(&self.entry);
        }
    }
}

impl Boarded<'_> {
    /// Begins to make the answer.
    pub(super) fn take_off(&self) -> TakingOff<'_> {
        self.flight.airborne.fetch_add(1, Ordering::SeqCst);
        TakingOff(&self.flight)
    }

    /// Waits until somebody has made the answer: in this process, or in another one, which keeps it under `entry`.
    pub(super) async fn wait(&self, cache: &dyn Cache, entry: &CacheKey) -> Turn<'_> {
        let mut landing = self.flight.landing.subscribe();
        tokio::select! {
            biased;
            turn = landed(&mut landing) => turn,
            _place = self.flight.lookout.lock() => {
                let mut landing = self.flight.landing.subscribe();
                let (mut waited, mut pause) = (Duration::ZERO, FIRST_PAUSE);
                loop {
                    if let Some(text) = cache.get(entry).await {
                        let text: Arc<str> = text.into();
                        self.flight.landing.send_replace(Landing::With(Arc::clone(&text)));
                        return Turn::Theirs(text);
                    }
                    // Whoever makes it here is heard of in any case; of others, only so long.
                    if PATIENCE <= waited && self.flight.airborne.load(Ordering::SeqCst) == 0 {
                        return Turn::Ours(self.take_off());
                    }
                    tokio::select! {
                        biased;
                        turn = landed(&mut landing) => return turn,
                        () = sleep(pause) => {}
                    }
                    waited += pause;
                    pause = (pause * 2).min(PATIENCE / 8);
                }
            }
        }
    }
}

async fn landed<'a>(landing: &mut watch::Receiver<Landing>) -> Turn<'a> {
    let landed = landing.wait_for(|landing| !matches!(landing, Landing::Awaited)).await;
    match landed.as_deref() {
        Ok(Landing::With(text)) => Turn::Theirs(Arc::clone(text)),
        Ok(Landing::Without | Landing::Awaited) | Err(_) => Turn::Failed,
    }
}

impl TakingOff<'_> {
    /// Tells those who wait.
    pub(super) fn land(&self, landing: Landing) {
        self.0.landing.send_replace(landing);
    }
}

impl Drop for TakingOff<'_> {
    fn drop(&mut self) {
        self.0.airborne.fetch_sub(1, Ordering::SeqCst);
    }
}
