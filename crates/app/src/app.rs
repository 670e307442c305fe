//! What every use case works with.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use scheduling_domain::ports::{Clock, SchedulingMetrics, SessionStore, Store};

use crate::active_accounts::ActiveAccounts;
use crate::auth::{DerivedKeys, PasswordHasher, Throttle, TokenKeys};
use crate::caching::Caching;
use crate::mail::Post;
use crate::optimizations::Wake;
use crate::second_factor::RequiredOf;

/// The store, the clock and the secrets; built once by the wiring and shared by all use cases.
#[derive(Clone)]
pub struct App {
    /// Everything that is kept.
    pub store: Arc<dyn Store>,
    /// What is kept in front of the store; the store reads through it.
    pub caching: Caching,
    /// What the cookies of browsers open.
    pub sessions: Arc<dyn SessionStore>,
    /// Who asks something, for the count of active people.
    pub active: Arc<ActiveAccounts>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What signs access tokens.
    pub tokens: Arc<TokenKeys>,
    /// What turns passwords into hashes.
    pub passwords: PasswordHasher,
    /// What seals secrets at rest and names things that must not be named.
    pub keys: Arc<DerivedKeys>,
    /// What slows down whoever guesses passwords.
    pub throttle: Throttle,
    /// The way out for mails; none where no mail can be sent.
    pub post: Option<Post>,
    /// Who may do nothing before they have set up a second factor.
    pub second_factor_required_of: RequiredOf,
    /// What operators want to know.
    pub metrics: Arc<dyn SchedulingMetrics>,
    /// What tells this process's workers that a run of the optimiser waits.
    pub wake: Wake,
    /// How long things last and how much there may be of them.
    pub limits: Limits,
}

impl App {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// How long things last and how much there may be of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Life of an access token.
    pub access_token: SignedDuration,
    /// Life of a session: when it ends, none of its tokens is good any more.
    pub sign_in: SignedDuration,
    /// Life of a session that asked to be remembered.
    pub remembered_sign_in: SignedDuration,
    /// How long a browser's session that is not remembered waits for its holder.
    pub session_idle: SignedDuration,
    /// How long after its exchange a refresh token is answered the same again: a reply may have been lost.
    pub refresh_grace: SignedDuration,
    /// How long the answer to an `Idempotency-Key` is kept.
    pub idempotency_key: SignedDuration,
    /// Most runs of the optimiser that one organization may have waiting or running.
    pub active_optimizations: i64,
    /// Most API keys that one account may have which have not ended.
    pub live_api_keys: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            access_token: SignedDuration::from_mins(15),
            sign_in: SignedDuration::from_hours(8),
            remembered_sign_in: SignedDuration::from_hours(30 * 24),
            session_idle: SignedDuration::from_mins(30),
            refresh_grace: SignedDuration::from_secs(10),
            idempotency_key: SignedDuration::from_hours(24),
            active_optimizations: 20,
            live_api_keys: 50,
        }
    }
}
