//! What every [`Presence`] must do. [`presence_conformance!`](crate::presence_conformance) makes one test of each case.
#![expect(clippy::missing_panics_doc, clippy::expect_used, reason = "a case fails by panicking")]

use std::num::NonZeroU32;

use jiff::{Timestamp, ToSpan};
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::ports::{PRESENCE_WINDOW, Presence};

use crate::build::instant;

/// Expands one `#[tokio::test]` per case of this module. `$factory` is called anew for each and answers a future of a
/// presence that nobody was noted in.
#[macro_export]
macro_rules! presence_conformance {
    ($factory:expr) => {
        $crate::presence_conformance! { @cases $factory;
            nobody_is_active_at_first
            everybody_counts_once
            accounts_of_two_organizations_are_two
            whoever_stays_away_is_no_longer_active
            whoever_comes_back_stays_active
            thousands_are_noted_at_once
        }
    };
    (@cases $factory:expr; $($case:ident)+) => {$(
        #[tokio::test]
        async fn $case() {
            let presence = ($factory)().await;
            $crate::presence::$case(&presence).await;
        }
    )+};
}

fn now() -> Timestamp {
    instant("2026-01-05T08:00:00Z")
}

fn account(organization: u32, user: u32) -> (OrganizationId, UserId) {
    (NonZeroU32::MIN.saturating_add(organization).into(), NonZeroU32::MIN.saturating_add(user).into())
}

async fn note(presence: &dyn Presence, accounts: &[(OrganizationId, UserId)], now: Timestamp) {
    presence.note(accounts, now).await.expect("the accounts are noted");
}

async fn count(presence: &dyn Presence, now: Timestamp) -> u64 {
    presence.count(now).await.expect("the accounts are counted")
}

/// Where nobody was noted, nobody is active.
pub async fn nobody_is_active_at_first(presence: &dyn Presence) {
    note(presence, &[], now()).await;
    assert_eq!(count(presence, now()).await, 0);
}

/// An account counts once, however often it is noted.
pub async fn everybody_counts_once(presence: &dyn Presence) {
    note(presence, &[account(0, 1), account(0, 2)], now()).await;
    note(presence, &[account(0, 2), account(0, 3), account(0, 2)], now() + 1.second()).await;
    assert_eq!(count(presence, now() + 1.second()).await, 3);
}

/// The same number in two organizations is two accounts.
pub async fn accounts_of_two_organizations_are_two(presence: &dyn Presence) {
    note(presence, &[account(1, 2), account(2, 1), account(1, 12), account(11, 2)], now()).await;
    assert_eq!(count(presence, now()).await, 4);
}

/// Whoever was last noted before the window is not counted.
pub async fn whoever_stays_away_is_no_longer_active(presence: &dyn Presence) {
    note(presence, &[account(0, 1)], now()).await;
    note(presence, &[account(0, 2)], now() + 1.minute()).await;
    assert_eq!(count(presence, now() + PRESENCE_WINDOW).await, 2);
    assert_eq!(count(presence, now() + PRESENCE_WINDOW + 1.second()).await, 1);
    assert_eq!(count(presence, now() + PRESENCE_WINDOW + 61.seconds()).await, 0);
}

/// Whoever is noted again stays within the window.
pub async fn whoever_comes_back_stays_active(presence: &dyn Presence) {
    note(presence, &[account(0, 1)], now()).await;
    note(presence, &[account(0, 1)], now() + 4.minutes()).await;
    assert_eq!(count(presence, now() + 4.minutes() + PRESENCE_WINDOW).await, 1);
}

/// A batch may be large.
pub async fn thousands_are_noted_at_once(presence: &dyn Presence) {
    let accounts: Vec<_> = (0..5_000).map(|user| account(0, user)).collect();
    note(presence, &accounts, now()).await;
    assert_eq!(count(presence, now()).await, 5_000);
}
