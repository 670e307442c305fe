//! What an account proves itself with beside its password: codes of the time (TOTP, RFC 6238), and recovery codes for when
//! the device that makes them is lost.

use std::fmt;

use crate::id::UserId;

/// Whose factor it is, and what its codes are made from.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whose.
    pub user_id: UserId,
    /// The secret that codes are made from, encrypted.
    pub sealed_secret: String,
    /// Its owner has shown that they can make codes; before that, none is asked for.
    pub is_confirmed: bool,
    /// The newest time step whose code was taken; that code and older ones are not taken again.
    pub last_step: i64,
}

impl fmt::Debug for SecondFactor {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactor")
            .field("user_id", &self.user_id)
            .field("is_confirmed", &self.is_confirmed)
            .field("last_step", &self.last_step)
            .finish_non_exhaustive()
    }
}
