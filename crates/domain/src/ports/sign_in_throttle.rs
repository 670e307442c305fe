//! Where tries to sign in are counted.

use std::error::Error;

use async_trait::async_trait;
use jiff::Timestamp;
use thiserror::Error;

use crate::ports::SharedPoolStatus;
use crate::throttle::{Admitted, Claim, Outcome, Refused, TryId};

/// The logs of tries, by key. What a log decides stands in [`TryLog`](crate::throttle::TryLog); an adapter keeps it.
///
/// Each MUST below is a case of `scheduling_conformance::throttle`.
#[async_trait]
pub trait SignInThrottle: Send + Sync {
    /// Takes a try from the log under `key`, or says when to ask again.
    ///
    /// MUST decide as [`TryLog::admit`](crate::throttle::TryLog::admit) does on all that came before.
    /// MUST NOT admit one try too many, however many ask at once.
    async fn admit(
        &self,
        key: &str,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Result<Admitted, Refused>, ThrottleUnavailable>;

    /// Says how a try ended.
    ///
    /// MUST be seen by the next call.
    /// MUST pass over a try that is not known any more.
    async fn settle(&self, key: &str, id: TryId, outcome: Outcome, now: Timestamp) -> Result<(), ThrottleUnavailable>;

    /// How busy its connections are; none where it is within the process or the store.
    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        None
    }
}

/// The server behind the throttle gives no answer.
#[derive(Debug, Error)]
#[error("the sign-in throttle is unavailable")]
pub struct ThrottleUnavailable(#[source] pub Box<dyn Error + Send + Sync>);
