//! How many tries to sign in an account and an address have, and when the next one may come.
//!
//! Tries at an account are taken from three pools, so that a stranger who guesses cannot use up what its owner needs: one
//! for devices that have signed in before, one for addresses that have, one for everybody else. A caller takes from the
//! first of their pools that has a try left and does not rest. Together the pools hold ten tries for any fifteen minutes. A try that succeeds goes
//! back; after one that fails, the pool rests, longer each time.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A try counts for so long.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// An address from which somebody signed in stays known for so long.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Most addresses that an account remembers; the oldest is forgotten first.
const MAX_KNOWN: usize = 8;
/// A try without an outcome after so long has failed: whoever asked went away.
const PENDING_FOR: SignedDuration = SignedDuration::from_secs(10);
/// The longest rest of a pool.
const MAX_REST: SignedDuration = SignedDuration::from_secs(60);

/// What a try is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// An account's, for devices that have signed in to it.
    KnownDevice,
    /// An account's, for addresses that have signed in to it.
    KnownAddress,
    /// An account's, for everybody else.
    Stranger,
    /// An address's, for all accounts at which it is a stranger.
    Address,
}

impl Pool {
    /// Most tries within [`WINDOW`] that failed or have no outcome yet.
    pub const fn limit(self) -> usize {
        match self {
            Self::KnownDevice | Self::KnownAddress => 3,
            Self::Stranger => 4,
            Self::Address => 100,
        }
    }

    /// How long it rests after so many failures: not in its first half, then 1 s, 2 s, 4 s, ….
    fn rest(self, failures: usize) -> SignedDuration {
        let free = self.limit().div_ceil(2);
        match failures.checked_sub(free).and_then(|doublings| u32::try_from(doublings).ok()) {
            None => SignedDuration::ZERO,
            Some(doublings) => SignedDuration::from_secs(2_i64.saturating_pow(doublings)).min(MAX_REST),
        }
    }
}

/// Who asks for a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Somebody who wants to sign in to an account.
    Account {
        /// Their device has signed in to it before.
        known_device: bool,
        /// Where they are, if that is known.
        address: Option<String>,
    },
    /// An address, whatever the account.
    Address,
}

/// Which try it is, within its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryId(u64);

/// A try that may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admitted {
    /// To settle it with.
    pub id: TryId,
    /// What it was taken from.
    pub pool: Pool,
}

/// No try now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// When to ask again.
    pub retry_after: SignedDuration,
    /// Tries are on their way, and one that succeeds will go back.
    pub pending: bool,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// What was tried was wrong.
    Failed,
    /// It was right. The address, if there is one, is known from now on.
    Succeeded(Option<String>),
    /// Nothing was found out.
    Withdrawn,
}

/// The tries at one account or from one address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryLog {
    next: u64,
    tries: Vec<Try>,
    known: Vec<Known>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Try {
    id: TryId,
    pool: Pool,
    at: Timestamp,
    failed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    address: String,
    until: Timestamp,
}

impl TryLog {
    /// Takes a try from the first pool of the claim that has one left and does not rest.
    pub fn admit(&mut self, claim: &Claim, now: Timestamp) -> Result<Admitted, Refused> {
        self.forget(now);
        let mut refused = Refused { retry_after: WINDOW, pending: false };
        for pool in self.pools(claim) {
            match self.room(pool, now) {
                Room::Free => {
                    let id = TryId(self.next);
                    self.next = self.next.wrapping_add(1);
                    self.tries.push(Try { id, pool, at: now, failed: false });
                    return Ok(Admitted { id, pool });
                }
                Room::None(none) => {
                    refused.retry_after = refused.retry_after.min(none.retry_after);
                    refused.pending |= none.pending;
                }
            }
        }
        Err(refused)
    }

    /// Says how a try ended; what is not known any more is passed over.
    pub fn settle(&mut self, id: TryId, outcome: Outcome, now: Timestamp) {
        self.forget(now);
        match outcome {
            Outcome::Failed => {
                for one in self.tries.iter_mut().filter(|one| one.id == id) {
                    one.failed = true;
                }
            }
            Outcome::Withdrawn => self.tries.retain(|one| one.id != id),
            Outcome::Succeeded(address) => {
                self.tries.retain(|one| one.id != id);
                if let Some(address) = address {
                    self.known.retain(|known| known.address != address);
                    let until = now.saturating_add(KNOWN_FOR).unwrap_or(Timestamp::MAX);
                    self.known.push(Known { address, until });
                    let surplus = self.known.len().saturating_sub(MAX_KNOWN);
                    self.known.drain(..surplus);
                }
            }
        }
    }

    /// For how long the log says anything.
    pub fn life(&self) -> SignedDuration {
        if self.known.is_empty() { WINDOW } else { KNOWN_FOR }
    }

    fn forget(&mut self, now: Timestamp) {
        self.tries.retain(|one| now.duration_since(one.at) < WINDOW);
        self.known.retain(|known| now < known.until);
        for one in &mut self.tries {
            one.failed |= now.duration_since(one.at) >= PENDING_FOR;
        }
    }

    fn pools(&self, claim: &Claim) -> Vec<Pool> {
        match claim {
            Claim::Address => vec![Pool::Address],
            Claim::Account { known_device, address } => {
                let is_known = |address: &String| self.known.iter().any(|known| known.address == *address);
                let mut pools = Vec::with_capacity(3);
                pools.extend(known_device.then_some(Pool::KnownDevice));
                pools.extend(address.as_ref().is_some_and(is_known).then_some(Pool::KnownAddress));
                pools.push(Pool::Stranger);
                pools
            }
        }
    }

    fn room(&self, pool: Pool, now: Timestamp) -> Room {
        let taken: Vec<&Try> = self.tries.iter().filter(|one| one.pool == pool).collect();
        let failures = taken.iter().filter(|one| one.failed).count();
        if taken.len() >= pool.limit() {
            let oldest = taken.first().map_or(SignedDuration::ZERO, |one| now.duration_since(one.at));
            return Room::None(Refused { retry_after: WINDOW - oldest, pending: failures < taken.len() });
        }
        let last = taken.iter().rfind(|one| one.failed).map(|one| now.duration_since(one.at));
        match last.map(|since| pool.rest(failures) - since) {
            Some(left) if left.is_positive() => Room::None(Refused { retry_after: left, pending: false }),
            _ => Room::Free,
        }
    }
}

enum Room {
    Free,
    None(Refused),
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn stranger() -> Claim {
        Claim::Account { known_device: false, address: Some("elsewhere".to_owned()) }
    }

    fn owner() -> Claim {
        Claim::Account { known_device: true, address: Some("home".to_owned()) }
    }

    /// Guesses once a second until `until`, wrongly; answers how many guesses were looked at.
    fn guess(log: &mut TryLog, claim: &Claim, from: Timestamp, until: SignedDuration) -> usize {
        (0..until.as_secs())
            .filter(|second| {
                let now = from + SignedDuration::from_secs(*second);
                let admitted = log.admit(claim, now);
                admitted.is_ok_and(|admitted| {
                    log.settle(admitted.id, Outcome::Failed, now);
                    true
                })
            })
            .count()
    }

    #[test]
    fn strangers_have_four_tries_and_everybody_together_ten() {
        let mut log = TryLog::default();
        let known = log.admit(&owner(), START).unwrap();
        log.settle(known.id, Outcome::Succeeded(Some("home".to_owned())), START);
        assert_eq!(guess(&mut log, &stranger(), START, WINDOW), 4);
        assert_eq!(guess(&mut log, &owner(), START, WINDOW), 6);
        assert_eq!(guess(&mut log, &stranger(), START + WINDOW, WINDOW), 4, "and as many in the next window");
    }

    #[test]
    fn the_owner_gets_in_while_a_stranger_guesses() {
        let mut log = TryLog::default();
        let first = log.admit(&owner(), START).unwrap();
        log.settle(first.id, Outcome::Succeeded(Some("home".to_owned())), START);
        guess(&mut log, &stranger(), START, WINDOW);
        let now = START + SignedDuration::from_mins(14);
        for claim in [owner(), Claim::Account { known_device: false, address: Some("home".to_owned()) }] {
            for _ in 0..20 {
                let admitted = log.admit(&claim, now).unwrap();
                log.settle(admitted.id, Outcome::Succeeded(None), now);
            }
        }
        assert!(log.admit(&stranger(), now).is_err());
    }

    #[test]
    fn a_pool_rests_longer_after_each_failure() {
        let mut log = TryLog::default();
        let mut now = START;
        let mut rests = Vec::new();
        for _ in 0..4 {
            let admitted = log.admit(&stranger(), now).unwrap();
            log.settle(admitted.id, Outcome::Failed, now);
            let rest = log
                .clone()
                .admit(&stranger(), now)
                .map_or_else(|refused| refused.retry_after, |_| SignedDuration::ZERO);
            rests.push(rest.as_secs());
            now += rest;
        }
        assert_eq!(rests, [0, 1, 2, 15 * 60 - 3]);
    }

    #[test]
    fn tries_on_their_way_count_until_they_succeed() {
        let mut log = TryLog::default();
        let admitted: Vec<_> = (0..4).map(|_| log.admit(&stranger(), START).unwrap()).collect();
        assert!(log.admit(&stranger(), START).unwrap_err().pending);
        log.settle(admitted[0].id, Outcome::Succeeded(None), START);
        assert!(log.admit(&stranger(), START).is_ok());
        assert!(!log.admit(&stranger(), START + PENDING_FOR).unwrap_err().pending, "nobody waits for the lost");
    }

    #[test]
    fn an_address_may_fail_often_but_not_for_ever() {
        let mut log = TryLog::default();
        assert!(guess(&mut log, &Claim::Address, START, WINDOW) <= Pool::Address.limit());
        assert_eq!(Pool::Address.rest(49), SignedDuration::ZERO);
        assert_eq!(Pool::Address.rest(99), MAX_REST);
    }

    #[test]
    fn only_the_last_addresses_are_known() {
        let mut log = TryLog::default();
        for number in 0..20 {
            log.settle(TryId(0), Outcome::Succeeded(Some(number.to_string())), START);
        }
        assert_eq!(log.known.len(), MAX_KNOWN);
        assert_eq!(log.life(), KNOWN_FOR);
        log.forget(START + KNOWN_FOR);
        assert!(log.known.is_empty());
    }
}
