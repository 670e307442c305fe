//! Hashes of passwords: made, compared, and made anew when they are too cheap.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use scheduling_domain::user::PasswordHash;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

use super::Password;

/// How many callers of a line may wait for each one that hashes. A hash takes some 30 ms, so nobody waits for more than a
/// second.
const WAITING_PER_THREAD: usize = 16;

/// A password could not be hashed or compared.
#[derive(Debug, Error)]
pub enum HashingError {
    /// The hash function refused its input, or a stored hash is none: a fault of ours.
    #[error("the password hash function failed")]
    Function(#[source] argon2::password_hash::Error),
    /// The thread that hashed was lost.
    #[error("the hashing thread was lost")]
    Thread(#[source] tokio::task::JoinError),
    /// As many wait already as may. Try again in a moment.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The service is stopping.
    #[error("no more passwords are hashed")]
    Closed,
}

/// What a hash costs whoever makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes that could be filled at the same time.
    pub lanes: u32,
}

impl HashCost {
    /// What OWASP advises for argon2id.
    pub const RECOMMENDED: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
}

/// In which line a caller waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Of those who are signed in, or ask from a device or an address that has signed in before. It goes first, so that no
    /// storm of guesses keeps them out.
    Known,
    /// Of everybody else.
    Strangers,
}

/// Hashes and compares passwords with argon2id (RFC 9106), on threads of their own: only so many at once, and with only so
/// many waiting, so that a storm of sign-ins neither stalls other requests, nor fills the memory, nor piles up.
#[derive(Clone)]
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    /// Whoever is known and hashes or waits to.
    known: Arc<Semaphore>,
    /// Strangers who hash or wait to.
    strangers: Arc<Semaphore>,
    /// Strangers whose turn it is: as many as hash at once, so that whoever is known waits behind none that waits.
    turns: Arc<Semaphore>,
    /// Whoever hashes.
    threads: Arc<Semaphore>,
    /// Compared with when there is no account, so that the answer takes as long.
    decoy: PasswordHash,
    runs: Arc<AtomicU64>,
}

impl PasswordHasher {
    /// Hashes at the recommended cost, at most `concurrency` at once.
    pub fn try_new(concurrency: NonZeroUsize) -> Result<Self, HashingError> {
        Self::with_cost(HashCost::RECOMMENDED, concurrency)
    }

    /// Hashes at `cost`, at most `concurrency` at once. Hashes once to make the decoy.
    pub fn with_cost(cost: HashCost, concurrency: NonZeroUsize) -> Result<Self, HashingError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|error| HashingError::Function(error.into()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = hash_now(&argon2, b"nobody has this password")?;
        let admitted = concurrency.get().saturating_mul(1 + WAITING_PER_THREAD).min(Semaphore::MAX_PERMITS);
        Ok(Self {
            argon2,
            known: Arc::new(Semaphore::new(admitted)),
            strangers: Arc::new(Semaphore::new(admitted)),
            turns: Arc::new(Semaphore::new(concurrency.get())),
            threads: Arc::new(Semaphore::new(concurrency.get())),
            decoy,
            runs: Arc::default(),
        })
    }

    /// The hash to store, in PHC form. Only those who are known may choose a password.
    pub async fn hash(&self, password: &Password) -> Result<PasswordHash, HashingError> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        self.off_thread(Line::Known, move || hash_now(&argon2, password.bytes())).await
    }

    /// Whether the password is the one behind the hash. Without a hash the answer is no, after the same time.
    pub async fn verify(
        &self,
        password: &Password,
        hash: Option<&PasswordHash>,
        line: Line,
    ) -> Result<bool, HashingError> {
        let known = hash.is_some() && password.chars() <= Password::MAX_CHARS;
        let hash = hash.unwrap_or(&self.decoy).clone();
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let matches = self.off_thread(line, move || verify_now(&argon2, password.bytes(), &hash)).await?;
        Ok(matches && known)
    }

    /// Whether the hash was made at another cost than passwords are hashed at now, and should be made anew when its
    /// password is at hand.
    pub fn is_outdated(&self, hash: &PasswordHash) -> bool {
        let params = phc::PasswordHash::new(&hash.0).ok().and_then(|hash| Params::try_from(&hash).ok());
        let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        params.is_none_or(|params| cost(&params) != cost(self.argon2.params()))
    }

    /// How often the hash function ran for a caller.
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        line: Line,
        work: impl FnOnce() -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let (room, turns) = match line {
            Line::Known => (&self.known, None),
            Line::Strangers => (&self.strangers, Some(&self.turns)),
        };
        let admitted = Arc::clone(room).try_acquire_owned().map_err(|refused| match refused {
            TryAcquireError::NoPermits => HashingError::Busy,
            TryAcquireError::Closed => HashingError::Closed,
        })?;
        let turn = match turns {
            Some(turns) => Some(granted(turns).await?),
            None => None,
        };
        let thread = granted(&self.threads).await?;
        self.runs.fetch_add(1, Ordering::Relaxed);
        // The permits go along: a caller who gives up does not let one more in.
        let hashed = tokio::task::spawn_blocking(move || {
            let _permits = (admitted, turn, thread);
            work()
        });
        hashed.await.map_err(HashingError::Thread)?
    }
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHasher").finish_non_exhaustive()
    }
}

async fn granted(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, HashingError> {
    Arc::clone(semaphore).acquire_owned().await.map_err(|_| HashingError::Closed)
}

fn hash_now(argon2: &Argon2<'_>, password: &[u8]) -> Result<PasswordHash, HashingError> {
    let hash: phc::PasswordHash = argon2.hash_password(password).map_err(HashingError::Function)?;
    Ok(PasswordHash(hash.to_string()))
}

fn verify_now(argon2: &Argon2<'_>, password: &[u8], hash: &PasswordHash) -> Result<bool, HashingError> {
    let hash = phc::PasswordHash::new(&hash.0).map_err(|error| HashingError::Function(error.into()))?;
    match argon2.verify_password(password, &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(HashingError::Function(error)),
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    const CHEAP: HashCost = HashCost { memory_kib: 8, passes: 1, lanes: 1 };

    #[tokio::test]
    async fn a_hash_fits_its_password_and_no_other() {
        let hasher = PasswordHasher::try_new(NonZeroUsize::MIN).unwrap();
        let right = Password::new("correct horse battery");
        let hash = hasher.hash(&right).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hasher.verify(&right, Some(&hash), Line::Known).await.unwrap());
        assert!(!hasher.verify(&Password::new("wrong horse battery"), Some(&hash), Line::Strangers).await.unwrap());
        assert!(!hasher.verify(&Password::new("nobody has this password"), None, Line::Strangers).await.unwrap());
        assert_eq!(hasher.runs(), 4, "without a hash it takes as long");
    }

    #[tokio::test]
    async fn a_cheap_hash_still_fits_and_is_known_as_outdated() {
        let earlier = PasswordHasher::with_cost(CHEAP, NonZeroUsize::MIN).unwrap();
        let hasher = PasswordHasher::try_new(NonZeroUsize::MIN).unwrap();
        let password = Password::new("correct horse battery");
        let hash = earlier.hash(&password).await.unwrap();
        assert!(hasher.verify(&password, Some(&hash), Line::Known).await.unwrap());
        assert!(hasher.is_outdated(&hash));
        assert!(!hasher.is_outdated(&hasher.hash(&password).await.unwrap()));
    }

    #[tokio::test]
    async fn a_storm_is_refused_at_once_beyond_those_who_may_wait() {
        let hasher = PasswordHasher::with_cost(CHEAP, NonZeroUsize::MIN).unwrap();
        let password = Password::new("correct horse battery");
        let thread = Arc::clone(&hasher.threads).acquire_owned().await.unwrap();
        let mut storm = JoinSet::new();
        for _ in 0..1_000 {
            let (hasher, password) = (hasher.clone(), password.clone());
            storm.spawn(async move { hasher.verify(&password, None, Line::Strangers).await });
        }
        for _ in 0..1_000 - 1 - WAITING_PER_THREAD {
            assert!(matches!(storm.join_next().await, Some(Ok(Err(HashingError::Busy)))));
        }
        let owner = {
            let hasher = hasher.clone();
            tokio::spawn(async move {
                let runs = Arc::clone(&hasher.runs);
                hasher.off_thread(Line::Known, move || Ok(runs.load(Ordering::Relaxed))).await
            })
        };
        while hasher.known.available_permits() > WAITING_PER_THREAD {
            tokio::task::yield_now().await;
        }
        drop(thread);
        let begun = owner.await.unwrap().expect("whoever is known still finds room");
        assert!(begun <= 2, "and waits behind no line of strangers: {begun} had begun");
        while let Some(waited) = storm.join_next().await {
            assert!(waited.unwrap().is_ok());
        }
    }
}
