//! How long others wait while a million keys are cleared by pattern, beside how long they wait while nothing is.
//!
//! Run it with `scripts/with-services cargo bench --profile release -p scheduling-redis --bench clearing`.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a report for people")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use scheduling_domain::ports::{Cache, CachePattern};

use common::{cache, fill};

const THOUSANDS: usize = 1_000;
/// What the slowest reply may take.
const GOAL: Duration = Duration::from_millis(5);

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let organization = NonZeroU32::MIN.saturating_add(7_003).into();
    fill(organization, THOUSANDS).await;
    let clearing = cache();
    // Opens the connections, so that nobody waits for them.
    assert_eq!(clearing.clear_pattern(&CachePattern::new(organization, "none:*")).await, 0, "there is no such key");
    let began = Instant::now();
    let clear = tokio::spawn(async move { clearing.clear_pattern(&CachePattern::new(organization, "many:*")).await });
    let busy = replies(|| clear.is_finished()).await;
    let took = began.elapsed();
    assert_eq!(clear.await.expect("it clears"), 1_000_000, "all are cleared");
    let began = Instant::now();
    let idle = replies(|| took <= began.elapsed()).await;
    println!("1,000,000 keys cleared by pattern in {:.1} s", took.as_secs_f64());
    println!("{:<18} {:>9} {:>10} {:>10} {:>10}", "replies to others", "count", "median", "p99.9", "slowest");
    tell("while it clears", &busy);
    tell("while it is idle", &idle);
    let slow = busy.iter().filter(|wait| GOAL < **wait).count();
    println!("{slow} took longer than {} ms", GOAL.as_millis());
}

/// How long each of many replies took, in order, until it is over.
async fn replies(is_over: impl Fn() -> bool) -> Vec<Duration> {
    let watching = cache();
    watching.ping().await.expect("Redis answers");
    let mut waits = Vec::new();
    while !is_over() {
        let asked_at = Instant::now();
        watching.ping().await.expect("Redis answers");
        waits.push(asked_at.elapsed());
    }
    waits.sort_unstable();
    waits
}

fn tell(when: &str, waits: &[Duration]) {
    let at = |permille: usize| waits.get(waits.len() * permille / 1000).or(waits.last()).copied().unwrap_or_default();
    let slowest = waits.last().copied().unwrap_or_default();
    println!("{when:<18} {:>9} {:>10.1?} {:>10.1?} {slowest:>10.1?}", waits.len(), at(500), at(999));
}
