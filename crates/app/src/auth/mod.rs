//! Signing in, and knowing who asks.
//!
//! An access token is signed, lives minutes and is checked against the account on every use. A refresh token is opaque,
//! stored as a hash, exchanged once, and dies with its whole family when it is used twice. Guesses are throttled for
//! each account and address before anything is looked at.

mod access_token;
mod authenticate;
mod choose_password;
mod confirm_password;
mod derived_keys;
mod device;
mod failed_sign_in;
mod opaque_token;
mod password;
mod password_hasher;
mod password_policy;
mod recognise;
mod refresh;
mod request_password_reset;
mod sign_in;
mod sign_out;
mod throttle;

pub use access_token::{TokenKeys, WeakSecret};
pub use authenticate::{AuthenticateError, authenticate};
pub use choose_password::{ChoosePasswordError, choose_password};
pub use derived_keys::{DerivedKeys, SealError};
pub use device::KNOWN_DEVICE;
pub use password::Password;
pub use password_hasher::{HashCost, HashingError, PasswordHasher};
pub use password_policy::password_fault;
pub use refresh::{RefreshError, refresh};
pub use request_password_reset::{PasswordResetRequest, request_password_reset};
pub use sign_in::{SignIn, SignInError, SignedIn, sign_in};
pub use sign_out::{SignOut, sign_out};
pub use throttle::{Throttle, TooManyAttempts};

pub(crate) use confirm_password::{ConfirmError, is_own_password};
pub(crate) use opaque_token::{OpaqueToken, hex};
pub(crate) use throttle::{Attempt, Ended, account_key};

use std::fmt;

/// What a sign-in or a refresh answers.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// For the `Authorization: Bearer` header.
    pub access_token: String,
    /// To be exchanged for the next pair, once.
    pub refresh_token: String,
    /// Life of the access token in seconds.
    pub expires_in_seconds: i64,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires_in_seconds", &self.expires_in_seconds).finish_non_exhaustive()
    }
}
