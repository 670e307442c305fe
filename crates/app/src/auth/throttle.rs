//! Slows down whoever guesses passwords and codes.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::origin::Origin;
use scheduling_domain::ports::{SharedPoolStatus, SignInThrottle, ThrottleUnavailable};
use scheduling_domain::throttle::{Admitted, Claim, Outcome, Pool, Refused, TryId};
use thiserror::Error;

use super::Line;
use crate::actor::Actor;
use crate::app::App;

/// How long somebody waits for the outcome of others' tries at the same account, who may sign in at the same moment.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(20);

/// Too much was tried. Nothing was looked at this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many tries; the next one may come in {retry_after_seconds} s")]
pub struct TooManyAttempts {
    /// When to come back.
    pub retry_after_seconds: u64,
}

impl From<Refused> for TooManyAttempts {
    fn from(refused: Refused) -> Self {
        let seconds = u64::try_from(refused.retry_after.as_secs()).unwrap_or(0);
        Self { retry_after_seconds: seconds + u64::from(refused.retry_after.subsec_nanos() > 0) }
    }
}

/// Where tries are counted: together with the other instances while that can be done, else in this process.
#[derive(Clone)]
pub struct Throttle {
    shared: Arc<dyn SignInThrottle>,
    local: Arc<dyn SignInThrottle>,
}

impl Throttle {
    /// Counts at `shared`, and at `local` while that is away.
    pub fn new(shared: Arc<dyn SignInThrottle>, local: Arc<dyn SignInThrottle>) -> Self {
        Self { shared, local }
    }

    /// How busy the connections are that tries are counted over.
    pub(crate) fn pool(&self) -> Option<SharedPoolStatus> {
        self.shared.shared_pool_status()
    }

    async fn admit(&self, key: String, claim: &Claim, now: Timestamp) -> Result<Ticket, Refused> {
        let (counted, is_shared) = match self.shared.admit(&key, claim, now).await {
            Ok(counted) => (counted, true),
            Err(error) => {
                note(&error);
                // What counts within the process cannot be away.
                let nowhere = Refused { retry_after: SignedDuration::from_secs(1), pending: false };
                (self.local.admit(&key, claim, now).await.unwrap_or(Err(nowhere)), false)
            }
        };
        counted.map(|Admitted { id, pool }| Ticket { key, id, pool, is_shared })
    }

    async fn settle(&self, ticket: Ticket, outcome: Outcome, now: Timestamp) {
        let counter = if ticket.is_shared { &self.shared } else { &self.local };
        // A try whose outcome is not heard counts as failed.
        if let Err(error) = counter.settle(&ticket.key, ticket.id, outcome, now).await {
            note(&error);
        }
    }
}

/// The adapter has told already that its server is away.
fn note(error: &ThrottleUnavailable) {
    let error: &dyn std::error::Error = error;
    tracing::debug!(error, "tries to sign in are counted in this process alone");
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").finish_non_exhaustive()
    }
}

struct Ticket {
    key: String,
    id: TryId,
    pool: Pool,
    is_shared: bool,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// What was tried was right.
    Right,
    /// It was wrong.
    Wrong,
    /// Neither was found out.
    Open,
}

/// Somebody tries to prove that an account is theirs. Dropped without an end, the attempt was wrong.
pub(crate) struct Attempt<'a> {
    app: &'a App,
    claim: Claim,
    place: Option<String>,
    tickets: Vec<Ticket>,
}

impl<'a> Attempt<'a> {
    /// Begins, unless too much was tried on `account` or from this address.
    pub(crate) async fn begin(
        app: &'a App,
        account: String,
        origin: &Origin,
        known_device: bool,
    ) -> Result<Self, TooManyAttempts> {
        let place = origin.address.map(|address| app.keys.digest("address", &[&network(address)]));
        let claim = Claim::Account { known_device, address: place.clone() };
        let mut attempt = Self { app, claim, place, tickets: Vec::new() };
        let ticket = attempt.wait_for_others(account).await?;
        let is_stranger = ticket.pool == Pool::Stranger;
        attempt.tickets.push(ticket);
        // Who is known there does not suffer from what strangers do at the same address.
        if let Some(place) = attempt.place.clone().filter(|_| is_stranger) {
            match app.throttle.admit(place, &Claim::Address, app.now()).await {
                Ok(ticket) => attempt.tickets.push(ticket),
                Err(refused) => {
                    attempt.end(Ended::Open).await;
                    return Err(refused.into());
                }
            }
        }
        Ok(attempt)
    }

    /// Where its password waits to be compared.
    pub(crate) fn line(&self) -> Line {
        match self.tickets.first().map(|ticket| ticket.pool) {
            Some(Pool::KnownDevice | Pool::KnownAddress) => Line::Known,
            Some(Pool::Stranger | Pool::Address) | None => Line::Strangers,
        }
    }

    /// Counts on another log of the same account too; answers whether that has a try left.
    pub(crate) async fn counts_on(&mut self, account: String) -> bool {
        let admitted = self.app.throttle.admit(account, &self.claim, self.app.now()).await;
        admitted.map(|ticket| self.tickets.push(ticket)).is_ok()
    }

    /// Says how it ended.
    pub(crate) async fn end(self, ended: Ended) {
        for ticket in self.tickets {
            let outcome = match ended {
                Ended::Wrong => Outcome::Failed,
                Ended::Open => Outcome::Withdrawn,
                Ended::Right => Outcome::Succeeded(self.place.clone().filter(|_| ticket.pool != Pool::Address)),
            };
            self.app.throttle.settle(ticket, outcome, self.app.now()).await;
        }
    }

    async fn wait_for_others(&self, account: String) -> Result<Ticket, TooManyAttempts> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            match self.app.throttle.admit(account.clone(), &self.claim, self.app.now()).await {
                Err(refused) if refused.pending && tokio::time::Instant::now() < deadline => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(refused) => return Err(refused.into()),
                Ok(ticket) => return Ok(ticket),
            }
        }
    }
}

/// The key of an account's log.
pub(super) fn account_key(app: &App, organization: OrganizationId, user: UserId) -> String {
    app.keys.digest("account", &[&organization.to_string(), &user.to_string()])
}

/// The key of the log of what its owner is asked for once more when they have signed in: whoever has stolen a session guesses
/// no more often, and does not use up the owner's tries to sign in.
pub(crate) fn confirmation_key(app: &App, actor: &Actor) -> String {
    app.keys.digest("confirmation", &[&actor.organization.to_string(), &actor.user_id.to_string()])
}

/// What one customer of a network has: an IPv4 address, or the first 64 bits of an IPv6 address.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_of_one_customer_are_one_place() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2::ffff"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds() {
        let refused = |millis| Refused { retry_after: SignedDuration::from_millis(millis), pending: false };
        for (millis, seconds) in [(1, 1), (1_000, 1), (1_001, 2), (900_000, 900)] {
            assert_eq!(TooManyAttempts::from(refused(millis)).retry_after_seconds, seconds);
        }
    }
}
