//! Answers kept for a while in front of the store.

mod key;

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::id::OrganizationId;
use crate::ports::SharedPoolStatus;

pub use key::{CacheFamily, CacheKey, CachePattern, DerivedKey};

/// How long an entry lives where nothing else is said.
pub const DEFAULT_CACHE_EXPIRY: Duration = Duration::from_secs(3600);

/// A cache of JSON texts. It is an accelerator and never the truth.
///
/// The first group of methods keeps texts under plain keys. An adapter that cannot reach its server logs that once, answers
/// as if nothing were stored and forgets what it is given; so none of them can fail, and no request fails for want of a
/// cache. What could not be deleted for that reason lives until its expiry at most.
///
/// The second group keeps answers that are made from stored rows, and must never serve one that a write has overtaken. So it
/// counts *generations*: each kind of row has one in each organization, and the key of an answer holds those of all kinds it
/// was made from. A reader takes them before it reads the store; whoever wrote raises them after the commit. These methods
/// say when they failed, since what follows is the caller's affair: a missed raise has to be made good before anything is
/// found again. `docs/adr/0010-generations.md` goes through the interleavings.
///
/// Each MUST below is a case of `scheduling_conformance::cache`.
#[async_trait]
pub trait Cache: Send + Sync {
    /// The text stored under `key`.
    ///
    /// MUST answer exactly what the last `set` stored, of any length and in any script.
    /// MUST answer `None` for a key that was never set, was deleted or has expired.
    async fn get(&self, key: &CacheKey) -> Option<String>;

    /// The text stored under `key`, or `default` where there is none.
    async fn get_or(&self, key: &CacheKey, default: &str) -> String {
        self.get(key).await.unwrap_or_else(|| default.to_owned())
    }

    /// Stores `text` under `key` for `expiry`.
    ///
    /// MUST replace an earlier text together with its expiry.
    /// MUST NOT let an entry be found after its expiry; an expiry of zero leaves nothing stored.
    async fn set(&self, key: &CacheKey, text: String, expiry: Duration);

    /// Removes the entry and says whether there was one.
    ///
    /// MUST leave other keys alone.
    async fn delete(&self, key: &CacheKey) -> bool;

    /// Whether [`get`](Cache::get) would find something.
    async fn exists(&self, key: &CacheKey) -> bool;

    /// Removes every entry whose key matches and says how many there were.
    ///
    /// MUST leave every other entry alone, those of other organizations above all.
    /// MUST take every character but `*` literally.
    /// MUST clear patterns that match thousands of entries, without blocking the server for other clients.
    async fn clear_pattern(&self, pattern: &CachePattern) -> u64;

    /// Asks the server for a sign of life, for health reports and the start of the service.
    async fn ping(&self) -> Result<(), CacheUnavailable>;

    /// Looks an answer up at the present generations of its kinds, in one round trip.
    ///
    /// MUST find what was kept at those generations and has not expired, and nothing else.
    /// MUST give a generation that was never used to a kind that has none: one that was lost never comes back.
    /// MUST lend a [`Lease`] to one caller at a time where there is no text, or less life left in it than the family's
    /// `stale`; and again once it is given back or [`Lease::LIFE`] has passed.
    async fn find(&self, key: &DerivedKey) -> Result<Found, CacheUnavailable>;

    /// Keeps an answer for `life` where [`find`](Cache::find) said, and gives the lease back, if there is one.
    async fn keep(
        &self,
        entry: &CacheKey,
        text: &str,
        life: Duration,
        lease: Option<&Lease>,
    ) -> Result<(), CacheUnavailable>;

    /// Gives a lease back without an answer. MUST leave a lease that somebody else holds by now alone.
    async fn give_back(&self, entry: &CacheKey, lease: &Lease) -> Result<(), CacheUnavailable>;

    /// Raises the generations of some kinds of an organization.
    ///
    /// MUST make every answer that was made from one of them unreachable when it returns `Ok`, also those that are kept
    /// later by whoever looked before. MUST leave other kinds and other organizations alone.
    async fn raise(&self, organization: OrganizationId, kinds: &[&str]) -> Result<(), CacheUnavailable>;

    /// How busy its connections are; none where it is within the process or the store.
    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        None
    }
}

/// What [`Cache::find`] knows of an answer.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where the answer is kept at the generations just taken.
    pub entry: CacheKey,
    /// The answer, if there is one.
    pub text: Option<String>,
    /// The right to make a new one, when it is this caller's turn.
    pub lease: Option<Lease>,
}

/// The right to make an answer, which one caller has at a time over all instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease(pub String);

impl Lease {
    /// How long it is held by somebody who is never heard of again.
    pub const LIFE: Duration = Duration::from_secs(2);
}

/// The cache's server gives no answer.
#[derive(Debug, Error)]
#[error("the cache is unavailable")]
pub struct CacheUnavailable(#[source] pub Box<dyn Error + Send + Sync>);
