//! Passwords and their hashes.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use argon2::password_hash::phc;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use scheduling_domain::fault::Fault;
use scheduling_domain::user::PasswordHash;
use thiserror::Error;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// A password as someone typed it. It is wiped when dropped, and `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The fewest characters of a new password.
    pub const MIN_CHARS: usize = 12;
    /// The most characters of any password.
    pub const MAX_CHARS: usize = 128;

    /// Takes what was typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// What is wrong with it as a new password, at `pointer`. Length is what makes a password strong (NIST SP 800-63B
    /// §3.1.1.2); there are no rules of composition.
    pub fn fault(&self, pointer: &str) -> Option<Fault> {
        let length = self.0.chars().count();
        if length < Self::MIN_CHARS {
            Some(Fault::new(pointer, "too_short").with("min", Self::MIN_CHARS).with("actual", length))
        } else if length > Self::MAX_CHARS {
            Some(Fault::new(pointer, "too_long").with("max", Self::MAX_CHARS).with("actual", length))
        } else {
            None
        }
    }

    fn is_absurd(&self) -> bool {
        self.0.chars().count() > Self::MAX_CHARS
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

/// A password could not be hashed or compared: a fault of ours.
#[derive(Debug, Error)]
pub enum HashingError {
    /// The hash function refused its input, or a stored hash is none.
    #[error("the password hash function failed")]
    Function(#[source] argon2::password_hash::Error),
    /// The thread that hashed was lost.
    #[error("the hashing thread was lost")]
    Thread(#[source] tokio::task::JoinError),
    /// The service is stopping.
    #[error("no more passwords are hashed")]
    Closed,
}

/// Hashes and compares passwords with argon2id (RFC 9106; 19 MiB, two passes, one lane, as OWASP advises), on threads of
/// their own and only so many at once, so that a storm of sign-ins neither stalls other requests nor fills the memory.
#[derive(Clone)]
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// Compared with when there is no account, so that the answer takes as long.
    decoy: PasswordHash,
}

impl PasswordHasher {
    /// At most `concurrency` at once. Hashes once to make the decoy.
    pub fn try_new(concurrency: NonZeroUsize) -> Result<Self, HashingError> {
        let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| HashingError::Function(error.into()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = hash_now(&argon2, b"nobody has this password")?;
        Ok(Self { argon2, permits: Arc::new(Semaphore::new(concurrency.get())), decoy })
    }

    /// The hash to store, in PHC form.
    pub async fn hash(&self, password: &Password) -> Result<PasswordHash, HashingError> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        self.off_thread(move || hash_now(&argon2, password.0.as_bytes())).await
    }

    /// Whether the password is the one behind the hash. Without a hash the answer is no, after the same time.
    pub async fn verify(&self, password: &Password, hash: Option<&PasswordHash>) -> Result<bool, HashingError> {
        let known = hash.is_some() && !password.is_absurd();
        let hash = hash.unwrap_or(&self.decoy).clone();
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let matches = self.off_thread(move || verify_now(&argon2, password.0.as_bytes(), &hash)).await?;
        Ok(matches && known)
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| HashingError::Closed)?;
        // The permit goes along: a caller who gives up does not let one more in.
        let hashed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
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
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_and_no_other() {
        let hasher = PasswordHasher::try_new(NonZeroUsize::MIN).unwrap();
        let right = Password::new("correct horse battery");
        let hash = hasher.hash(&right).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hasher.verify(&right, Some(&hash)).await.unwrap());
        assert!(!hasher.verify(&Password::new("wrong horse battery"), Some(&hash)).await.unwrap());
        assert!(!hasher.verify(&Password::new("nobody has this password"), None).await.unwrap());
    }

    #[test]
    fn length_is_the_only_rule() {
        let fault = |text: &str| Password::new(text).fault("/password").map(|fault| fault.code);
        assert_eq!(fault("eleven char"), Some("too_short"));
        assert_eq!(fault("密码密码密码密码密码密码"), None);
        assert_eq!(fault(&"x".repeat(129)), Some("too_long"));
        assert_eq!(format!("{:?}", Password::new("secret")), "Password(***)");
    }
}
