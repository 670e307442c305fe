//! Sessions and their refresh tokens.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use scheduling_domain::id::{SessionId, TypedId};
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::session::{RefreshToken, Session, SessionGrant, SessionKey, SessionKind, SessionSpan, SignedIn};
use scheduling_domain::user::User;

use crate::build::{a_session, a_user};
use crate::store::assert_refused;
use crate::world::World;

async fn open(world: &World, grant: &SessionGrant) -> SessionId {
    let mut uow = world.begin().await;
    let id = uow.sessions().insert(grant, world.now).await.unwrap();
    uow.commit().await.unwrap();
    id
}

async fn find(world: &World, id: SessionId) -> Option<SignedIn> {
    world.store.sessions().find(world.organization, id).await.unwrap()
}

/// The ids of an account's good sessions.
async fn listed(world: &World, now: Timestamp) -> Vec<SessionId> {
    let (sessions, page) = (world.store.sessions(), PageRequest::default());
    let page = sessions.list(world.organization, world.user.id, now, page).await.unwrap();
    assert_eq!(page.total, i64::try_from(page.items.len()).unwrap());
    page.items.iter().map(|session| session.id).collect()
}

fn with_key(world: &World, key: &str) -> SessionGrant {
    SessionGrant { kind: SessionKind::Browser(SessionKey(key.to_owned())), ..a_session(world.user.id) }
}

/// A session is found with every field as it was given, and with its account as it stands now.
pub async fn a_session_is_found_with_its_account(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let bare = SessionGrant { address: None, user_agent: None, ..with_key(&world, "key") };
    for grant in [a_session(world.user.id), bare] {
        let id = open(&world, &grant).await;
        let session = Session { id, created_at: world.now, grant };
        let expected = SignedIn { session, user: world.user.clone(), token_epoch: 0, has_second_factor: false };
        assert_eq!(find(&world, id).await.as_ref(), Some(&expected));
        let mut uow = world.begin().await;
        assert_eq!(uow.sessions().find(id).await.unwrap().as_ref(), Some(&expected));
        uow.rollback().await.unwrap();
    }

    let id = open(&world, &a_session(world.user.id)).await;
    let inactive = User { is_active: false, ..world.user.value.clone() };
    world.try_replace(&world.user, &inactive).await.unwrap();
    let mut uow = world.begin().await;
    uow.users().raise_token_epoch(world.user.id).await.unwrap();
    uow.commit().await.unwrap();
    let found = find(&world, id).await.unwrap();
    assert_eq!((found.user.value.clone(), found.token_epoch), (inactive, 1));
    assert!(!found.is_good(world.now));
}

/// A session of another organization is neither found, touched nor deleted.
pub async fn a_session_of_another_organization_is_not_found(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    // The second of ours, so that no session of theirs has the same number.
    open(&world, &a_session(world.user.id)).await;
    let id = open(&world, &a_session(world.user.id)).await;
    let before = find(&world, id).await;
    assert_eq!(find(&theirs, id).await, None);
    let listed = store.sessions().list(theirs.organization, world.user.id, world.now, PageRequest::default()).await;
    assert_eq!(listed.unwrap().total, 0);
    let mut uow = theirs.begin().await;
    assert_eq!(uow.sessions().find(id).await.unwrap(), None);
    uow.sessions().touch(id, SessionSpan::fixed(world.now, world.now)).await.unwrap();
    assert_eq!(uow.sessions().delete(id).await.unwrap(), None);
    uow.commit().await.unwrap();
    assert_eq!(find(&world, id).await, before);
}

/// The key of a cookie opens one session.
pub async fn a_taken_key_is_a_duplicate(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    open(&world, &with_key(&world, "key")).await;
    let mut uow = world.begin().await;
    let refused = uow.sessions().insert(&with_key(&world, "key"), world.now).await;
    assert_refused!(refused, StoreError::Duplicate("key_hash"));
    uow.sessions().insert(&with_key(&world, "another"), world.now).await.unwrap();
    uow.commit().await.unwrap();
}

/// A touch replaces how long a session lasts, and makes none.
pub async fn a_touched_session_lasts_as_it_was_told(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let id = open(&world, &a_session(world.user.id)).await;
    let span = SessionSpan::idle(world.now + 1.minute(), world.now + 31.minutes(), world.now + 8.hours());
    let mut uow = world.begin().await;
    uow.sessions().touch(id, span).await.unwrap();
    uow.sessions().touch(SessionId::try_new(i64::MAX).unwrap(), span).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(find(&world, id).await.unwrap().session.grant, SessionGrant { span, ..a_session(world.user.id) });
}

/// A deleted session is gone, is answered once, and leaves others.
pub async fn what_is_deleted_has_ended(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let (gone, kept) = (open(&world, &with_key(&world, "gone")).await, open(&world, &with_key(&world, "kept")).await);
    let mut uow = world.begin().await;
    let ended = uow.sessions().delete(gone).await.unwrap().unwrap();
    assert_eq!((ended.id, ended.grant), (gone, with_key(&world, "gone")));
    assert_eq!(uow.sessions().delete(gone).await.unwrap(), None);
    uow.commit().await.unwrap();
    assert_eq!(find(&world, gone).await, None);
    assert!(find(&world, kept).await.is_some());
}

/// Lists show an account's sessions that are good, the newest first.
pub async fn good_sessions_are_listed_the_newest_first(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let other = world.add(&a_user("other")).await;
    open(&world, &a_session(other.id)).await;
    let short = SessionSpan::fixed(world.now, world.now + 1.hour());
    let first = open(&world, &a_session(world.user.id)).await;
    let brief = open(&world, &SessionGrant { span: short, ..a_session(world.user.id) }).await;
    open(&world, &SessionGrant { token_epoch: 7, ..a_session(world.user.id) }).await;
    let last = open(&world, &with_key(&world, "key")).await;
    assert_eq!(listed(&world, world.now).await, [last, brief, first]);
    assert_eq!(listed(&world, short.expires_at).await, [last, first], "a session ends at its end");
    let second = PageRequest::try_new(2, 1).unwrap();
    let page = store.sessions().list(world.organization, world.user.id, world.now, second).await.unwrap();
    assert_eq!((page.total, page.items.len(), page.items[0].id), (3, 1, brief));
}

/// What has ended by time or by the account's epoch is removed and counted, no more at a time than asked for.
pub async fn ended_sessions_are_removed(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    let short = SessionSpan::fixed(world.now, world.now + 1.hour());
    let brief = open(&world, &SessionGrant { span: short, ..a_session(world.user.id) }).await;
    let earlier = open(&world, &SessionGrant { token_epoch: -1, ..a_session(world.user.id) }).await;
    let good = open(&world, &a_session(world.user.id)).await;
    let foreign = open(&theirs, &SessionGrant { span: short, ..a_session(theirs.user.id) }).await;
    let twin = open(&world, &SessionGrant { span: short, ..a_session(world.user.id) }).await;
    let ended = short.expires_at;
    for (now, at_most, removed) in [(world.now, 9, 1), (ended, 1, 1), (ended, 1, 1), (ended, 1, 0)] {
        let mut uow = world.begin().await;
        assert_eq!(uow.sessions().delete_ended(now, at_most).await.unwrap(), removed);
        uow.commit().await.unwrap();
    }
    for gone in [brief, twin, earlier] {
        assert_eq!(find(&world, gone).await, None);
    }
    assert!(find(&world, good).await.is_some());
    assert!(find(&theirs, foreign).await.is_some());
}

/// A refresh token is found by its hash; in its own organization only.
pub async fn a_refresh_token_is_found_by_its_hash(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    let session_id = open(&world, &a_session(world.user.id)).await;
    let mut uow = world.begin().await;
    let id = uow.refresh_tokens().insert(session_id, "hash", world.now).await.unwrap();
    let expected = RefreshToken { id, session_id, used_at: None };
    assert_eq!(uow.refresh_tokens().find_by_hash("hash").await.unwrap(), Some(expected));
    assert_eq!(uow.refresh_tokens().find_by_hash("HASH").await.unwrap(), None);
    uow.commit().await.unwrap();
    let mut uow = theirs.begin().await;
    assert_eq!(uow.refresh_tokens().find_by_hash("hash").await.unwrap(), None);
    uow.rollback().await.unwrap();
}

/// A hash names one token.
pub async fn a_taken_refresh_token_is_a_duplicate(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let session = open(&world, &a_session(world.user.id)).await;
    let mut uow = world.begin().await;
    uow.refresh_tokens().insert(session, "hash", world.now).await.unwrap();
    let refused = uow.refresh_tokens().insert(session, "hash", world.now).await;
    assert_refused!(refused, StoreError::Duplicate("token_hash"));
    uow.rollback().await.unwrap();
}

/// Of two who bring the same token, the second waits and finds it used.
pub async fn a_refresh_token_is_exchanged_once(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let session = open(&world, &a_session(world.user.id)).await;
    let mut uow = world.begin().await;
    uow.refresh_tokens().insert(session, "hash", world.now).await.unwrap();
    uow.commit().await.unwrap();
    let exchanges: Vec<_> = (0..8)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                let mut uow = world.begin().await;
                let token = uow.refresh_tokens().find_by_hash("hash").await.unwrap().unwrap();
                if token.used_at.is_none() {
                    uow.refresh_tokens().mark_used(token.id, world.now).await.unwrap();
                }
                uow.commit().await.unwrap();
                token.used_at
            })
        })
        .collect();
    let mut winners = 0;
    for exchange in exchanges {
        match exchange.await.unwrap() {
            None => winners += 1,
            Some(used_at) => assert_eq!(used_at, world.now),
        }
    }
    assert_eq!(winners, 1);
}

/// All links of a session end with it, and links of others stay.
pub async fn refresh_tokens_end_with_their_session(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let (one, two) = (open(&world, &a_session(world.user.id)).await, open(&world, &a_session(world.user.id)).await);
    let mut uow = world.begin().await;
    for (session, hash) in [(one, "1a"), (one, "1b"), (two, "2a")] {
        uow.refresh_tokens().insert(session, hash, world.now).await.unwrap();
    }
    uow.sessions().delete(one).await.unwrap();
    for (hash, is_there) in [("1a", false), ("1b", false), ("2a", true)] {
        assert_eq!(uow.refresh_tokens().find_by_hash(hash).await.unwrap().is_some(), is_there, "{hash}");
    }
    uow.commit().await.unwrap();
}
