//! What every [`SessionStore`] must do. [`session_store_conformance!`](crate::session_store_conformance) makes one test of
//! each case.
#![expect(clippy::missing_panics_doc, clippy::expect_used, reason = "a case fails by panicking")]

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use scheduling_domain::id::{OrganizationId, SessionId};
use scheduling_domain::ports::SessionStore;
use scheduling_domain::session::{OpenSession, SessionKey, SessionSpan};

use crate::build::a_session;
use crate::store::TestStore;
use crate::world::World;

/// A session store for one test, and two sessions that can be kept in it.
pub struct TestSessions {
    /// The session store.
    pub sessions: Arc<dyn SessionStore>,
    /// Whose sessions these are.
    pub organization: OrganizationId,
    /// Another organization.
    pub elsewhere: OrganizationId,
    /// Two sessions of it.
    pub ids: [SessionId; 2],
    /// Now, by the clock of who asks.
    pub now: Timestamp,
    /// What removes the database when the test is over.
    pub keep: Box<dyn Any + Send + Sync>,
}

impl TestSessions {
    /// Over a store that keeps sessions itself, with two that have been opened in it.
    pub async fn in_store(test: TestStore, sessions: Arc<dyn SessionStore>, now: Timestamp) -> Self {
        let world = World::build(&test.store, "ours").await;
        let elsewhere = World::build(&test.store, "theirs").await.organization;
        let mut uow = world.begin().await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let id = uow.sessions().insert(&a_session(world.user.id), world.now).await;
            ids.push(id.expect("a session can be opened"));
        }
        uow.commit().await.expect("a session can be opened");
        let ids = ids.try_into().expect("two sessions");
        Self { sessions, organization: world.organization, elsewhere, ids, now, keep: Box::new(test) }
    }

    fn open(&self, [id, _]: [SessionId; 2]) -> OpenSession {
        OpenSession { id, span: SessionSpan::idle(self.now, self.now + 30.minutes(), self.now + 8.hours()) }
    }

    async fn put(&self, key: &SessionKey, session: &OpenSession) {
        self.sessions.put(self.organization, key, session, self.now).await.expect("a session is kept");
    }

    async fn find(&self, key: &SessionKey, now: Timestamp) -> Option<OpenSession> {
        self.sessions.find(self.organization, key, now).await.expect("a key is looked up")
    }
}

impl fmt::Debug for TestSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestSessions").finish_non_exhaustive()
    }
}

/// Expands one `#[tokio::test]` per case of this module. `$factory` is called anew for each and answers a future of
/// [`TestSessions`].
#[macro_export]
macro_rules! session_store_conformance {
    ($factory:expr) => {
        $crate::session_store_conformance! { @cases $factory;
            a_session_is_found_under_its_key
            put_replaces_what_was_there
            a_session_is_not_found_after_its_end
            a_session_of_another_organization_is_not_found_by_its_key
            a_touched_session_lasts_longer
            a_touch_brings_nothing_back
            a_deleted_session_is_gone_and_others_stay
            the_session_store_answers_a_ping
        }
    };
    (@cases $factory:expr; $($case:ident)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let test: $crate::sessions::TestSessions = ($factory)().await;
            $crate::sessions::$case(&test).await;
        }
    )+};
}

fn key(name: &str) -> SessionKey {
    SessionKey(name.repeat(16))
}

/// `find` answers exactly what was put, and nothing for an unknown key.
pub async fn a_session_is_found_under_its_key(test: &TestSessions) {
    let session = test.open(test.ids);
    test.put(&key("a001"), &session).await;
    assert_eq!(test.find(&key("a001"), test.now).await, Some(session));
    assert_eq!(test.find(&key("a002"), test.now).await, None);
}

/// `put` replaces what was there.
pub async fn put_replaces_what_was_there(test: &TestSessions) {
    let session = test.open(test.ids);
    test.put(&key("b001"), &session).await;
    let longer = OpenSession { span: SessionSpan::fixed(test.now, test.now + 8.hours()), ..session };
    test.put(&key("b001"), &longer).await;
    assert_eq!(test.find(&key("b001"), test.now).await, Some(longer));
}

/// No session is found at or after its end, by the clock of who asks.
pub async fn a_session_is_not_found_after_its_end(test: &TestSessions) {
    let session = test.open(test.ids);
    test.put(&key("c001"), &session).await;
    assert_eq!(test.find(&key("c001"), session.span.expires_at - 1.microsecond()).await, Some(session));
    assert_eq!(test.find(&key("c001"), session.span.expires_at).await, None);
}

/// A key means nothing in another organization.
pub async fn a_session_of_another_organization_is_not_found_by_its_key(test: &TestSessions) {
    let session = test.open(test.ids);
    test.put(&key("d001"), &session).await;
    let (sessions, elsewhere) = (&test.sessions, test.elsewhere);
    assert_eq!(sessions.find(elsewhere, &key("d001"), test.now).await.expect("an answer"), None);
    sessions.delete(elsewhere, &key("d001")).await.expect("an answer");
    assert_eq!(test.find(&key("d001"), test.now).await, Some(session));
}

/// A touch replaces the session and how long it is kept.
pub async fn a_touched_session_lasts_longer(test: &TestSessions) {
    let session = test.open(test.ids);
    test.put(&key("e001"), &session).await;
    let later = test.now + 20.minutes();
    let touched = OpenSession { span: session.span.seen(later, later + 30.minutes()), ..session };
    test.sessions.touch(test.organization, &key("e001"), &touched, later).await.expect("a session is touched");
    assert_eq!(test.find(&key("e001"), session.span.expires_at).await, Some(touched));
}

/// A touch leaves alone what is not there: a session that was deleted does not come back.
pub async fn a_touch_brings_nothing_back(test: &TestSessions) {
    let session = test.open(test.ids);
    test.put(&key("f001"), &session).await;
    test.sessions.delete(test.organization, &key("f001")).await.expect("a session is deleted");
    for name in ["f001", "f002"] {
        test.sessions.touch(test.organization, &key(name), &session, test.now).await.expect("an answer");
        assert_eq!(test.find(&key(name), test.now).await, None);
    }
}

/// `delete` forgets one session, and is content when there is none.
pub async fn a_deleted_session_is_gone_and_others_stay(test: &TestSessions) {
    let [one, other] = test.ids;
    let (gone, kept) = (test.open([one, other]), test.open([other, one]));
    test.put(&key("aa01"), &gone).await;
    test.put(&key("aa02"), &kept).await;
    for _ in 0..2 {
        test.sessions.delete(test.organization, &key("aa01")).await.expect("an answer");
        assert_eq!(test.find(&key("aa01"), test.now).await, None);
    }
    assert_eq!(test.find(&key("aa02"), test.now).await, Some(kept));
}

/// `ping` succeeds while the server answers.
pub async fn the_session_store_answers_a_ping(test: &TestSessions) {
    test.sessions.ping().await.expect("the session store answers");
}
