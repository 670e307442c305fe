//! What every [`RateLimiter`] must do. [`rate_limit_conformance!`](crate::rate_limit_conformance) makes one test of each case.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a case fails by panicking"
)]

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use scheduling_domain::ports::{RateKey, RateLimiter};
use scheduling_domain::rate::RateQuota;

/// A quota.
pub fn quota(per_second: u32, burst: u32) -> RateQuota {
    RateQuota { per_second: NonZeroU32::new(per_second).unwrap(), burst: NonZeroU32::new(burst).unwrap() }
}

/// A key that no other process has.
pub fn a_key(case: u16) -> RateKey {
    let process = std::process::id();
    let [high, low] = [process >> 16, process & 0xffff].map(|part| u16::try_from(part).unwrap());
    RateKey::address(IpAddr::V6(Ipv6Addr::new(0xfd00, case, high, low, 0, 0, 0, 0)))
}

/// A burst is granted at once, and no more.
pub async fn a_burst_is_granted(limiter: &dyn RateLimiter) {
    let (quota, key, began) = (quota(1, 5), a_key(1), Instant::now());
    let mut granted = 0;
    for _ in 0..20 {
        let grant = limiter.take(&key, quota).await;
        granted += u64::from(grant.granted);
        if grant.granted == 0 {
            assert_eq!(grant.remaining, 0);
            let wait = quota.wait(grant);
            assert!(Duration::ZERO < wait && wait <= Duration::from_secs(1), "{wait:?}");
        }
    }
    assert!((5..=5 + began.elapsed().as_secs() + 1).contains(&granted), "{granted}");
}

/// What is left goes down by one.
pub async fn what_is_left_is_told(limiter: &dyn RateLimiter) {
    let (quota, key) = (quota(1, 5), a_key(2));
    assert_eq!(limiter.take(&key, quota).await.remaining, 4);
    assert_eq!(limiter.take(&key, quota).await.remaining, 3);
}

/// What is earned is granted again.
pub async fn what_was_earned_is_granted(limiter: &dyn RateLimiter) {
    let (quota, key) = (quota(20, 2), a_key(3));
    while limiter.take(&key, quota).await.granted == 1 {}
    let deadline = Instant::now() + Duration::from_secs(10);
    while limiter.take(&key, quota).await.granted == 0 {
        assert!(Instant::now() < deadline, "nothing is earned");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Who asks too often takes nothing from others.
pub async fn keys_are_apart(limiter: &dyn RateLimiter) {
    let quota = quota(1, 1);
    while limiter.take(&a_key(4), quota).await.granted == 1 {}
    assert_eq!(limiter.take(&a_key(5), quota).await.granted, 1);
}

/// Expands one `#[tokio::test]` per case. `$factory` is called anew for each and answers a limiter.
#[macro_export]
macro_rules! rate_limit_conformance {
    ($factory:expr) => {
        $crate::rate_limit_conformance! { @cases $factory;
            a_burst_is_granted what_is_left_is_told what_was_earned_is_granted keys_are_apart
        }
    };
    (@cases $factory:expr; $($case:ident)+) => {$(
        #[tokio::test]
        async fn $case() {
            $crate::rate_limit::$case(&($factory)()).await;
        }
    )+};
}
