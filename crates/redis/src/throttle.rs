//! [`SignInThrottle`] on Redis, for all instances together.

use async_trait::async_trait;
use bb8_redis::redis::cmd;
use jiff::Timestamp;
use scheduling_domain::ports::{SharedPoolStatus, SignInThrottle, ThrottleUnavailable};
use scheduling_domain::throttle::{Admitted, Claim, Outcome, Refused, TryId, TryLog};

use crate::connections::{Connections, InvalidRedisUrl};

/// Puts a log in the place of the one that was read, unless another instance was quicker.
const REPLACE: &str = "\
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1";

/// A log in contention is quiet again after so many rounds: what is refused writes nothing, and little is admitted.
const MAX_ROUNDS: usize = 100;

/// Tries at all instances.
#[derive(Debug, Clone)]
pub struct RedisThrottle {
    connections: Connections,
}

impl RedisThrottle {
    /// Prepares a throttle at `url`, without connecting yet.
    pub fn new(url: &str) -> Result<Self, InvalidRedisUrl> {
        Ok(Self { connections: Connections::new(url)? })
    }

    /// Changes the log under `key`, again and again until nobody else changed it meanwhile. `change` answers what the caller
    /// wants to know, and whether the log is to be kept.
    async fn change<T>(
        &self,
        key: &str,
        mut change: impl FnMut(&mut TryLog) -> (T, bool) + Send,
    ) -> Result<T, ThrottleUnavailable> {
        let key = format!("hr:throttle:{{{key}}}");
        for _ in 0..MAX_ROUNDS {
            let known: Option<String> = self.connections.run(cmd("GET").arg(&key)).await.map_err(unavailable)?;
            let known = known.unwrap_or_default();
            // A text that is no log, such as another version's, is begun anew.
            let mut log = serde_json::from_str(&known).unwrap_or_default();
            let (answer, keep) = change(&mut log);
            if !keep {
                return Ok(answer);
            }
            let text = serde_json::to_string(&log).map_err(unavailable)?;
            let mut replace = cmd("EVAL");
            replace.arg(REPLACE).arg(1).arg(&key).arg(&known).arg(text).arg(log.life().as_millis().to_string());
            if self.connections.run::<bool>(&replace).await.map_err(unavailable)? {
                return Ok(answer);
            }
        }
        Err(unavailable("a log of tries changed all the time"))
    }
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ThrottleUnavailable {
    ThrottleUnavailable(error.into())
}

#[async_trait]
impl SignInThrottle for RedisThrottle {
    async fn admit(
        &self,
        key: &str,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Result<Admitted, Refused>, ThrottleUnavailable> {
        let admit = |log: &mut TryLog| {
            let admitted = log.admit(claim, now);
            (admitted, admitted.is_ok())
        };
        self.change(key, admit).await
    }

    async fn settle(&self, key: &str, id: TryId, outcome: Outcome, now: Timestamp) -> Result<(), ThrottleUnavailable> {
        self.change(key, |log| (log.settle(id, outcome.clone(), now), true)).await
    }

    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        Some(self.connections.status())
    }
}
