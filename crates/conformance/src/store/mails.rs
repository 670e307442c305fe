//! Mails that wait to be sent, and the tokens that they bring.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use scheduling_domain::mail::{MailKind, PasswordToken, PendingMail};
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::Store;

use crate::world::World;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn a_mail(identifier: &str) -> PendingMail {
    PendingMail { kind: MailKind::PasswordReset, identifier: Personal::new(identifier), language: "zh-CN".to_owned() }
}

/// Who the mail is for that is taken at `now`, if any is due.
async fn claim(world: &World, now: Timestamp) -> Option<(i64, u32, String)> {
    let mut uow = world.begin().await;
    let due = uow.pending_mails().claim_next(now, now + MINUTE).await.unwrap();
    uow.commit().await.unwrap();
    due.map(|due| (due.id, due.attempts, due.mail.identifier.reveal().to_owned()))
}

/// A mail is taken as it was added, the oldest first; it is due again where nothing is heard of it.
pub async fn a_mail_is_due_until_it_is_removed(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut uow = world.begin().await;
    for name in ["first", "second"] {
        uow.pending_mails().insert(&a_mail(name), world.now).await.unwrap();
    }
    uow.commit().await.unwrap();
    let (first, attempts, name) = claim(&world, world.now).await.unwrap();
    assert_eq!((attempts, name.as_str()), (0, "first"));
    let (second, _, name) = claim(&world, world.now).await.unwrap();
    assert_eq!(name, "second");
    assert_eq!(claim(&world, world.now).await, None);
    let mut uow = world.begin().await;
    uow.pending_mails().delete(first).await.unwrap();
    uow.pending_mails().delete(first).await.unwrap();
    uow.pending_mails().postpone(second, world.now + MINUTE + MINUTE).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(claim(&world, world.now + MINUTE).await, None);
    let again = claim(&world, world.now + MINUTE + MINUTE).await;
    assert_eq!(again, Some((second, 1, "second".to_owned())));
}

/// Two that take mails at once take different ones, without waiting; mails of another organization are not taken.
pub async fn a_mail_is_given_to_one(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    let mut uow = world.begin().await;
    for number in 0..20 {
        uow.pending_mails().insert(&a_mail(&number.to_string()), world.now).await.unwrap();
    }
    uow.commit().await.unwrap();
    assert_eq!(claim(&theirs, world.now).await, None);
    let claims = (0..20).map(|_| claim(&world, world.now));
    let mut taken: Vec<i64> =
        futures_util::future::join_all(claims).await.into_iter().map(|due| due.unwrap().0).collect();
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(taken.len(), 20);
}

/// A token is found by its hash until its account's tokens end; never in another organization.
pub async fn a_password_token_is_found_by_its_hash(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    let token = PasswordToken { user_id: world.user.id, expires_at: world.now + MINUTE };
    let mut uow = world.begin().await;
    uow.password_tokens().insert("hash", &token, world.now).await.unwrap();
    assert_eq!(uow.password_tokens().find_by_hash("hash").await.unwrap(), Some(token));
    assert_eq!(uow.password_tokens().find_by_hash("other").await.unwrap(), None);
    uow.commit().await.unwrap();
    let mut uow = theirs.begin().await;
    assert_eq!(uow.password_tokens().find_by_hash("hash").await.unwrap(), None);
    uow.password_tokens().delete_of(world.user.id).await.unwrap();
    uow.commit().await.unwrap();
    let mut uow = world.begin().await;
    assert!(uow.password_tokens().find_by_hash("hash").await.unwrap().is_some());
    uow.password_tokens().delete_of(world.user.id).await.unwrap();
    assert_eq!(uow.password_tokens().find_by_hash("hash").await.unwrap(), None);
    uow.commit().await.unwrap();
}
