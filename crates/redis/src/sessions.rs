//! [`SessionStore`] on Redis.

use async_trait::async_trait;
use bb8_redis::redis::{Cmd, FromRedisValue, cmd};
use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, SessionId};
use scheduling_domain::ports::{SessionStore, SessionsUnavailable, SharedPoolStatus};
use scheduling_domain::session::{OpenSession, SessionKey, SessionSpan};
use serde::{Deserialize, Serialize};

use crate::connections::{Connections, InvalidRedisUrl};

/// The cookies of browsers, for all replicas. What it cannot answer is an error: nobody is taken for somebody else, or for
/// nobody, because a server is away.
#[derive(Debug, Clone)]
pub struct RedisSessionStore {
    connections: Connections,
}

/// What is stored of a session, as JSON.
#[derive(Serialize, Deserialize)]
struct Entry {
    id: SessionId,
    seen_at: Timestamp,
    expires_at: Timestamp,
    ends_at: Timestamp,
}

impl From<&OpenSession> for Entry {
    fn from(OpenSession { id, span }: &OpenSession) -> Self {
        Self { id: *id, seen_at: span.seen_at, expires_at: span.expires_at, ends_at: span.ends_at }
    }
}

impl From<Entry> for OpenSession {
    fn from(entry: Entry) -> Self {
        let Entry { id, seen_at, expires_at, ends_at } = entry;
        Self { id, span: SessionSpan { seen_at, expires_at, ends_at } }
    }
}

/// `hr_session:{organization}:key`; the braces make a Redis cluster keep an organization's sessions on one node.
fn redis_key(organization: OrganizationId, SessionKey(key): &SessionKey) -> String {
    format!("hr_session:{{{organization}}}:{key}")
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SessionsUnavailable {
    SessionsUnavailable(error.into())
}

impl RedisSessionStore {
    /// Prepares a session store at `url`, such as `redis://:password@localhost:6379/1`, without connecting yet.
    pub fn new(url: &str) -> Result<Self, InvalidRedisUrl> {
        Ok(Self { connections: Connections::new(url)? })
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, SessionsUnavailable> {
        self.connections.run(command).await.map_err(unavailable)
    }

    /// A `SET` that lasts as long as the session; none for one that has ended.
    fn set(organization: OrganizationId, key: &SessionKey, session: &OpenSession, now: Timestamp) -> Option<Cmd> {
        let left =
            u64::try_from(session.span.expires_at.duration_since(now).as_millis()).ok().filter(|left| *left > 0)?;
        let entry = serde_json::to_string(&Entry::from(session)).ok()?;
        Some(cmd("SET").arg(redis_key(organization, key)).arg(entry).arg("PX").arg(left).take())
    }
}

#[async_trait]
impl SessionStore for RedisSessionStore {
    async fn put(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        now: Timestamp,
    ) -> Result<(), SessionsUnavailable> {
        match Self::set(organization, key, session, now) {
            Some(set) => self.ask(&set).await,
            None => self.delete(organization, key).await,
        }
    }

    async fn find(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        now: Timestamp,
    ) -> Result<Option<OpenSession>, SessionsUnavailable> {
        let entry: Option<String> = self.ask(cmd("GET").arg(redis_key(organization, key))).await?;
        let Some(entry) = entry else {
            return Ok(None);
        };
        let session: OpenSession = serde_json::from_str::<Entry>(&entry).map_err(unavailable)?.into();
        Ok(Some(session).filter(|session| now < session.span.expires_at))
    }

    async fn touch(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        now: Timestamp,
    ) -> Result<(), SessionsUnavailable> {
        match Self::set(organization, key, session, now) {
            Some(mut set) => self.ask(set.arg("XX")).await,
            None => self.delete(organization, key).await,
        }
    }

    async fn delete(&self, organization: OrganizationId, key: &SessionKey) -> Result<(), SessionsUnavailable> {
        self.ask(cmd("UNLINK").arg(redis_key(organization, key))).await
    }

    async fn ping(&self) -> Result<(), SessionsUnavailable> {
        self.ask(&cmd("PING")).await
    }

    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        Some(self.connections.status())
    }
}
