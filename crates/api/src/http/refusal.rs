//! What the failures that all use cases share are to a client.

use scheduling_app::KeyError;
use scheduling_app::auth::{HashingError, TooManyAttempts};
use scheduling_domain::ports::{SessionsUnavailable, StoreError};

use super::code::Code;
use super::problem::Problem;

/// How long a client waits before it asks again what could not be done for now.
const PAUSE_SECONDS: u64 = 1;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate(value) => Self::new(Code::Duplicate).member("field", value),
            StoreError::Stale => Self::new(Code::Stale),
            StoreError::Reference(_) => Self::new(Code::InUse).caused_by(error),
            StoreError::Conflict => Self::new(Code::Conflict).retry_after(PAUSE_SECONDS),
            StoreError::Unavailable(_) => Self::new(Code::Unavailable).retry_after(PAUSE_SECONDS).caused_by(error),
            StoreError::Backend(_) => Self::internal(error),
        }
    }
}

impl From<SessionsUnavailable> for Problem {
    fn from(error: SessionsUnavailable) -> Self {
        Self::new(Code::SessionsUnavailable).retry_after(PAUSE_SECONDS).caused_by(error)
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::InFlight => Self::new(Code::IdempotencyInFlight).retry_after(PAUSE_SECONDS),
            KeyError::Mismatch => Self::new(Code::IdempotencyMismatch),
        }
    }
}

impl From<TooManyAttempts> for Problem {
    fn from(TooManyAttempts { retry_after_seconds }: TooManyAttempts) -> Self {
        Self::new(Code::TooManyAttempts).arg("seconds", retry_after_seconds).retry_after(retry_after_seconds)
    }
}

impl From<HashingError> for Problem {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::new(Code::Unavailable).retry_after(PAUSE_SECONDS),
            HashingError::Function(_) | HashingError::Thread(_) | HashingError::Closed => Self::internal(error),
        }
    }
}
