//! [`Presence`] on Redis.

use async_trait::async_trait;
use bb8_redis::redis::{Cmd, FromRedisValue, cmd};
use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::ports::{PRESENCE_WINDOW, Presence, PresenceUnavailable, SharedPoolStatus};

use crate::connections::{Connections, InvalidRedisUrl};

/// How many accounts one command notes: enough to be quick, few enough to let others in between.
const NOTED_AT_ONCE: usize = 1_000;

/// Who was active of late, counted once over all replicas: one sorted set, each account at the millisecond when it was last
/// noted.
#[derive(Debug, Clone)]
pub struct RedisPresence {
    connections: Connections,
    key: String,
}

impl RedisPresence {
    /// Prepares to count at `url` under `key`, without connecting yet.
    pub fn new(url: &str, key: impl Into<String>) -> Result<Self, InvalidRedisUrl> {
        Ok(Self { connections: Connections::new(url)?, key: key.into() })
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, PresenceUnavailable> {
        self.connections.run(command).await.map_err(|failure| PresenceUnavailable(Box::new(failure)))
    }
}

/// The first millisecond of the window that ends now.
fn window_start(now: Timestamp) -> i64 {
    now.as_millisecond().saturating_sub(i64::try_from(PRESENCE_WINDOW.as_millis()).unwrap_or(i64::MAX))
}

#[async_trait]
impl Presence for RedisPresence {
    async fn note(&self, accounts: &[(OrganizationId, UserId)], now: Timestamp) -> Result<(), PresenceUnavailable> {
        for some in accounts.chunks(NOTED_AT_ONCE) {
            // GT: a report that comes late takes nobody back in time.
            let mut add = cmd("ZADD");
            add.arg(&self.key).arg("GT");
            for (organization, user) in some {
                add.arg(now.as_millisecond()).arg(format!("{organization}:{user}"));
            }
            self.ask::<()>(&add).await?;
        }
        let before = format!("({}", window_start(now));
        self.ask::<()>(cmd("ZREMRANGEBYSCORE").arg(&self.key).arg("-inf").arg(before)).await?;
        // Nothing stays behind when nobody comes any more.
        self.ask::<()>(cmd("EXPIRE").arg(&self.key).arg(PRESENCE_WINDOW.as_secs() * 2)).await
    }

    async fn count(&self, now: Timestamp) -> Result<u64, PresenceUnavailable> {
        self.ask(cmd("ZCOUNT").arg(&self.key).arg(window_start(now)).arg("+inf")).await
    }

    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        Some(self.connections.status())
    }
}
