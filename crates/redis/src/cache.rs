//! [`Cache`] on Redis.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bb8_redis::redis::{Cmd, FromRedisValue, cmd};
use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::{
    Cache, CacheKey, CachePattern, CacheUnavailable, DerivedKey, Found, Lease, SharedPoolStatus,
};

use crate::connections::{Connections, Failure, InvalidRedisUrl, Question, Seldom};
use crate::scripts::{Call, FIND, KEEP};

/// How many keys the server looks at in one step of a scan: enough to be quick, few enough to let others in between.
const SCAN_STEP: u32 = 250;
/// The longest that a request waits for the cache: the store would have answered by then.
const BUDGET: Duration = Duration::from_millis(100);
/// The longest that a write waits for its raise, which is worth more than a look-up.
const RAISE_BUDGET: Duration = Duration::from_secs(2);
/// After so long without a raise, a generation ends by itself; answers live much shorter.
const GENERATION_LIFE: Duration = Duration::from_secs(24 * 3600);

/// A cache that all replicas share.
#[derive(Debug, Clone)]
pub struct RedisCache {
    connections: Connections,
    installation: Arc<str>,
    tokens: Arc<Tokens>,
    log: Arc<Seldom>,
}

impl RedisCache {
    /// Prepares a cache at `url`, such as `redis://:password@localhost:6379/0`, without connecting yet;
    /// [`ping`](Cache::ping) tells whether the server is there. Caches of one `installation`
    /// ([`Store::installation`](scheduling_domain::ports::Store::installation)) share their answers; others never find them.
    pub fn new(url: &str, installation: &str) -> Result<Self, InvalidRedisUrl> {
        Ok(Self {
            connections: Connections::new(url)?,
            installation: installation.into(),
            tokens: Arc::default(),
            log: Arc::default(),
        })
    }

    /// Where the generations of some kinds are counted. A server that takes over from another one has a lineage of its own,
    /// and so none of the generations that the other one may have raised without its knowledge.
    fn generations(&self, organization: OrganizationId, kinds: &[&str], lineage: &str) -> Vec<String> {
        let installation = &self.installation;
        let name = |kind: &str| format!("generation:{installation}:{lineage}:{kind}");
        kinds.iter().map(|kind| CacheKey::new(organization, name(kind)).as_str().to_owned()).collect()
    }

    /// The answer, or what it would be for an empty cache.
    async fn ask<T: FromRedisValue + Default>(&self, command: &Cmd) -> T {
        self.connections.ask_within(BUDGET, Question::Command(command)).await.unwrap_or_else(|failure| {
            self.log(&failure);
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

    /// Losing the server is told once, by [`Connections`]; here what it refused or left unanswered, once a second.
    fn log(&self, failure: &Failure) {
        if matches!(failure, Failure::Command(_) | Failure::Late) {
            self.log.warn(failure, "the cache did not answer; taken as a miss");
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
        match millis(expiry) {
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

    async fn clear_pattern(&self, pattern: &CachePattern) -> u64 {
        self.try_clear(pattern).await.unwrap_or_else(|failure| {
            self.log(&failure);
            0
        })
    }

    async fn ping(&self) -> Result<(), CacheUnavailable> {
        self.connections.run::<()>(&cmd("PING")).await.map_err(unavailable)
    }

    async fn find(&self, key: &DerivedKey) -> Result<Found, CacheUnavailable> {
        let family = key.family();
        let token = self.tokens.next();
        let prefix = key.at("");
        let call = |lineage: &str| {
            Call::on(&self.generations(key.organization(), family.kinds, lineage))
                .text(&token)
                .number(millis(GENERATION_LIFE))
                .text(prefix.as_str())
                .number(millis(family.stale))
                .number(millis(Lease::LIFE))
        };
        let found = self.connections.ask_within(BUDGET, Question::Script(&FIND, &call)).await;
        let (generation, text, has_lease): (String, Option<String>, bool) = found.map_err(unavailable)?;
        Ok(Found { entry: key.at(generation), text, lease: has_lease.then_some(Lease(token)) })
    }

    async fn keep(
        &self,
        entry: &CacheKey,
        text: &str,
        life: Duration,
        lease: Option<&Lease>,
    ) -> Result<(), CacheUnavailable> {
        let lease = lease.map_or("", |lease| &lease.0);
        let call = |_: &str| Call::on(&[entry.as_str()]).text(lease).number(millis(life)).text(text);
        self.connections.ask_within(BUDGET, Question::Script(&KEEP, &call)).await.map_err(unavailable)
    }

    async fn give_back(&self, entry: &CacheKey, lease: &Lease) -> Result<(), CacheUnavailable> {
        self.keep(entry, "", Duration::ZERO, Some(lease)).await
    }

    /// A generation is raised by forgetting it: the next reader makes another.
    async fn raise(&self, organization: OrganizationId, kinds: &[&str]) -> Result<(), CacheUnavailable> {
        let forget = |lineage: &str| cmd("UNLINK").arg(self.generations(organization, kinds, lineage)).take();
        self.connections.ask_within(RAISE_BUDGET, Question::OfLineage(&forget)).await.map_err(unavailable)
    }

    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        Some(self.connections.status())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).min(i64::MAX.unsigned_abs() / 2)
}

fn unavailable(failure: Failure) -> CacheUnavailable {
    CacheUnavailable(Box::new(failure))
}

/// Makes texts that no other call and no other process makes.
#[derive(Debug)]
struct Tokens {
    process: String,
    next: AtomicU64,
}

impl Default for Tokens {
    fn default() -> Self {
        // The standard library seeds each of these from the operating system.
        let random = || RandomState::new().hash_one(0_u8);
        Self { process: format!("{:016x}{:016x}", random(), random()), next: AtomicU64::new(0) }
    }
}

impl Tokens {
    fn next(&self) -> String {
        format!("{}{:x}", self.process, self.next.fetch_add(1, Ordering::Relaxed))
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
