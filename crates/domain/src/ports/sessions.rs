use std::error::Error;

use async_trait::async_trait;
use jiff::Timestamp;
use thiserror::Error;

use crate::id::{OrganizationId, RefreshTokenId, SessionId, UserId};
use crate::page::{Page, PageRequest};
use crate::ports::{SharedPoolStatus, StoreError};
use crate::session::{OpenSession, RefreshToken, Session, SessionGrant, SessionKey, SessionSpan, SignedIn};

/// Reads of sessions.
#[async_trait]
pub trait SessionQueries: Send + Sync {
    /// A session and its account, good or not. The read behind every request of somebody who is signed in; one round trip.
    async fn find(&self, organization: OrganizationId, id: SessionId) -> Result<Option<SignedIn>, StoreError>;

    /// An account's sessions, the newest first. MUST leave out those that have ended by `now` and those of an earlier
    /// epoch.
    async fn list(
        &self,
        organization: OrganizationId,
        user: UserId,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Page<Session>, StoreError>;
}

/// Sessions. What is not there has ended.
#[async_trait]
pub trait SessionRepository: Send {
    /// Adds one. MUST answer `Duplicate` for a taken key.
    async fn insert(&mut self, grant: &SessionGrant, now: Timestamp) -> Result<SessionId, StoreError>;

    /// A session and its account, as this unit of work sees them.
    async fn find(&mut self, id: SessionId) -> Result<Option<SignedIn>, StoreError>;

    /// Replaces how long one lasts. MUST leave alone what is not there.
    async fn touch(&mut self, id: SessionId, span: SessionSpan) -> Result<(), StoreError>;

    /// Ends one and answers what it was. MUST end its refresh tokens with it.
    async fn delete(&mut self, id: SessionId) -> Result<Option<Session>, StoreError>;

    /// Removes those that have ended by `now` and those of an earlier epoch; answers how many. MUST remove no more than
    /// `at_most`.
    async fn delete_ended(&mut self, now: Timestamp, at_most: u32) -> Result<u64, StoreError>;
}

/// Refresh tokens. They end with their session.
#[async_trait]
pub trait RefreshTokenRepository: Send {
    /// Adds a link by the hash of its token. MUST answer `Duplicate` for a taken hash.
    async fn insert(
        &mut self,
        session: SessionId,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<RefreshTokenId, StoreError>;

    /// MUST lock the row until the unit of work ends, so that a token is exchanged once.
    async fn find_by_hash(&mut self, token_hash: &str) -> Result<Option<RefreshToken>, StoreError>;

    /// Marks a link as exchanged.
    async fn mark_used(&mut self, id: RefreshTokenId, now: Timestamp) -> Result<(), StoreError>;
}

/// What the cookies of browsers open, by the hash of their secrets.
///
/// It says which session a cookie means; whether that session is good, the database alone says. So an adapter that
/// brings back what was deleted, as a server that loses its last writes may, lets nobody in.
///
/// Unlike a cache it fails: without it nobody knows whose a cookie is. Each MUST below is a case of
/// `scheduling_conformance::sessions`.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Keeps a session under `key` until it ends.
    ///
    /// MUST replace what was there.
    async fn put(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        now: Timestamp,
    ) -> Result<(), SessionsUnavailable>;

    /// The session under `key`.
    ///
    /// MUST answer exactly what was put or last touched.
    /// MUST answer `None` for a key that is unknown, was deleted, has ended by `now`, or is another organization's.
    async fn find(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        now: Timestamp,
    ) -> Result<Option<OpenSession>, SessionsUnavailable>;

    /// Replaces the session under `key` and how long it is kept.
    ///
    /// MUST leave alone what is not there: a session that has ended does not come back.
    async fn touch(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        now: Timestamp,
    ) -> Result<(), SessionsUnavailable>;

    /// Forgets the session under `key`, if there is one.
    ///
    /// MUST leave other keys alone.
    async fn delete(&self, organization: OrganizationId, key: &SessionKey) -> Result<(), SessionsUnavailable>;

    /// Asks the server for a sign of life.
    async fn ping(&self) -> Result<(), SessionsUnavailable>;

    /// How busy its connections are; none where it is within the process or the store.
    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        None
    }
}

/// The server that keeps browsers' sessions gives no answer.
#[derive(Debug, Error)]
#[error("the sessions are not available")]
pub struct SessionsUnavailable(#[source] pub Box<dyn Error + Send + Sync>);
