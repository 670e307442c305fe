//! [`RateLimiter`] on Redis: one count for all instances.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bb8_redis::redis::cmd;
use scheduling_domain::ports::{RateKey, RateLimiter, SharedPoolStatus};
use scheduling_domain::rate::{RateBook, RateGrant, RateQuota};
use tokio::time::Instant;

use crate::connections::{Connections, InvalidRedisUrl, Question};

/// How long an answer is waited for before the instance counts by itself.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long it does so before it asks again.
const COOL_OFF: Duration = Duration::from_secs(1);
/// How long requests that were taken ahead are good.
const LEASE: Duration = Duration::from_secs(1);
/// The most requests that are taken ahead.
const MOST_AHEAD: u32 = 10;
/// How many leases there are before anybody is looked for who can be forgotten.
const FEW: usize = 1_024;

/// [`RateQuota::take`] on the server, by the server's clock, in microseconds: it is told how long one request and all of
/// them take to be earned and how many are wanted, and answers how many were granted, how many are left and how long until
/// all are earned back.
const TAKE: &str = "\
local time = redis.call('TIME') \
local now = time[1] * 1000000 + time[2] \
local interval, window, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]) \
local earned_at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) \
local free = math.floor((now + window - earned_at) / interval) \
if free < 0 then free = 0 end \
local granted = math.min(wanted, free) \
if granted > 0 then \
  earned_at = earned_at + granted * interval \
  redis.call('SET', KEYS[1], string.format('%.0f', earned_at), 'PX', math.ceil((earned_at - now) / 1000) + 1000) \
end \
return {granted, free - granted, earned_at - now}";

/// Counts for all instances that share a server.
///
/// An instance takes up to [`MOST_AHEAD`] requests at a time, and no more than a tenth of what is earned in a second, so that
/// most requests cost no round trip. What it has not used after a second is lost. So with `n` instances somebody may get up
/// to `n` tenths of a second's requests less than their quota, and never more. While the server is away or slow, each
/// instance counts by itself: then it is up to `n` times the quota.
#[derive(Debug)]
pub struct RedisRateLimiter {
    connections: Connections,
    state: Mutex<State>,
    started: Instant,
}

#[derive(Debug, Default)]
struct State {
    leases: HashMap<String, Lease>,
    tidy_at: usize,
    /// For while the server is away.
    alone: RateBook,
    away_until: Option<Instant>,
}

/// What an instance knows of somebody's count.
#[derive(Debug, Clone, Copy)]
struct Lease {
    /// How things stood when the server was asked; `granted` counts what is left of it here.
    grant: RateGrant,
    /// Nothing was granted, and nothing will be before `until`.
    is_refusal: bool,
    /// Until when that holds.
    until: Instant,
}

impl RedisRateLimiter {
    /// Prepares a limiter at `url`, such as `redis://:password@localhost:6379/0`, without connecting yet.
    pub fn new(url: &str) -> Result<Self, InvalidRedisUrl> {
        Ok(Self { connections: Connections::new(url)?, state: Mutex::default(), started: Instant::now() })
    }

    /// One that was taken ahead, or a refusal that still holds.
    fn take_leased(&self, key: &RateKey, now: Instant) -> Option<RateGrant> {
        let mut state = self.lock();
        let lease = state.leases.get_mut(key.as_str()).filter(|lease| now < lease.until)?;
        let grant = lease.grant;
        lease.grant.granted = grant.granted.saturating_sub(1);
        (0 < grant.granted || lease.is_refusal).then(|| one_of(grant))
    }

    async fn ask(&self, key: &RateKey, quota: RateQuota, now: Instant) -> Option<RateGrant> {
        if self.lock().away_until.is_some_and(|until| now < until) {
            return None;
        }
        let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).max(1);
        let ahead = (quota.per_second.get() / 10).clamp(1, MOST_AHEAD);
        let script = cmd("EVAL")
            .arg(TAKE)
            .arg(1)
            .arg(key.as_str())
            .arg(micros(quota.interval()))
            .arg(micros(quota.window()))
            .arg(ahead)
            .take();
        let answer = self.connections.ask_within::<(u32, u32, u64)>(PATIENCE, Question::Command(&script)).await;
        let Ok((granted, remaining, earned_in)) = answer else {
            self.lock().away_until = Some(now + COOL_OFF);
            return None;
        };
        Some(RateGrant { granted, remaining, earned_in: Duration::from_micros(earned_in) })
    }

    /// Keeps what was taken ahead, or the refusal until it can change.
    fn keep(&self, key: &RateKey, quota: RateQuota, grant: RateGrant, now: Instant) {
        let holds = if grant.granted == 0 { quota.wait(grant).min(LEASE) } else { LEASE };
        let ahead = grant.granted.saturating_sub(1);
        let mut lease =
            Lease { grant: RateGrant { granted: ahead, ..grant }, is_refusal: grant.granted == 0, until: now + holds };
        let mut state = self.lock();
        if let Some(other) = state.leases.get(key.as_str()).filter(|other| now < other.until) {
            // Another request asked at the same time.
            lease.grant.granted += other.grant.granted;
        }
        if state.tidy_at.max(FEW) <= state.leases.len() {
            state.leases.retain(|_, lease| now < lease.until);
            state.tidy_at = state.leases.len() * 2;
        }
        state.leases.insert(key.as_str().to_owned(), lease);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half way, so a poisoned one is as good as new.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is told of one request out of several: those taken ahead are still left to it.
fn one_of(grant: RateGrant) -> RateGrant {
    let granted = grant.granted.min(1);
    RateGrant { granted, remaining: grant.remaining + grant.granted - granted, ..grant }
}

#[async_trait]
impl RateLimiter for RedisRateLimiter {
    async fn take(&self, key: &RateKey, quota: RateQuota) -> RateGrant {
        let now = Instant::now();
        if let Some(grant) = self.take_leased(key, now) {
            return grant;
        }
        match self.ask(key, quota, now).await {
            Some(grant) => {
                self.keep(key, quota, grant, now);
                one_of(grant)
            }
            None => self.lock().alone.take(key.as_str(), quota, self.started.elapsed(), 1),
        }
    }

    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        Some(self.connections.status())
    }
}
