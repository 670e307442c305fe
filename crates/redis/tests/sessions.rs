//! The session store and the presence on a real server, named by `TEST_REDIS_URL` (`scripts/with-services` brings one up).
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, ToSpan};
use scheduling_conformance::sessions::TestSessions;
use scheduling_domain::ports::{Presence, SessionStore};
use scheduling_domain::session::{OpenSession, SessionKey, SessionSpan};
use scheduling_redis::{RedisPresence, RedisSessionStore};

fn url() -> String {
    std::env::var("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL names the Redis to test on: run `make test`, or `scripts/with-services cargo test`")
}

/// A text that no other test has, in this run or another.
fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let began = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos();
    format!("{began}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

#[expect(clippy::unused_async, reason = "the suite awaits what it is given")]
async fn sessions() -> TestSessions {
    let [organization, elsewhere] = [8_001, 8_002].map(|raw| NonZeroU32::MIN.saturating_add(raw).into());
    TestSessions {
        sessions: Arc::new(RedisSessionStore::new(&url()).expect("TEST_REDIS_URL is a Redis address")),
        organization,
        elsewhere,
        ids: [1, 2].map(|raw| NonZeroU32::MIN.saturating_add(raw).into()),
        now: Timestamp::now(),
        keep: Box::new(()),
    }
}

#[expect(clippy::unused_async, reason = "the suite awaits what it is given")]
async fn presence() -> RedisPresence {
    RedisPresence::new(&url(), format!("test:presence:{}", unique())).expect("TEST_REDIS_URL is a Redis address")
}

scheduling_conformance::session_store_conformance!(sessions);
scheduling_conformance::presence_conformance!(presence);

#[tokio::test]
async fn without_a_server_every_call_fails() {
    // Bound, so that nobody else takes the port, and closed to connections: it is never listened on.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let url = format!("redis://{}/1", socket.local_addr().expect("its address"));
    let sessions = RedisSessionStore::new(&url).expect("an address");
    let organization = NonZeroU32::MIN.into();
    let key = SessionKey("key".to_owned());
    let now = Timestamp::now();
    let session = OpenSession { id: NonZeroU32::MIN.into(), span: SessionSpan::fixed(now, now + 1.hour()) };

    assert!(sessions.put(organization, &key, &session, now).await.is_err());
    assert!(sessions.find(organization, &key, now).await.is_err());
    assert!(sessions.touch(organization, &key, &session, now).await.is_err());
    assert!(sessions.delete(organization, &key).await.is_err());
    assert!(sessions.ping().await.is_err());
    let presence = RedisPresence::new(&url, "presence").expect("an address");
    assert!(presence.note(&[(organization, NonZeroU32::MIN.into())], now).await.is_err());
    assert!(presence.count(now).await.is_err());
}
