//! What every [`SignInThrottle`] must do. [`throttle_conformance!`](crate::throttle_conformance) makes one test of each case.
//!
//! The cases share one server, so each makes a key that nobody used before.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a case fails by panicking"
)]

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use scheduling_domain::ports::SignInThrottle;
use scheduling_domain::throttle::{Claim, Outcome, Pool, TryLog, WINDOW};

/// Expands one `#[tokio::test]` per case of this module. `$factory` is called anew for each and answers a future of a
/// throttle.
#[macro_export]
macro_rules! throttle_conformance {
    ($factory:expr) => {
        $crate::throttle_conformance! { @cases $factory;
            a_throttle_decides_as_its_log_does
            keys_do_not_meet
            of_a_thousand_at_once_four_are_admitted
            a_settled_try_is_seen_by_the_next_call
            a_try_that_is_not_known_is_passed_over
        }
    };
    (@cases $factory:expr; $($case:ident)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let throttle = ($factory)().await;
            $crate::throttle::$case(&throttle).await;
        }
    )+};
}

const STRANGER: Claim = Claim::Account { known_device: false, address: None };

const START: Timestamp = Timestamp::UNIX_EPOCH;

#[expect(clippy::disallowed_methods, reason = "the server may have kept the logs of an earlier run")]
fn fresh(name: &str) -> String {
    format!("{name} {}", Timestamp::now().as_nanosecond())
}

/// Tries, outcomes and times, one after the other: the answers are those of a log that heard the same.
pub async fn a_throttle_decides_as_its_log_does(throttle: &dyn SignInThrottle) {
    let (key, mut log) = (fresh("decides"), TryLog::default());
    let home = Some("home".to_owned());
    let claims = [STRANGER, Claim::Account { known_device: true, address: home.clone() }, Claim::Address];
    for step in 0..400_i32 {
        let now = START + SignedDuration::from_secs(7) * step;
        let claim = &claims[usize::try_from(step).unwrap() % claims.len()];
        let (answer, expected) = (throttle.admit(&key, claim, now).await.unwrap(), log.admit(claim, now));
        assert_eq!(answer, expected, "step {step}");
        if let Ok(admitted) = answer {
            let outcome = match step % 5 {
                0 => Outcome::Succeeded(home.clone()),
                1 => Outcome::Withdrawn,
                _ => Outcome::Failed,
            };
            throttle.settle(&key, admitted.id, outcome.clone(), now).await.unwrap();
            log.settle(admitted.id, outcome, now);
        }
    }
}

/// What happens under one key is nothing to another.
pub async fn keys_do_not_meet(throttle: &dyn SignInThrottle) {
    for key in [fresh("one"), fresh("other")] {
        for _ in 0..Pool::Stranger.limit() {
            assert!(throttle.admit(&key, &STRANGER, START).await.unwrap().is_ok());
        }
        assert!(throttle.admit(&key, &STRANGER, START).await.unwrap().is_err());
    }
}

/// Of a thousand that ask at once, four are admitted.
pub async fn of_a_thousand_at_once_four_are_admitted(throttle: &dyn SignInThrottle) {
    let key = fresh("at once");
    let answers = join_all((0..1_000).map(|_| throttle.admit(&key, &STRANGER, START))).await;
    let admitted = answers.into_iter().filter(|answer| answer.as_ref().unwrap().is_ok()).count();
    assert_eq!(admitted, Pool::Stranger.limit());
}

/// A success gives its try back at once, and its address is known; failures let a pool rest.
pub async fn a_settled_try_is_seen_by_the_next_call(throttle: &dyn SignInThrottle) {
    let key = fresh("settled");
    let home = || Some("home".to_owned());
    let first = throttle.admit(&key, &STRANGER, START).await.unwrap().unwrap();
    throttle.settle(&key, first.id, Outcome::Succeeded(home()), START).await.unwrap();
    let claim = Claim::Account { known_device: false, address: home() };
    for pool in [Pool::KnownAddress, Pool::KnownAddress, Pool::Stranger] {
        let admitted = throttle.admit(&key, &claim, START).await.unwrap().unwrap();
        assert_eq!(admitted.pool, pool);
        throttle.settle(&key, admitted.id, Outcome::Failed, START).await.unwrap();
    }
}

/// A try from a window long gone can still be settled, and that means nothing.
pub async fn a_try_that_is_not_known_is_passed_over(throttle: &dyn SignInThrottle) {
    let (key, later) = (fresh("passed over"), START + WINDOW);
    let admitted = throttle.admit(&key, &STRANGER, START).await.unwrap().unwrap();
    throttle.settle(&key, admitted.id, Outcome::Failed, later).await.unwrap();
    for _ in 0..Pool::Stranger.limit() {
        assert!(throttle.admit(&key, &STRANGER, later).await.unwrap().is_ok());
    }
}
