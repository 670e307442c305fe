//! [`Cache`] on Redis.

use std::time::Duration;

use async_trait::async_trait;
use bb8_redis::redis::{Cmd, FromRedisValue, cmd};
use scheduling_domain::ports::{Cache, CacheKey, CachePattern, CacheUnavailable};

use crate::connections::{Connections, Failure, InvalidRedisUrl};

/// How many keys the server looks at in one step of a scan: enough to be quick, few enough to let others in between.
const SCAN_STEP: u32 = 1_000;

/// A cache that all replicas share.
#[derive(Debug, Clone)]
pub struct RedisCache {
    connections: Connections,
}

impl RedisCache {
    /// Prepares a cache at `url`, such as `redis://:password@localhost:6379/0`, without connecting yet;
    /// [`ping`](Cache::ping) tells whether the server is there.
    pub fn new(url: &str) -> Result<Self, InvalidRedisUrl> {
        Ok(Self { connections: Connections::new(url)? })
    }

    /// The answer, or what it would be for an empty cache.
    async fn ask<T: FromRedisValue + Default>(&self, command: &Cmd) -> T {
        self.connections.run(command).await.unwrap_or_else(|failure| {
            log(&failure);
            T::default()
        })
    }

    async fn try_clear(&self, pattern: &CachePattern) -> Result<u64, Failure> {
        let glob = escaped(pattern.as_str());
        let (mut cursor, mut cleared) = (0_u64, 0);
        loop {
            let scan = cmd("SCAN").arg(cursor).arg("MATCH").arg(&glob).arg("COUNT").arg(SCAN_STEP).take();
            let (next, keys): (u64, Vec<String>) = self.connections.run(&scan).await?;
            if !keys.is_empty() {
                // Unlike DEL, UNLINK frees the memory beside the server's one command thread.
                cleared += self.connections.run::<u64>(cmd("UNLINK").arg(&keys)).await?;
            }
            if next == 0 {
                return Ok(cleared);
            }
            cursor = next;
        }
    }
}

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, key: &CacheKey) -> Option<String> {
        self.ask(cmd("GET").arg(key.as_str())).await
    }

    async fn set(&self, key: &CacheKey, text: String, expiry: Duration) {
        // Redis counts whole milliseconds and refuses an expiry of none.
        match u64::try_from(expiry.as_millis()).unwrap_or(u64::MAX).min(i64::MAX.unsigned_abs() / 2) {
            0 => {
                self.delete(key).await;
            }
            millis => {
                self.ask::<()>(cmd("SET").arg(key.as_str()).arg(text).arg("PX").arg(millis)).await;
            }
        }
    }

    async fn delete(&self, key: &CacheKey) -> bool {
        self.ask(cmd("UNLINK").arg(key.as_str())).await
    }

    async fn exists(&self, key: &CacheKey) -> bool {
        self.ask(cmd("EXISTS").arg(key.as_str())).await
    }

    async fn clear(&self, pattern: &CachePattern) -> u64 {
        self.try_clear(pattern).await.unwrap_or_else(|failure| {
            log(&failure);
            0
        })
    }

    async fn ping(&self) -> Result<(), CacheUnavailable> {
        self.connections.run::<()>(&cmd("PING")).await.map_err(|failure| CacheUnavailable(Box::new(failure)))
    }
}

/// Losing the server is told once, by [`Connections`]; here each command that it refused or left unanswered.
fn log(failure: &Failure) {
    match failure {
        Failure::Command(error) => tracing::warn!(%error, "the cache did not answer; taken as a miss"),
        Failure::CoolingOff | Failure::NoConnection(_) | Failure::TimedOut => {}
    }
}

/// Redis globs know more than `*`; the rest is escaped.
fn escaped(pattern: &str) -> String {
    let mut glob = String::with_capacity(pattern.len());
    for character in pattern.chars() {
        if matches!(character, '?' | '[' | ']' | '^' | '-' | '\\') {
            glob.push('\\');
        }
        glob.push(character);
    }
    glob
}
